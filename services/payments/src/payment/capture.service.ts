import { batcher } from '@bramble/service-kit/base/batcher';
import { backoff, pause } from '@bramble/service-kit/runtime/clock';
import type { ChargeOutcome, ChargeRequest } from '../provider/provider';
import type { Attempt, AttemptRepository } from './attempt.repository';
import type { ProviderCalls } from './provider-calls';
import type { Settlement } from './settlement';

/** The time limit of one reply of the provider, and of the whole outcome. */
export interface CaptureLimits {
  replyMs: number;
  outcomeMs: number;
}
const LIMITS: CaptureLimits = { replyMs: 6_000, outcomeMs: 9_500 };
const BLOCKED_SECONDS = 1;

export const chargeOf = (attempt: Attempt): ChargeRequest => ({
  key: attempt.key,
  orderId: attempt.orderId,
  attemptId: attempt.id,
  amount: attempt.amount,
  currency: attempt.currency,
  token: attempt.token,
  createdAt: attempt.createdAt,
  reference: attempt.reference,
});

/** Runs an attempt until its outcome is known. No transaction is open during a call to the provider. */
export function createCaptureService({
  attempts,
  calls,
  settlement,
  limits = LIMITS,
}: {
  attempts: AttemptRepository;
  calls: ProviderCalls;
  settlement: Settlement;
  limits?: CaptureLimits;
}) {
  const begin = batcher<string, Attempt | undefined>({
    max: 128,
    concurrency: 2,
    run: async (ids) => {
      const begun = new Map((await attempts.begin(ids)).map((attempt) => [attempt.id, attempt]));
      return ids.map((id) => begun.get(id));
    },
  });

  /** Handles an attempt that may not start: it fails for good, or waits for an earlier attempt. */
  const refuse = async (id: string): Promise<void> => {
    const [blocked] = await attempts.blocked([id]);
    if (blocked) await settlement.settle({ id, captured: false, reason: blocked.reason, reference: null });
    else await attempts.postpone([id], BLOCKED_SECONDS);
  };

  /** Calls the provider until the outcome is known or the time is up. Every call carries the same key. */
  const outcomeOf = async (attempt: Attempt): Promise<ChargeOutcome | undefined> => {
    const charge = chargeOf(attempt);
    const deadline = performance.now() + limits.outcomeMs;
    // An earlier try may have reached the provider before its process died, so look it up first.
    let outcome = attempt.tries > 1 ? await calls.lookup(charge) : undefined;
    for (let round = 1; !outcome; round++) {
      const left = deadline - performance.now();
      if (left <= 0) return undefined;
      outcome = await calls.capture(charge, Math.min(limits.replyMs, left));
      outcome ??= await calls.lookup(charge);
      if (!outcome) await pause(Math.min(backoff(round), Math.max(0, deadline - performance.now())));
    }
    return outcome;
  };

  return {
    async run({ id }: Pick<Attempt, 'id'>): Promise<void> {
      const attempt = await begin(id);
      if (!attempt) return refuse(id);
      const outcome = await outcomeOf(attempt);
      if (!outcome) {
        await attempts.postpone([id], backoff(attempt.tries, { base: 1_000, max: 10_000 }) / 1000);
        return;
      }
      await settlement.settle({
        id,
        captured: outcome.captured,
        reason: outcome.captured ? null : outcome.reason,
        reference: outcome.reference,
      });
    },
  };
}
