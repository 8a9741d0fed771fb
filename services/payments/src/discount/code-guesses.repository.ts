import { AppError } from '@bramble/service-kit/base/errors';
import type { Redis } from '@bramble/service-kit/stores/redis';

const FAILURES = 10;
const WINDOW_MS = 600_000;

/**
 * Limits how many discount codes one guesser (an address or an account) may try without success. Each try is counted
 * before the code is looked up, and a success is taken back, so that simultaneous tries do not pass together.
 */
export function createCodeGuessesRepository({ redis, factor }: { redis: Redis; factor: number }) {
  const keyOf = (guesser: string) => `limit:discount:${guesser}`;

  /** Throws `rate_limited` when too many tries failed. While Redis is away nothing is counted. */
  async function count(guesser: string): Promise<void> {
    if (redis.status !== 'ready') return;
    const key = keyOf(guesser);
    const replies = await redis.multi().set(key, 0, 'PX', WINDOW_MS, 'NX').incr(key).pttl(key).exec();
    const [tries, msLeft] = [Number(replies?.[1]?.[1] ?? 0), Number(replies?.[2]?.[1] ?? WINDOW_MS)];
    if (tries > FAILURES * factor)
      throw new AppError('rate_limited', { retryAfterSeconds: Math.max(1, Math.ceil(msLeft / 1_000)) });
  }

  async function takeBack(guesser: string): Promise<void> {
    if (redis.status === 'ready') await redis.decr(keyOf(guesser));
  }

  return { count, takeBack };
}
export type CodeGuessesRepository = ReturnType<typeof createCodeGuessesRepository>;
