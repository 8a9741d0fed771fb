import { once } from 'node:events';
import { batcher } from '@bramble/service-kit/base/batcher';
import { pause } from '@bramble/service-kit/runtime/clock';
import type {
  CapturedCharge,
  ChargeOutcome,
  ChargeRequest,
  FoundCharge,
  Provider,
  RefundReply,
  RefundRequest,
} from './provider';
import type { Remembered, SandboxCharge, SandboxRepository } from './sandbox.repository';

const SLOW_MS = 5_000;
/** The decline reason of each test card; null when it is accepted. */
const cards: ReadonlyMap<string, string | null> = new Map([
  ['tok_visa', null],
  ['tok_slow', null],
  ['tok_timeout', null],
  ['tok_declined', 'card_declined'],
]);

const outcomeOf = ({
  key,
  captured,
  reason,
}: Pick<SandboxCharge, 'key' | 'captured' | 'reason'>): ChargeOutcome =>
  captured
    ? { captured: true, reference: key }
    : { captured: false, reason: reason ?? 'declined', reference: key };

/**
 * A provider that decides by the card's token. It stores every key in its own tables, so that a repeated call moves no
 * money twice.
 */
export function createSandbox({
  repository,
  open = true,
  slowMs = SLOW_MS,
}: {
  repository: SandboxRepository;
  /** False declines every new charge. */
  open?: boolean;
  slowMs?: number;
}): Provider {
  const remember = batcher<SandboxCharge, Remembered>({
    max: 256,
    concurrency: 2,
    run: async (charges) => {
      const known = new Map((await repository.remember(charges)).map((charge) => [charge.key, charge]));
      return charges.map(({ key }) => known.get(key) ?? new Error('another call with this key is under way'));
    },
  });

  async function capture(
    { key, amount, currency, token }: ChargeRequest,
    signal: AbortSignal,
  ): Promise<ChargeOutcome> {
    if (!open) {
      const earlier = await repository.find(key);
      return earlier ? outcomeOf(earlier) : { captured: false, reason: 'checkout_closed', reference: null };
    }
    if (token === 'tok_slow') await pause(slowMs, signal);
    signal.throwIfAborted();
    const known = cards.get(token);
    const reason = known === undefined ? 'unknown_card' : known;
    const charge = await remember({ key, amount, currency, token, captured: reason === null, reason });
    if (token === 'tok_timeout' && charge.fresh) {
      if (!signal.aborted) await once(signal, 'abort');
      signal.throwIfAborted();
    }
    return outcomeOf(charge);
  }

  async function lookup({ key }: ChargeRequest): Promise<FoundCharge> {
    const charge = await repository.find(key);
    return charge ? outcomeOf(charge) : 'absent';
  }

  async function cancel({ key, amount, currency, token }: ChargeRequest): Promise<FoundCharge> {
    // The stored decline also refuses a capture that is still on its way.
    return outcomeOf(await remember({ key, amount, currency, token, captured: false, reason: 'canceled' }));
  }

  async function refund({ key, amount, capture }: RefundRequest): Promise<RefundReply> {
    const given = await repository.refund(key, capture.key, amount);
    if (given === undefined) throw new Error('the charge did not capture that much');
    return { status: 'succeeded', reference: key, amount: given };
  }

  async function* captures(since: Date): AsyncGenerator<CapturedCharge> {
    for (const charge of await repository.captures(since))
      yield { ...charge, attemptId: undefined, reference: charge.key };
  }

  return { name: 'sandbox', concurrency: 256, capture, lookup, cancel, refund, captures };
}
