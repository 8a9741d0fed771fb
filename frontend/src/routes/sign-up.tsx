import { getRouteApi, useRouter } from '@tanstack/react-router';
import { SignUpView } from '../features/account/sign-up-view';
import { readNext } from '../lib/next-path';

const route = getRouteApi('/sign-up');

export const SignUpPage = () => {
  const { next } = readNext(route.useSearch());
  const { history } = useRouter();
  return <SignUpView next={next} onDone={() => history.replace(next ?? '/')} />;
};
