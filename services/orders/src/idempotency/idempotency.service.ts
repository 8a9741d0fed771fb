import type { Order } from '@bramble/contracts/orders';
import { AppError } from '@bramble/service-kit/base/errors';
import { pause } from '@bramble/service-kit/runtime/clock';
import type { Answer, IdempotencyRepository, RequestKey, StoredRequest } from './idempotency.repository';

/** How long a second request waits for the answer of the first. */
const WAIT_MS = 10_000;
const LOOK_EVERY_MS = 100;
/** Longer than any request lives: a first request that has not answered by then has died. */
export const ABANDONED_MS = 15_000;
const RETRY_AFTER_SECONDS = 5;

/** The first request lost against one that another process served: its answer is the stored one. */
export class OvertakenError extends Error {
  override readonly name = 'OvertakenError';
}

/** The first request with a key, while it runs. */
export interface FirstRequest {
  request: RequestKey;
  /** The database's clock, in milliseconds. */
  now: number;
  /** The order id of an earlier try that died: it may have had effects elsewhere under this id. */
  earlierOrderId?: string;
  /** The answer to store in the transaction in which the request takes effect. */
  answerOf: (order: Order) => Answer;
}
export interface Once {
  request: RequestKey;
  answerOf: FirstRequest['answerOf'];
  run: (first: FirstRequest) => Promise<Order>;
}

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

  const answerOfEarlier = (stored: StoredRequest, hash: string): Answer | undefined => {
    if (stored.requestHash !== hash) {
      replayed('conflict');
      throw new AppError('idempotency_key_reused');
    }
    if (stored.answer) replayed('same');
    return stored.answer;
  };
  const inFlight = () => {
    replayed('in_flight');
    return new AppError('in_flight', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  };

  async function first({ request, answerOf, run }: Once, deadline: number): Promise<Answer> {
    for (;;) {
      const { now, stored } = await answers.find(request.userId, request.key);
      const earlier = stored && answerOfEarlier(stored, request.hash);
      if (earlier) return earlier;
      const runsElsewhere = stored !== undefined && stored.ageMs < ABANDONED_MS;
      if (!runsElsewhere) {
        const earlierOrderId = stored?.orderId ? { earlierOrderId: stored.orderId } : {};
        try {
          return answerOf(await run({ request, answerOf, now, ...earlierOrderId }));
        } catch (error) {
          if (!(error instanceof OvertakenError)) throw error;
        }
      }
      if (performance.now() > deadline) throw inFlight();
      await pause(LOOK_EVERY_MS);
    }
  }

  /** The answer to a request: of its first run, which is this one or was an earlier one. */
  async function once(work: Once): Promise<Answer> {
    const deadline = performance.now() + WAIT_MS;
    const slot = `${work.request.userId} ${work.request.key}`;
    for (let ahead = running.get(slot); ahead !== undefined; ahead = running.get(slot)) {
      const left = deadline - performance.now();
      if (left <= 0) throw inFlight();
      const timer = new AbortController();
      await Promise.race([ahead.catch(() => undefined), pause(left, timer.signal)]);
      timer.abort();
    }
    const answer = first(work, deadline);
    running.set(slot, answer);
    try {
      return await answer;
    } finally {
      running.delete(slot);
    }
  }

  return { once };
}
export type Idempotency = ReturnType<typeof createIdempotency>;
