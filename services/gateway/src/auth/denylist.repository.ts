import {
  type AccessClaims,
  accountVersionKey,
  denylistReady,
  sessionEndedKey,
} from '@bramble/contracts/sessions';
import { batcher } from '@bramble/service-kit/base/batcher';
import type { Redis } from '@bramble/service-kit/stores/redis';

type CheckedSession = Pick<AccessClaims, 'sub' | 'sid' | 'ver'>;
export type DenylistRepository = ReturnType<typeof createDenylistRepository>;

/** Reads the denylist that users keeps in Redis. Simultaneous look-ups share one round trip. */
export function createDenylistRepository(redis: Redis) {
  const isGood = batcher<CheckedSession, boolean | 'unknown'>({
    max: 200,
    concurrency: 4,
    run: async (asked) => {
      const keys = asked.flatMap(({ sid, sub }) => [sessionEndedKey(sid), accountVersionKey(sub)]);
      const [ready, ...values] = await redis.mget(denylistReady, ...keys);
      return asked.map(({ ver }, index) => {
        const ended = values[index * 2];
        const version = values[index * 2 + 1];
        if (ended !== null || (version !== null && Number(version) > ver)) return false;
        return ready === null ? 'unknown' : true;
      });
    },
  });
  return {
    /** True when the session is valid, false when it ended, `unknown` when the denylist is not filled. */
    isGood,
  };
}
