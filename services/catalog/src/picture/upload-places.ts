import PQueue from 'p-queue';
import { AppError } from '@bramble/service-kit/base/errors';

interface PlaceLimits {
  /** Uploads in memory at once; each takes up to 5 MB, and more while it is rendered. */
  atOnce: number;
  waiting: number;
  perAccount: number;
}
const LIMITS: PlaceLimits = { atOnce: 3, waiting: 32, perAccount: 2 };
const RETRY_AFTER_SECONDS = 2;

/**
 * Places for uploads. Work begins, and the body is read, only when a place is free: until then the sender waits, and
 * nothing of it is in memory. Throws `rate_limited` when the account has two uploads already, and `unavailable` when
 * 32 wait.
 */
export function createUploadPlaces({ atOnce, waiting, perAccount }: PlaceLimits = LIMITS) {
  const queue = new PQueue({ concurrency: atOnce });
  const held = new Map<string, number>();

  return async function withPlace<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const own = held.get(userId) ?? 0;
    if (own >= perAccount)
      throw new AppError('rate_limited', {
        detail: `at most ${perAccount} pictures at a time`,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    if (queue.size >= waiting)
      throw new AppError('unavailable', {
        detail: 'too many pictures at once',
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    held.set(userId, own + 1);
    try {
      return await queue.add(work);
    } finally {
      const left = (held.get(userId) ?? 1) - 1;
      if (left > 0) held.set(userId, left);
      else held.delete(userId);
    }
  };
}
export type WithPlace = ReturnType<typeof createUploadPlaces>;
