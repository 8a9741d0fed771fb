import Stripe from 'stripe';
import type {
  CapturedCharge,
  ChargeOutcome,
  ChargeRequest,
  FoundCharge,
  Provider,
  RefundOutcome,
  RefundReply,
  RefundRequest,
} from './provider';

/** Close to the limit of our calls, so that a connection ends soon after its call was given up. */
const TIMEOUT_MS = 6_000;
/** Allowed difference between Stripe's clock and ours. */
const SKEW_SECONDS = 300;
/** An intent is created within this time of its attempt: at once, or by the sweep after a crash. */
const WINDOW_SECONDS = 3_600;
/** Card errors that Stripe reports as invalid requests: they are definite declines, and no money moved. */
const CARD_FAULTS = new Set(['resource_missing', 'token_already_used', 'amount_too_large']);

/** The Stripe client; `url` names a test server in place of Stripe. */
export function openStripe(secretKey: string, url?: string): Stripe {
  const address = url === undefined ? undefined : new URL(url);
  return new Stripe(secretKey, {
    // Attempts are retried with their own key and outcome, so the SDK must not retry.
    maxNetworkRetries: 0,
    timeout: TIMEOUT_MS,
    telemetry: false,
    ...(address === undefined
      ? {}
      : {
          protocol: address.protocol === 'http:' ? ('http' as const) : ('https' as const),
          host: address.hostname,
          port: address.port,
        }),
  });
}

const declined = (reason: string, reference: string | null = null): ChargeOutcome => ({
  captured: false,
  reason,
  reference,
});
const reasonOf = (intent: Stripe.PaymentIntent): string =>
  intent.last_payment_error?.decline_code ?? intent.last_payment_error?.code ?? 'card_declined';

/** The outcome of a refund by its status at Stripe. */
export function outcomeOfRefund({ id, status, failure_reason }: Stripe.Refund): RefundOutcome {
  if (status === 'failed' || status === 'canceled')
    return { status: 'failed', reference: id, reason: failure_reason ?? status };
  return { status: status === 'succeeded' ? 'succeeded' : 'pending', reference: id };
}

/** The definite outcome of a Stripe error; undefined when the outcome is open. */
function outcomeOfError(error: unknown): ChargeOutcome | undefined {
  if (error instanceof Stripe.errors.StripeCardError)
    return declined(error.decline_code || error.code || 'card_declined', error.payment_intent?.id ?? null);
  if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'amount_too_small')
    return { captured: true, reference: null, waived: true };
  if (error instanceof Stripe.errors.StripeInvalidRequestError)
    return CARD_FAULTS.has(error.code ?? '') || error.param?.startsWith('payment_method')
      ? declined(error.code ?? 'invalid_card')
      : undefined;
  return undefined;
}

/**
 * Stripe by its own SDK: an intent is authorised first and captured second, with keys derived from the attempt's key.
 * Only this server confirms intents, so a decline is final. `shopId` marks this shop's intents, since another shop may use
 * the same account.
 */
