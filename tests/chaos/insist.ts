import { waitFor } from '@bramble/test-kit/wait-for';

const LIMIT_MS = 60_000;

/** Repeats what can be repeated until it works: another fault may have a store away at this moment. */
export const insist = <T>(act: () => Promise<T>): Promise<T> =>
  waitFor(act, {
    what: 'a store that another fault broke',
    timeout: LIMIT_MS,
    interval: 200,
    until: () => true,
  });
