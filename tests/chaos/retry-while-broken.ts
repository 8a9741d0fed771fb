import { waitFor } from '@bramble/test-kit/wait-for';

const LIMIT_MS = 60_000;

/** Repeats `act` until it succeeds, since another fault may have broken the store that it needs. */
export const retryWhileBroken = <T>(act: () => Promise<T>): Promise<T> =>
  waitFor(act, {
    what: 'a store that another fault broke',
    timeout: LIMIT_MS,
    interval: 200,
    until: () => true,
  });
