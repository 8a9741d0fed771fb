import { AppError } from '@bramble/service-kit/base/errors';
import type { Redis } from '@bramble/service-kit/stores/redis';

const FAILURES = 10;
const WINDOW_MS = 600_000;
const RETRY_AFTER_SECONDS = 5;

/** Counts a try and answers the tries and the milliseconds until the window ends. No counter is without an end. */
const countScript = `
local tries = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {tries, left}`;
/** The window may have ended meanwhile. A counter made by the decrement would begin below zero and never end. */
const takeBackScript = `
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('DECR', KEYS[1])
end
return 0`;

/**
 * Limits how many discount codes one guesser (an address or an account) may try without success. Each try is counted
 * before the code is looked up, and a success is taken back, so that simultaneous tries do not pass together.
 */
export function createCodeGuessesRepository({ redis, factor }: { redis: Redis; factor: number }) {
  const keyOf = (guesser: string) => `limit:discount:${guesser}`;

  /**
   * Throws `rate_limited` when too many tries failed, and `unavailable` when Redis cannot count: codes could be guessed
   * without a limit then.
   */
  async function count(guesser: string): Promise<void> {
    const [tries, msLeft] = (await redis
      .eval(countScript, 1, keyOf(guesser), WINDOW_MS)
      .catch((cause: unknown) => {
        throw new AppError('unavailable', {
          detail: 'discount codes cannot be checked at the moment',
          retryAfterSeconds: RETRY_AFTER_SECONDS,
          cause,
        });
      })) as [number, number];
    if (tries > FAILURES * factor)
      throw new AppError('rate_limited', { retryAfterSeconds: Math.max(1, Math.ceil(msLeft / 1_000)) });
  }

  /** A try that Redis cannot take back stays counted until the window ends: the basket is priced all the same. */
  async function takeBack(guesser: string): Promise<void> {
    await redis.eval(takeBackScript, 1, keyOf(guesser)).catch(() => undefined);
  }

  return { count, takeBack };
}
export type CodeGuessesRepository = ReturnType<typeof createCodeGuessesRepository>;
