import { batcher } from '@bramble/service-kit/base/batcher';
import { backoff, pause } from '@bramble/service-kit/runtime/clock';
import type { ChargeOutcome, ChargeRequest } from '../provider/provider';
import { type Attempt, type AttemptRepository, NOT_CAPTURED } from './attempt.repository';
import type { ProviderCalls } from './provider-calls';
import type { Settlement } from './settlement';

/** The time limit of one reply of the provider, and of the whole outcome. */
export interface CaptureLimits {
  replyMs: number;
  outcomeMs: number;
}
const LIMITS: CaptureLimits = { replyMs: 6_000, outcomeMs: 9_500 };
const BLOCKED_SECONDS = 1;

const chargeOf = (attempt: Attempt): ChargeRequest => ({
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

  /** Ends the charge of a released order. One that is absent has failed: nothing is captured anew. */
  const cancel = async (charge: ChargeRequest): Promise<ChargeOutcome | undefined> => {
    const found = await calls.find(charge, 'cancel');
    if (found === 'unknown') return undefined;
    if (found !== 'absent' && found.captured) return found;
    const reference = found === 'absent' ? null : found.reference;
    return { captured: false, reason: NOT_CAPTURED.released, reference };
  };

  /** Asks for the outcome once. `sent`: an earlier call may have reached the provider. */
  const ask = async (
    charge: ChargeRequest,
    sent: boolean,
    ms: () => number,
  ): Promise<ChargeOutcome | undefined> => {
    if (sent) {
      if (await attempts.isReleased(charge.orderId)) return cancel(charge);
      const found = await calls.find(charge, 'lookup');
      if (found !== 'absent' && found !== 'unknown') return found;
      // The look-up may have taken seconds. The next round cancels.
      if (await attempts.isReleased(charge.orderId)) return undefined;
    }
    return calls.capture(charge, ms());
  };

  /** Calls the provider until the outcome is known or the time is up. Every call carries the same key. */
  const outcomeOf = async (attempt: Attempt): Promise<ChargeOutcome | undefined> => {
    const charge = chargeOf(attempt);
    const deadline = performance.now() + limits.outcomeMs;
    const left = () => Math.max(0, deadline - performance.now());
    let sent = attempt.tries > 1;
    for (let round = 1; left() > 0; round++) {
      const outcome = await ask(charge, sent, () => Math.min(limits.replyMs, left()));
      if (outcome) return outcome;
      sent = true;
      await pause(Math.min(backoff(round), left()));
    }
    return undefined;
  };

  async function run({ id }: Pick<Attempt, 'id'>): Promise<void> {
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
      waived: outcome.captured && outcome.waived === true,
      reason: outcome.captured ? null : outcome.reason,
      reference: outcome.reference,
    });
  }

  return { run };
}
