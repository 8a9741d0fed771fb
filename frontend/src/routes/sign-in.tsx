import { getRouteApi, useRouter } from '@tanstack/react-router';
import { SignInView } from '../features/account/sign-in-view';
import { readNext } from '../lib/next-path';

const route = getRouteApi('/sign-in');

export const SignInPage = () => {
  const { next } = readNext(route.useSearch());
  const { history } = useRouter();
  return <SignInView next={next} onDone={() => history.replace(next ?? '/')} />;
};
