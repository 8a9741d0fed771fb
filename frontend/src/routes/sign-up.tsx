import { getRouteApi, useRouter } from '@tanstack/react-router';
import { SignUpView } from '../features/account/sign-up-view';

const route = getRouteApi('/sign-up');

export const SignUpPage = () => {
  const { next } = route.useSearch();
  const { history } = useRouter();
  return <SignUpView next={next} onDone={() => history.replace(next ?? '/')} />;
};
