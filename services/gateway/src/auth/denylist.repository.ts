import {
  type AccessClaims,
  accountVersionKey,
  denylistComplete,
  denylistReady,
  sessionEndedKey,
} from '@bramble/contracts/sessions';
import { batcher } from '@bramble/service-kit/base/batcher';
import type { Redis } from '@bramble/service-kit/stores/redis';

type CheckedSession = Pick<AccessClaims, 'sub' | 'sid' | 'ver'>;
/** `complete`: the list does not name the session, and users has not renewed the list for some seconds. */
export type DenylistAnswer = 'good' | 'ended' | 'complete' | 'unknown';
export type DenylistRepository = ReturnType<typeof createDenylistRepository>;

/** Reads the denylist that users keeps in Redis. Simultaneous look-ups share one round trip. */
export function createDenylistRepository(redis: Redis) {
  const check = batcher<CheckedSession, DenylistAnswer>({
    max: 200,
    concurrency: 4,
    run: async (asked) => {
      const keys = asked.flatMap(({ sid, sub }) => [sessionEndedKey(sid), accountVersionKey(sub)]);
      const [ready, complete, ...values] = await redis.mget(denylistReady, denylistComplete, ...keys);
      return asked.map(({ ver }, index) => {
        const ended = values[index * 2];
        const version = values[index * 2 + 1];
        if (ended !== null || (version !== null && Number(version) > ver)) return 'ended';
        if (ready !== null) return 'good';
        return complete === null ? 'unknown' : 'complete';
      });
    },
  });
  return {
    /** Whether the session ended; `unknown` when the denylist is not filled. */
    check,
  };
}
