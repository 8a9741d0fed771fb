import type { Order } from '@bramble/contracts/orders';
import type { Actor } from '@bramble/service-kit/base/actor';
import { userIdOf } from '@bramble/service-kit/base/actor';
import { reply, type Reply } from '@bramble/service-kit/http/reply';
import type { FirstRequest, Idempotency } from './idempotency.service';

export type AnswerOnce = ReturnType<typeof createAnswerOnce>;

/** Makes the function by which a route answers once per user and Idempotency-Key. */
export function createAnswerOnce(idempotency: Idempotency) {
  /**
   * Answers with `status` and the order that `run` returns. For 24 hours a repetition with the same body gets the same
   * bytes, since `run` stores the answer in its transaction.
   */
  return async function answerOnce(
    caller: { actor: Actor; idempotency: { key: string; hash: string } },
    status: number,
    run: (first: FirstRequest) => Promise<Order>,
  ): Promise<Reply> {
    const answer = await idempotency.once({
      request: { userId: userIdOf(caller.actor), ...caller.idempotency },
      answerOf: (order) => ({ status, body: { order } }),
      run,
    });
    return reply(answer.status, answer.body);
  };
}