export function createStripe(stripe: Stripe, shopId: () => Promise<string>): Provider {
  /** The intent's outcome; an authorised intent is captured first. Undefined while Stripe is processing it. */
  const settle = async (
    intent: Stripe.PaymentIntent,
    { key }: ChargeRequest,
  ): Promise<ChargeOutcome | undefined> => {
    switch (intent.status) {
      case 'succeeded':
        return { captured: true, reference: intent.id };
      case 'requires_capture': {
        const captured = await stripe.paymentIntents.capture(
          intent.id,
          {},
          { idempotencyKey: `${key}:take` },
        );
        return captured.status === 'succeeded' ? { captured: true, reference: captured.id } : undefined;
      }
      case 'requires_action':
        // The bank demands an authentication, and the buyer is not present. The intent is cancelled, so that it cannot
        // succeed later.
        await stripe.paymentIntents.cancel(intent.id, {}, { idempotencyKey: `${key}:cancel` });
        return declined('authentication_required', intent.id);
      case 'canceled':
        return declined(reasonOf(intent), intent.id);
      case 'requires_payment_method':
        return intent.last_payment_error ? declined(reasonOf(intent), intent.id) : undefined;
      default:
        return undefined;
    }
  };

  /** The outcome of an intent that must not be captured any more; one that is open is cancelled. */
  const end = async (intent: Stripe.PaymentIntent, { key }: ChargeRequest): Promise<FoundCharge> => {
    switch (intent.status) {
      case 'succeeded':
        return { captured: true, reference: intent.id };
      case 'canceled':
        return declined(reasonOf(intent), intent.id);
      case 'processing':
        return 'unknown';
      default:
        await stripe.paymentIntents.cancel(intent.id, {}, { idempotencyKey: `${key}:cancel` });
        return declined('canceled', intent.id);
    }
  };

  /**
   * Finds the intent by its id, or else among the intents of its time window: Stripe's search index lags behind by a
   * minute.
   */
  const find = async ({
    key,
    reference,
    createdAt,
  }: ChargeRequest): Promise<Stripe.PaymentIntent | undefined> => {
    if (reference !== null) return stripe.paymentIntents.retrieve(reference);
    const made = Math.floor(createdAt.getTime() / 1000);
    const created = { gte: made - SKEW_SECONDS, lte: made + WINDOW_SECONDS };
    for await (const intent of stripe.paymentIntents.list({ created, limit: 100 }))
      if (intent.metadata['key'] === key) return intent;
    return undefined;
  };

  /** Creates a payment method from a card token. The key makes a repetition return the same one. */
  const methodOf = async (token: string, key: string): Promise<string> => {
    if (!token.startsWith('tok_')) return token;
    const method = await stripe.paymentMethods.create(
      { type: 'card', card: { token } },
      { idempotencyKey: `${key}:card` },
    );
    return method.id;
  };

  async function capture(request: ChargeRequest): Promise<ChargeOutcome> {
    const { key, orderId, attemptId, amount, currency, token } = request;
    try {
      const intent = await stripe.paymentIntents.create(
        {
          payment_method: await methodOf(token, key),
          amount,
          currency: currency.toLowerCase(),
          confirm: true,
          capture_method: 'manual',
          allowed_payment_method_types: ['card'],
          metadata: { key, orderId, attemptId, shopId: await shopId() },
        },
        { idempotencyKey: key },
      );
      const outcome = await settle(intent, request);
      if (!outcome) throw new Error(`the intent is ${intent.status}`);
      return outcome;
    } catch (error) {
      const outcome = outcomeOfError(error);
      if (!outcome) throw error;
      return outcome;
    }
  }

  async function lookup(request: ChargeRequest): Promise<FoundCharge> {
    const intent = await find(request);
    return intent ? ((await settle(intent, request)) ?? 'unknown') : 'absent';
  }

  async function cancel(request: ChargeRequest): Promise<FoundCharge> {
    const intent = await find(request);
    return intent ? end(intent, request) : 'absent';
  }

  /** What is left of a capture after these refunds, at most `amount`. */
  const restOf = async (
    intent: string,
    amount: number,
    refunds: readonly Stripe.Refund[],
  ): Promise<number> => {
    if (refunds.length === 0) return amount;
    const { amount_received: captured } = await stripe.paymentIntents.retrieve(intent);
    if (amount > captured) throw new Error('the charge did not capture that much');
    return Math.min(amount, captured - refunds.reduce((sum, refund) => sum + refund.amount, 0));
  };

  async function refund({ key, orderId, amount, capture }: RefundRequest): Promise<RefundReply> {
    if (capture.reference === null) throw new Error('the capture has no intent');
    // Stripe forgets idempotency keys after a day, so an earlier refund is found by its metadata.
    const failed: string[] = [];
    const others: Stripe.Refund[] = [];
    for await (const refund of stripe.refunds.list({ payment_intent: capture.reference, limit: 100 })) {
      const outcome = outcomeOfRefund(refund);
      if (refund.metadata?.['refundId'] !== key) {
        if (outcome.status !== 'failed') others.push(refund);
        continue;
      }
      if (outcome.status !== 'failed') return { ...outcome, amount: refund.amount, failedBefore: failed };
      failed.push(outcome.reference);
    }
    const given = await restOf(capture.reference, amount, others);
    const [before] = others;
    if (before && given <= 0) return { ...outcomeOfRefund(before), amount: 0, failedBefore: failed };
    // A key answers its first call for ever, so a refund after a failed one, or of another amount, has a key of its own.
    const again = failed.length === 0 ? [] : [failed.length + 1];
    const rest = given === amount ? [] : ['rest', given];
    const refund = await stripe.refunds.create(
      { payment_intent: capture.reference, amount: given, metadata: { refundId: key, orderId } },
      { idempotencyKey: [key, ...again, ...rest].join(':') },
    );
    return { ...outcomeOfRefund(refund), amount: given, failedBefore: failed };
  }

  async function* captures(since: Date): AsyncGenerator<CapturedCharge> {
    const shop = await shopId();
    const created = { gte: Math.floor(since.getTime() / 1000) };
    for await (const intent of stripe.paymentIntents.list({
      created,
      limit: 100,
      expand: ['data.latest_charge'],
    })) {
      if (intent.status !== 'succeeded' || intent.metadata['shopId'] !== shop) continue;
      const charge = intent.latest_charge;
      const refunded = charge === null || typeof charge === 'string' ? 0 : charge.amount_refunded;
      yield {
        key: intent.metadata['key'] ?? '',
        attemptId: intent.metadata['attemptId'],
        amount: intent.amount_received,
        refunded,
        currency: intent.currency.toUpperCase(),
        reference: intent.id,
        createdAt: new Date(intent.created * 1000),
      };
    }
  }

  return { name: 'stripe', concurrency: 32, capture, lookup, cancel, refund, captures };
}
