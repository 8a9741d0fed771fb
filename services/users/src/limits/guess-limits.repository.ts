import { createHash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Redis } from '@bramble/service-kit/stores/redis';

interface Window {
  name: string;
  points: number;
  seconds: number;
}
export interface RateLimitHit {
  retryAfterSeconds: number;
}
export type GuessLimitsRepository = ReturnType<typeof createGuessLimitsRepository>;

/** Wrong passwords for one account from one address. */
const PAIR: Window = { name: 'guess:pair', points: 10, seconds: 900 };
/**
 * Wrong passwords for one account from all unknown addresses together; an address is known after a successful sign-in.
 */
const UNKNOWN_ADDRESSES: Window = { name: 'guess:strangers', points: 50, seconds: 3_600 };
const RESET_MAILS: Window = { name: 'reset-mail', points: 5, seconds: 3_600 };
/** Mails to reset a password to one mailbox from all addresses together: nobody can fill a mailbox from many of them. */
const RESET_MAILS_OF_MAILBOX: Window = { name: 'reset-mailbox', points: 3, seconds: 900 };
const KNOWN_SECONDS = 90 * 86_400;
/** Keys that Redis looks at in one step. */
const SCAN = 1_000;

/** E-mail addresses are stored in Redis as hashes only. */
export const limitsKeyOf = (email: string) =>
  createHash('sha256').update(email).digest('base64url').slice(0, 22);

/**
 * Counts guesses in Redis (role events, which never evicts: in a cache, strangers could displace the counters); in memory
 * while Redis is away or refuses writes.
 */
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
  const unknownAddresses = limiter(UNKNOWN_ADDRESSES);
  const mails = limiter(RESET_MAILS);
  const mailboxes = limiter(RESET_MAILS_OF_MAILBOX);
  const pairKey = (email: string, address: string) => `${limitsKeyOf(email)}:${address}`;
  const knownKey = (email: string, address: string) => `login:known:${limitsKeyOf(email)}:${address}`;

  const consume = async (from: RateLimiterRedis, key: string): Promise<RateLimitHit | undefined> => {
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

  /**
   * Counts a guess before it is checked, so that concurrent guesses are all counted. Returns the decision on whether
   * it may be checked.
   */
  async function countGuess(email: string, address: string): Promise<RateLimitHit | undefined> {
    const hit = await consume(pair, pairKey(email, address));
    if (hit) return hit;
    if (!(await isKnown(email, address))) return consume(unknownAddresses, limitsKeyOf(email));
    // An unknown address makes the same number of round trips as a known one, so that the response time reveals
    // nothing.
    await unknownAddresses.get(limitsKeyOf(email));
    return undefined;
  }

  /** The guess was correct: it does not count, and the address becomes known. */
  async function confirmGuess(email: string, address: string): Promise<void> {
    const known = await isKnown(email, address);
    await Promise.all([
      pair.delete(pairKey(email, address)),
      known ? Promise.resolve() : unknownAddresses.reward(limitsKeyOf(email), 1),
      redis.set(knownKey(email, address), '1', 'EX', KNOWN_SECONDS).catch(() => undefined),
    ]);
  }

  /** The account was created or its password was reset from this address: the address becomes known. */
  async function remember(email: string, address: string): Promise<void> {
    await redis.set(knownKey(email, address), '1', 'EX', KNOWN_SECONDS).catch(() => undefined);
  }

  /** Resets the counter of unknown addresses. */
  async function reset(email: string): Promise<void> {
    await unknownAddresses.delete(limitsKeyOf(email));
  }

  /** Deletes all keys of an account; `key` is what `limitsKeyOf` answers for its address. No other key contains this text. */
  async function forget(key: string): Promise<void> {
    let cursor = '0';
    do {
      const [next, found] = await redis.scan(cursor, 'MATCH', `*:${key}*`, 'COUNT', SCAN);
      if (found.length > 0) await redis.unlink(...found);
      cursor = next;
    } while (cursor !== '0');
  }

  return {
    countGuess,
    confirmGuess,
    remember,
    reset,
    keyOf: limitsKeyOf,
    forget,
    countMail: (email: string, address: string) => consume(mails, pairKey(email, address)),
    countMailToMailbox: (email: string) => consume(mailboxes, limitsKeyOf(email)),
  };
}
