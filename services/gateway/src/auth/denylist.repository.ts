import {
  type AccessClaims,
  accountVersionKey,
  denylistReady,
  sessionEndedKey,
} from '@bramble/contracts/sessions';
import { batcher } from '@bramble/service-kit/base/batcher';
import type { Redis } from '@bramble/service-kit/stores/redis';

type Asked = Pick<AccessClaims, 'sub' | 'sid' | 'ver'>;
export type DenylistRepository = ReturnType<typeof createDenylistRepository>;

/** The denylist that users keeps in Redis. Requests that come at the same time share one round trip. */
export function createDenylistRepository(redis: Redis) {
  const ask = batcher<Asked, boolean | 'unknown'>({
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
    /** True when the session is good, false when it ended, `unknown` when the list is not filled. */
    isGood: ask,
  };
}
