import { gauge } from '@bramble/service-kit/observe/metrics';
import { every } from '@bramble/service-kit/runtime/clock';
import type { Service } from '@bramble/service-kit/runtime/service';
import type { RedisServer } from './redis-capacity.repository';

const CHECK_MS = 1_000;
/** The part of a server's memory that copies may use when the server does not evict them. */
const MAX_SHARE = 0.6;

export interface RedisCapacity {
  /** False while copies of answers must not be written to Redis. */
  readonly open: boolean;
}

/**
 * Whether Redis has room for copies of answers. Copies must never fill a server that also has the events: when it is
 * full, it refuses orders, stock and ended sessions. So there is no room on a server with both roles, nor on one that
 * is filled and does not evict, nor while one of the servers does not answer.
 */
export function createRedisCapacity(
  service: Service,
  { events, cache }: Record<'events' | 'cache', () => Promise<RedisServer>>,
): RedisCapacity {
  const shown = gauge(service, 'bramble_cache_room');
  const capacity = { open: false };
  const set = (open: boolean) => {
    capacity.open = open;
    shown.set({}, open ? 1 : 0);
  };
  set(false);
  every(service, {
    name: 'room for copies of answers',
    ms: CHECK_MS,
    run: async () => {
      const [own, other] = await Promise.all([cache(), events()]).catch((error: unknown) => {
        set(false);
        throw error;
      });
      const sameServer = own.runId !== undefined && own.runId === other.runId;
      const filled = !own.evicts && own.maxBytes > 0 && own.usedBytes > own.maxBytes * MAX_SHARE;
      set(!sameServer && !filled);
    },
  });
  return capacity;
}
