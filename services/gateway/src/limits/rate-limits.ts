import type { ServerResponse } from 'node:http';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '@bramble/service-kit/base/errors';
import { counter, gauge } from '@bramble/service-kit/observe/metrics';
import { logSecurity, networkOf } from '@bramble/service-kit/observe/security-log';
import { every } from '@bramble/service-kit/runtime/clock';
import type { Service } from '@bramble/service-kit/runtime/service';
import type { Redis } from '@bramble/service-kit/stores/redis';
import type { LimitClass } from './limit-class';
import { accountLimits, addressLimits, type Limit } from './limits';
import { createLocalWindow } from './local-window';

export interface RateLimits {
  /**
   * Counts a request of this address and sets the RateLimit headers, where there is a response; throws `rate_limited` when
   * it is over the limit.
   */
  byAddress(limit: LimitClass, address: string, res?: ServerResponse): Promise<void>;
  /**
   * Counts a request of this account and sets the RateLimit headers; throws `rate_limited` when it is over the limit.
   */
  byAccount(limit: LimitClass, userId: string, res: ServerResponse): Promise<void>;
  /** Counts a read that is answered from the cache; false when it is over the limit. */
  readAllowed(address: string): boolean;
}

interface LimitState {
  allowed: boolean;
  left: number;
  msLeft: number;
}
type Counter = (key: string) => Promise<LimitState>;

const EXCHANGE_MS = 500;
const classes: readonly LimitClass[] = ['signup', 'login', 'token', 'account', 'read', 'write'];

/**
 * Rate limits per class of requests, by address and by account. Writes are counted in Redis before they are forwarded
 * (role events, which never evicts; in memory while Redis is away); reads are counted in memory and added to Redis in the background.
 */
export function createRateLimits(
  service: Service,
  { redis, factor }: { redis: Redis; factor: number },
): RateLimits {
  const limited = counter(service, 'bramble_rate_limited_total');
  const rejected = counter(service, 'bramble_http_rejected_total');
  const fallback = gauge(service, 'bramble_rate_limiter_fallback');
  const scaled = ({ points, seconds }: Limit): Limit => ({
    points: Math.max(1, Math.round(points * factor)),
    seconds,
  });
  const showFallback = () => {
    for (const limiter of classes) fallback.set({ limiter }, redis.status === 'ready' ? 0 : 1);
  };

  const inRedis = (name: string, limit: Limit): Counter => {
    const options = { points: limit.points, duration: limit.seconds, keyPrefix: `limit:${name}` };
    const limiter = new RateLimiterRedis({
      ...options,
      storeClient: redis,
      rejectIfRedisNotReady: true,
      insuranceLimiter: new RateLimiterMemory(options),
    });
    return async (key) => {
      try {
        const result = await limiter.consume(key);
        return { allowed: true, left: result.remainingPoints, msLeft: result.msBeforeNext };
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        return { allowed: false, left: 0, msLeft: error.msBeforeNext };
      }
    };
  };
  const inMemory = (name: string, limit: Limit): { now: (key: string) => LimitState; count: Counter } => {
    const window = createLocalWindow({ name, seconds: limit.seconds, redis });
    every(service, {
      name: `limit ${name}`,
      ms: EXCHANGE_MS,
      run: () => (redis.status === 'ready' ? window.exchange() : Promise.resolve()),
    });
    const now = (key: string) => {
      const { count, msLeft } = window.count(key);
      return { allowed: count <= limit.points, left: Math.max(0, limit.points - count), msLeft };
    };
    return { now, count: (key) => Promise.resolve(now(key)) };
  };

  const reads = inMemory('read:address', scaled(addressLimits.read));
  const counters = (kind: 'address' | 'account', limits: Readonly<Record<LimitClass, Limit>>) => {
    const readCounter =
      kind === 'address' ? reads.count : inMemory('read:account', scaled(limits.read)).count;
    return new Map<LimitClass, { limit: Limit; count: Counter }>(
      classes.map((name) => {
        const limit = scaled(limits[name]);
        return [name, { limit, count: name === 'read' ? readCounter : inRedis(`${name}:${kind}`, limit) }];
      }),
    );
  };
  const perAddress = counters('address', addressLimits);
  const perAccount = counters('account', accountLimits);
  showFallback();
  every(service, { name: 'limiter fallback', ms: 1_000, run: () => Promise.resolve(showFallback()) });

  const refuse = (name: LimitClass) => {
    limited.inc({ limiter: name });
    rejected.inc({ reason: 'rate_limit' });
  };
  const check = async (
    of: ReadonlyMap<LimitClass, { limit: Limit; count: Counter }>,
    name: LimitClass,
    key: string,
    res?: ServerResponse,
  ) => {
    const entry = of.get(name);
    if (!entry) return;
    const { allowed, left, msLeft } = await entry.count(key);
    const seconds = Math.max(1, Math.ceil(msLeft / 1000));
    res?.setHeader('ratelimit-policy', `"${name}";q=${entry.limit.points};w=${entry.limit.seconds}`);
    res?.setHeader('ratelimit', `"${name}";r=${left};t=${seconds}`);
    if (allowed) return;
    refuse(name);
    throw new AppError('rate_limited', { retryAfterSeconds: seconds });
  };

  function byAddress(name: LimitClass, address: string, res?: ServerResponse): Promise<void> {
    return check(perAddress, name, address, res).catch((error: unknown) => {
      if (name === 'login' || name === 'token')
        logSecurity(service.log, 'sign_in_throttled', { client_network: networkOf(address) });
      throw error;
    });
  }

  return {
    byAddress,
    byAccount: (name, userId, res) => check(perAccount, name, userId, res),
    readAllowed: (address) => reads.now(address).allowed,
  };
}
