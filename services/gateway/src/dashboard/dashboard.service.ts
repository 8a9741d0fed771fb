import { authApi } from '@bramble/contracts/auth';
import { catalogApi } from '@bramble/contracts/catalog';
import { ordersApi } from '@bramble/contracts/orders';
import { usersApi } from '@bramble/contracts/users';
import type { Actor } from '@bramble/service-kit/base/actor';
import type { Upstream } from '@bramble/service-kit/http/client';
import type { Logger } from '@bramble/service-kit/observe/logger';
import type { UpstreamName } from '../proxy/upstreams';

export type DashboardService = ReturnType<typeof createDashboardService>;

/** A part that has not arrived by then is left out. */
const PART_MS = 1_500;
const MAX_RECOMMENDED = 8;
const MAX_ORDERS = 5;

/**
 * Composes the dashboard of a signed-in user from several services. Parts that could not be fetched are named in
 * `degraded`.
 */
export function createDashboardService({
  upstreams,
  log,
}: {
  upstreams: Readonly<Record<Extract<UpstreamName, 'users' | 'catalog' | 'orders'>, Upstream>>;
  log: Pick<Logger, 'warn'>;
}) {
  return async (actor: Actor) => {
    const options = { as: actor, timeoutMs: PART_MS };
    const degraded: ('profile' | 'recommended' | 'recentOrders')[] = [];
    const part = async <T>(
      name: (typeof degraded)[number],
      get: () => Promise<T>,
      fallback: T,
    ): Promise<T> => {
      try {
        return await get();
      } catch (error) {
        log.warn({ err: error, part: name }, 'a part of the dashboard is missing');
        degraded.push(name);
        return fallback;
      }
    };
    const [profile, recommended, recentOrders] = await Promise.all([
      part(
        'profile',
        async () => {
          const [{ user }, answer] = await Promise.all([
            upstreams.users.call(authApi.me, options),
            upstreams.users.call(usersApi.getProfile, options),
          ]);
          return { user, profile: answer.profile };
        },
        null,
      ),
      part(
        'recommended',
        async () =>
          (
            await upstreams.catalog.call(catalogApi.myHome, {
              ...options,
              query: { limit: MAX_RECOMMENDED, sort: 'popular' },
            })
          ).items,
        [],
      ),
      part(
        'recentOrders',
        async () =>
          (await upstreams.orders.call(ordersApi.list, { ...options, query: { limit: MAX_ORDERS } })).items,
        [],
      ),
    ]);
    return { profile, recommended, recentOrders, degraded };
  };
}
