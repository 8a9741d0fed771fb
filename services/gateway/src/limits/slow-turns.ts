import { AppError } from '@bramble/service-kit/base/errors';
import { createFairQueue, type FairQueue } from '@bramble/service-kit/base/fair-queue';
import { SLOW_CONNECTIONS } from '@bramble/service-kit/http/transport';
import { counter, type MetricsOwner } from '@bramble/service-kit/observe/metrics';
import { slowLimits } from './limits';

export type SlowTurns = ReturnType<typeof createSlowTurns>;

/**
 * Lets slow requests to a service wait for their turn here. Connections serve first come, first served, so one address
 * could occupy them all. Throws `rate_limited` when too many of one address wait, `unavailable` when too many wait in all.
 */
export function createSlowTurns(owner: MetricsOwner, { factor }: { factor: number }) {
  const { atOncePerAddress, waitingPerAddress, waiting, retryAfterSeconds } = slowLimits;
  const rejected = counter(owner, 'bramble_http_rejected_total');
  const queues = new Map<string, FairQueue>();

  const queueOf = (name: string): FairQueue => {
    const queue =
      queues.get(name) ??
      createFairQueue({
        atOnce: SLOW_CONNECTIONS,
        atOncePerKey: atOncePerAddress,
        waiting,
        waitingPerKey: Math.max(1, Math.round(waitingPerAddress * factor)),
        retryAfterSeconds,
      });
    queues.set(name, queue);
    return queue;
  };

  /** Runs `send` for the client at `address` when its turn at the service `name` has come. */
  return <T>({ name, address }: { name: string; address: string }, send: () => Promise<T>): Promise<T> => {
    let begun = false;
    const work = () => {
      begun = true;
      return send();
    };
    return queueOf(name)(address, work).catch((error: unknown) => {
      if (!begun && error instanceof AppError)
        rejected.inc({ reason: error.code === 'rate_limited' ? 'rate_limit' : 'overload' });
      throw error;
    });
  };
}
