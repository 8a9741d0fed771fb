import { AppError } from '@bramble/service-kit/base/errors';
import { createFairQueue } from '@bramble/service-kit/base/fair-queue';
import { createInFlight } from '@bramble/service-kit/base/in-flight';

interface PlaceLimits {
  /** Uploads in memory at once; each takes up to 5 MB, and more while it is rendered. */
  atOnce: number;
  atOncePerAddress: number;
  waiting: number;
  waitingPerAddress: number;
  perAccount: number;
}
interface Sender {
  userId: string;
  address: string;
}
const LIMITS: PlaceLimits = {
  atOnce: 3,
  atOncePerAddress: 2,
  waiting: 32,
  waitingPerAddress: 16,
  perAccount: 2,
};
const RETRY_AFTER_SECONDS = 2;

/**
 * Places for uploads. Work begins, and the body is read, only when a place is free: until then the sender waits, and
 * nothing of it is in memory. One address has two of the three places at most, and the addresses take turns. Throws
 * `rate_limited` when the account has two uploads already or 16 of the address wait, and `unavailable` when 32 wait.
 */
export function createUploadPlaces({
  atOncePerAddress,
  waitingPerAddress,
  perAccount,
  ...limits
}: PlaceLimits = LIMITS) {
  const inTurn = createFairQueue({
    ...limits,
    atOncePerKey: atOncePerAddress,
    waitingPerKey: waitingPerAddress,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
  const inFlight = createInFlight();

  return <T>({ userId, address }: Sender, work: () => Promise<T>): Promise<T> =>
    inFlight(userId, (own) => {
      if (own >= perAccount)
        throw new AppError('rate_limited', {
          detail: `at most ${perAccount} pictures at a time`,
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        });
      return inTurn(address, work);
    });
}
