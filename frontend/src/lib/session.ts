import { queryOptions, useQuery } from '@tanstack/react-query';
import type { DemoRole } from '@bramble/contracts/auth';
import { isCode } from '@bramble/contracts/call-error';
import type { User } from '@bramble/contracts/users';
import { call, whenSessionEnds } from './api';
import { authApi, usersApi } from './operations.gen';
import { queryClient } from './query-client';
import { stored } from './stored';

/** Set when this browser has signed in before. Without it no session is requested, since that request would fail. */
const hint = stored('bramble.session');

const endSession = (): void => {
  hint.clear();
  queryClient.setQueryData(sessionQuery.queryKey, null);
  queryClient.removeQueries({ queryKey: ['mine'] });
};

const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: 5 * 60_000,
  queryFn: async ({ signal }): Promise<User | null> => {
    if (!hint.get()) return null;
    try {
      return (await call(authApi.me, { signal })).user;
    } catch (error) {
      if (!isCode(error, 'unauthenticated', 'session_ended')) throw error;
      hint.clear();
      return null;
    }
  },
});

whenSessionEnds(endSession);

const begin = async (answer: Promise<{ user: User }>): Promise<User> => {
  const { user } = await answer;
  hint.set('1');
  queryClient.removeQueries({ queryKey: ['mine'] });
  queryClient.setQueryData(sessionQuery.queryKey, user);
  await queryClient.invalidateQueries({ queryKey: ['cart'] });
  return user;
};

export const signIn = (body: { email: string; password: string }) => begin(call(authApi.login, { body }));
export const signUp = (body: {
  email: string;
  password: string;
  name: string;
  role?: 'customer' | 'seller';
}) => begin(call(authApi.signup, { body }));
export const demoSignIn = (role: DemoRole) => begin(call(authApi.demoLogin, { body: { role } }));

export const signOut = async (): Promise<void> => {
  await call(authApi.logout);
  endSession();
  await queryClient.invalidateQueries({ queryKey: ['cart'] });
};

/** Ends all sessions of the account, this one too. */
export const signOutEverywhere = async (): Promise<void> => {
  await call(authApi.endSessions);
  endSession();
  await queryClient.invalidateQueries({ queryKey: ['cart'] });
};

/** Erases the account for good, and with it all sessions. */
export const eraseAccount = async (password: string): Promise<void> => {
  await call(usersApi.eraseMe, { body: { password } });
  endSession();
  await queryClient.invalidateQueries({ queryKey: ['cart'] });
};

/** The signed-in user; null when nobody is signed in, undefined while the answer is pending. */
export const useSession = (): User | null | undefined => useQuery(sessionQuery).data;
