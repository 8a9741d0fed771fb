import { createHash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Redis } from '@bramble/service-kit/stores/redis';

interface Window {
  name: string;
  points: number;
  seconds: number;
}
export interface Refusal {
  retryAfterSeconds: number;
}
export type GuessLimitsRepository = ReturnType<typeof createGuessLimitsRepository>;

/** Wrong passwords for one account from one address. */
const PAIR: Window = { name: 'guess:pair', points: 10, seconds: 900 };
/** Wrong passwords for one account from addresses it has never been signed in from, taken together. */
const STRANGERS: Window = { name: 'guess:strangers', points: 50, seconds: 3_600 };
const RESET_MAILS: Window = { name: 'reset-mail', points: 5, seconds: 3_600 };
const KNOWN_SECONDS = 90 * 86_400;

/** Redis holds no e-mail addresses, only what they hash to. */
const keyOf = (email: string) => createHash('sha256').update(email).digest('base64url').slice(0, 22);

/** Counts guesses in Redis (role cache), in memory while it is away. */
export function createGuessLimitsRepository({ redis, factor }: { redis: Redis; factor: number }) {
  const limiter = ({ name, points, seconds }: Window) => {
    const options = {
      keyPrefix: `limit:${name}`,
      points: Math.max(1, Math.round(points * factor)),
      duration: seconds,
    };
    return new RateLimiterRedis({
      ...options,
      storeClient: redis,
      rejectIfRedisNotReady: true,
      insuranceLimiter: new RateLimiterMemory(options),
    });
  };
  const pair = limiter(PAIR);
  const strangers = limiter(STRANGERS);
  const mails = limiter(RESET_MAILS);
  const pairKey = (email: string, address: string) => `${keyOf(email)}:${address}`;
  const knownKey = (email: string, address: string) => `login:known:${keyOf(email)}:${address}`;

  const take = async (from: RateLimiterRedis, key: string): Promise<Refusal | undefined> => {
    try {
      await from.consume(key);
      return undefined;
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      return { retryAfterSeconds: Math.max(1, Math.ceil(error.msBeforeNext / 1000)) };
    }
  };
  const isKnown = (email: string, address: string) =>
    redis.exists(knownKey(email, address)).then(
      (count) => count === 1,
      () => false,
    );

  return {
    /** Counts a guess before it is checked, so that many at once are no way around. Answers when it may not be checked. */
    guess: async (email: string, address: string): Promise<Refusal | undefined> => {
      const refusal = await take(pair, pairKey(email, address));
      if (refusal) return refusal;
      if (!(await isKnown(email, address))) return take(strangers, keyOf(email));
      // As long a way as for an address that is not known, so that time does not tell.
      await strangers.get(keyOf(email));
      return undefined;
    },

    /** The guess was right: it does not count, and the address is known from now on. */
    right: async (email: string, address: string): Promise<void> => {
      const known = await isKnown(email, address);
      await Promise.all([
        pair.delete(pairKey(email, address)),
        known ? Promise.resolve() : strangers.reward(keyOf(email), 1),
        redis.set(knownKey(email, address), '1', 'EX', KNOWN_SECONDS).catch(() => undefined),
      ]);
    },

    /** The account is new or was given back to its owner: whoever is there now is known. */
    remember: async (email: string, address: string): Promise<void> => {
      await redis.set(knownKey(email, address), '1', 'EX', KNOWN_SECONDS).catch(() => undefined);
    },

    /** Forgets what strangers guessed. */
    forgive: async (email: string): Promise<void> => {
      await strangers.delete(keyOf(email));
    },

    askMail: (email: string, address: string) => take(mails, pairKey(email, address)),
  };
}
