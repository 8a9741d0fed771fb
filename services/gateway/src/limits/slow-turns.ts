import { setMaxListeners } from 'node:events';
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '@bramble/contracts/errors';
import { AppError } from '@bramble/service-kit/base/errors';
import { createFairQueue, type FairQueue } from '@bramble/service-kit/base/fair-queue';
import { SLOW_CONNECTIONS } from '@bramble/service-kit/http/transport';
import { counter, type MetricsOwner } from '@bramble/service-kit/observe/metrics';
import { slowLimits } from './limits';

/** The sender of a slow request. */
export interface SlowSender {
  address: string;
  /** A request leaves its line when its connection closes. */
  connection: Duplex;
}

export type SlowTurns = ReturnType<typeof createSlowTurns>;

const reasons: Partial<Record<ErrorCode, 'rate_limit' | 'overload'>> = {
  rate_limited: 'rate_limit',
  unavailable: 'overload',
};

/** The signal of each connection, since a client may send many requests on it without waiting for their answers. */
const signals = new WeakMap<Duplex, AbortSignal>();
/** A signal that aborts when the connection closes. */
function goneSignal(connection: Duplex): AbortSignal {
  if (connection.destroyed) return AbortSignal.abort();
  const known = signals.get(connection);
  if (known) return known;
  const gone = new AbortController();
  // Every request that waits listens.
  setMaxListeners(0, gone.signal);
  connection.once('close', () => gone.abort());
  signals.set(connection, gone.signal);
  return gone.signal;
}

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
  return <T>(
    { name, address, connection }: SlowSender & { name: string },
    send: () => Promise<T>,
  ): Promise<T> => {
    let begun = false;
    const work = () => {
      begun = true;
      return send();
    };
    return queueOf(name)(address, work, goneSignal(connection)).catch((error: unknown) => {
      if (!begun && error instanceof AppError) {
        const reason = reasons[error.code];
        if (reason) rejected.inc({ reason });
      }
      throw error;
    });
  };
}
