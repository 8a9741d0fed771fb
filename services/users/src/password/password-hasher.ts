import { argon2id, hash, needsRehash, verify } from 'argon2';
import PQueue from 'p-queue';
import { AppError } from '@bramble/service-kit/base/errors';
import { createInFlight } from '@bramble/service-kit/base/in-flight';
import { histogram, sampled } from '@bramble/service-kit/observe/metrics';
import type { Service } from '@bramble/service-kit/runtime/service';
import type { passwordMetrics } from './password.metrics';

/**
 * The smallest argon2id parameters of OWASP and ASVS: 19 MiB, two passes. More memory would exhaust a small board when
 * many users sign in at once.
 */
const settings = { type: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const LIMITS = { atOnce: 3, waiting: 2_000, perAddress: 60 };
const RETRY_AFTER_SECONDS = 5;

/** For whom a password is hashed; none for the shop itself. */
type Address = string | undefined;

export interface PasswordHasher {
  hash(password: string, address: Address): Promise<string>;
  /** Compares a password with `stored`. Without `stored` it takes as long and answers false. */
  verify(
    stored: string | undefined,
    password: string,
    address: Address,
  ): Promise<{ ok: boolean; outdated: boolean }>;
}

/**
 * Hashes with argon2id, at most three at once (each takes 19 MiB and a thread). More wait: the address with the fewest
 * waiting hashes comes first, so that many from one address delay only each other. Throws `rate_limited` when an address
 * has 60 waiting, `unavailable` when 2,000 wait.
 */
export function createPasswordHasher(
  service: Pick<Service<typeof passwordMetrics>, 'metrics'>,
  limits = LIMITS,
): PasswordHasher {
  const queue = new PQueue({ concurrency: limits.atOnce });
  const inFlight = createInFlight();
  sampled(service, 'bramble_password_hash_queue_length', () => [{ labels: {}, value: queue.size }]);
  sampled(service, 'bramble_password_hash_active', () => [{ labels: {}, value: queue.pending }]);
  const duration = histogram(service, 'bramble_password_hash_duration_seconds');

  async function timed<T>(
    operation: 'hash' | 'verify',
    address: Address,
    work: () => Promise<T>,
  ): Promise<T> {
    const run = async () => {
      const startedAt = performance.now();
      try {
        return await work();
      } finally {
        duration.observe({ operation }, (performance.now() - startedAt) / 1000);
      }
    };
    return inFlight(address ?? '', async (before) => {
      if (before >= limits.perAddress)
        throw new AppError('rate_limited', { retryAfterSeconds: RETRY_AFTER_SECONDS });
      if (queue.size >= limits.waiting)
        throw new AppError('unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS });
      return queue.add(run, { priority: -before });
    });
  }

  const dummyHash = hash('no account has this password', settings);
  dummyHash.catch(() => undefined);

  async function compare(
    stored: string | undefined,
    password: string,
    address: Address,
  ): Promise<{ ok: boolean; outdated: boolean }> {
    const known = stored !== undefined && stored.startsWith('$argon2');
    const against = known ? stored : await dummyHash;
    const matches = await timed('verify', address, () => verify(against, password));
    return { ok: known && matches, outdated: known && matches && needsRehash(stored, settings) };
  }

  return {
    hash: (password, address) => timed('hash', address, () => hash(password, settings)),
    verify: compare,
  };
}
