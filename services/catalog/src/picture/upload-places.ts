import { AsyncResource } from 'node:async_hooks';
import PQueue from 'p-queue';
import { AppError } from '@bramble/service-kit/base/errors';
import { createInFlight } from '@bramble/service-kit/base/in-flight';

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
  const inFlight = createInFlight();

  return <T>(userId: string, work: () => Promise<T>): Promise<T> =>
    inFlight(userId, async (own) => {
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
      // The queue begins waiting work within the request that ended before it; bound, it keeps its own.
      return queue.add(AsyncResource.bind(work));
    });
}
