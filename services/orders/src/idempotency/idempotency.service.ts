import { pause } from '@bramble/service-kit/runtime/clock';
import { AppError } from '@bramble/service-kit/base/errors';
import { reply, type Reply } from '@bramble/service-kit/http/reply';
import type { IdempotencyRepository, RequestKey, StoredAnswer } from './idempotency.repository';

/** How long a second request waits for the answer of the first. */
const WAIT_MS = 10_000;
const LOOK_EVERY_MS = 100;
/** Longer than any request lives: a first request that has not answered by then has died. */
export const ABANDONED_MS = 15_000;

/** The first request lost against one that another process served: its answer is the stored one. */
export class OvertakenError extends Error {
  override readonly name = 'OvertakenError';
}

/** Something that is done once per key. `now` is the database's clock in milliseconds. */
export type OneTime = (context: { now: number; earlierOrderId?: string }) => Promise<Reply>;

export interface IdempotencyDependencies {
  answers: IdempotencyRepository;
  replayed: (result: 'same' | 'conflict' | 'in_flight') => void;
}

/**
 * Runs work once per user and Idempotency-Key. Requests of the same key in this process wait for the first one here;
 * between processes the stored answer decides.
 */
export function createIdempotency({ answers, replayed }: IdempotencyDependencies) {
  const running = new Map<string, Promise<unknown>>();

  const replay = (stored: StoredAnswer, hash: string): Reply | undefined => {
    if (stored.requestHash !== hash) {
      replayed('conflict');
      throw new AppError('idempotency_key_reused');
    }
    if (stored.status === null) return undefined;
    replayed('same');
    return reply(stored.status, stored.body);
  };
  const inFlight = () => {
    replayed('in_flight');
    return new AppError('in_flight', { retryAfterSeconds: 5 });
  };

  const first = async (request: RequestKey, run: OneTime, deadline: number): Promise<Reply> => {
    for (;;) {
      const { now, stored } = await answers.find(request.userId, request.key);
      const answer = stored && replay(stored, request.hash);
      if (answer) return answer;
      const elsewhere = stored !== undefined && stored.ageMs < ABANDONED_MS;
      if (!elsewhere) {
        try {
          return await run({ now, ...(stored?.orderId ? { earlierOrderId: stored.orderId } : {}) });
        } catch (error) {
          if (!(error instanceof OvertakenError)) throw error;
        }
      }
      if (performance.now() > deadline) throw inFlight();
      await pause(LOOK_EVERY_MS);
    }
  };

  return {
    async once(request: RequestKey, run: OneTime): Promise<Reply> {
      const deadline = performance.now() + WAIT_MS;
      const slot = `${request.userId} ${request.key}`;
      for (let ahead = running.get(slot); ahead !== undefined; ahead = running.get(slot)) {
        const left = deadline - performance.now();
        if (left <= 0) throw inFlight();
        const timer = new AbortController();
        await Promise.race([ahead.catch(() => undefined), pause(left, timer.signal)]);
        timer.abort();
      }
      const work = first(request, run, deadline);
      running.set(slot, work);
      try {
        return await work;
      } finally {
        running.delete(slot);
      }
    },
  };
}
export type Idempotency = ReturnType<typeof createIdempotency>;
