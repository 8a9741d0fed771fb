import type { Order } from '@bramble/contracts/orders';
import { AppError, isRefusal } from '@bramble/service-kit/base/errors';
import { pause } from '@bramble/service-kit/runtime/clock';
import type {
  IdempotencyRepository,
  RequestKey,
  StoredRequest,
  StoredResponse,
} from './idempotency.repository';

/** How long a repetition waits for the answer of the first request. */
const WAIT_MS = 10_000;
const POLL_MS = 100;
/** Longer than any request may run: a first request without an answer after this time has died. */
export const ABANDONED_MS = 15_000;
const RETRY_AFTER_SECONDS = 5;

/** Another process served a request with the same key first; its stored answer is the answer of this one. */
export class OvertakenError extends Error {
  override readonly name = 'OvertakenError';
}

/** The first request with a key, while it runs. */
export interface FirstRequest {
  request: RequestKey;
  /** The database's clock in milliseconds. */
  now: number;
  /** The order id of an earlier try that died; the try may have had effects in other services under this id. */
  earlierOrderId?: string;
  /** Makes the answer that is stored in the transaction of the effect. */
  answerOf: (order: Order) => StoredResponse;
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
 * Runs work once per user and Idempotency-Key. Within this process, requests of the same key wait for the first one;
 * between processes, the stored answer decides.
 */
export function createIdempotency({ answers, replayed }: IdempotencyDependencies) {
  const running = new Map<string, Promise<unknown>>();

  const storedAnswer = (stored: StoredRequest, hash: string): StoredResponse | undefined => {
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

  /**
   * Whether a refusal may be the trace of another process that serves the same key: its effect emptied the cart, or
   * used the discount up. Then the stored answer is the answer, once it is there.
   */
  async function hasCompany({ userId, key }: RequestKey, error: unknown): Promise<boolean> {
    if (!isRefusal(error)) return false;
    const { stored } = await answers.find(userId, key);
    return stored !== undefined && (stored.answer !== undefined || stored.ageMs < ABANDONED_MS);
  }

  async function first({ request, answerOf, run }: Once, deadline: number): Promise<StoredResponse> {
    for (;;) {
      const { now, erased, stored } = await answers.find(request.userId, request.key);
      // The session was checked when the request began. What commits at the moment of the erasure is cleared after it.
      if (erased) throw new AppError('unauthenticated', { detail: 'this account was erased' });
      const earlier = stored && storedAnswer(stored, request.hash);
      if (earlier) return earlier;
      const isRunning = stored !== undefined && stored.ageMs < ABANDONED_MS;
      if (!isRunning) {
        const earlierOrderId = stored?.orderId ? { earlierOrderId: stored.orderId } : {};
        try {
          return answerOf(await run({ request, answerOf, now, ...earlierOrderId }));
        } catch (error) {
          if (!(error instanceof OvertakenError) && !(await hasCompany(request, error))) throw error;
        }
      }
      if (performance.now() > deadline) throw inFlight();
      await pause(POLL_MS);
    }
  }

  /** The answer to a request: that of this run or of an earlier one. */
  async function once(work: Once): Promise<StoredResponse> {
    const deadline = performance.now() + WAIT_MS;
    const requestId = `${work.request.userId} ${work.request.key}`;
    for (let ahead = running.get(requestId); ahead !== undefined; ahead = running.get(requestId)) {
      const left = deadline - performance.now();
      if (left <= 0) throw inFlight();
      const timer = new AbortController();
      await Promise.race([ahead.catch(() => undefined), pause(left, timer.signal)]);
      timer.abort();
    }
    const answer = first(work, deadline);
    running.set(requestId, answer);
    try {
      return await answer;
    } finally {
      running.delete(requestId);
    }
  }

  return { once };
}
export type Idempotency = ReturnType<typeof createIdempotency>;
