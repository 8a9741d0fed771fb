import type Stripe from 'stripe';
import { z } from 'zod';
import { idSchema } from '@bramble/contracts/page';
import { AppError } from '@bramble/service-kit/base/errors';
import type { AttemptOutcome, RefundOutcome } from './provider';
import { outcomeOfRefund } from './stripe';

const ownIntent = z.object({ attemptId: idSchema });
const ownRefund = z.object({ refundId: idSchema });

/** A notification about an attempt or a refund of this shop. */
export type Notice =
  { kind: 'attempt'; outcome: AttemptOutcome } | { kind: 'refund'; id: string; outcome: RefundOutcome };

/** Parses notifications with a valid Stripe signature; anything else is `invalid_input`. */
export function createStripeWebhook(stripe: Stripe, secret: string) {
  return (body: Buffer, signature: string | undefined): Notice | undefined => {
    let event: Stripe.Event;
    try {
      event = stripe.webhooks.constructEvent(body, signature ?? '', secret);
    } catch (cause) {
      throw new AppError('invalid_input', { detail: 'this is not signed by Stripe', cause });
    }
    switch (event.type) {
      case 'payment_intent.succeeded':
      case 'payment_intent.payment_failed':
      case 'payment_intent.canceled': {
        const intent = event.data.object;
        const own = ownIntent.safeParse(intent.metadata);
        if (!own.success) return undefined;
        const captured = event.type === 'payment_intent.succeeded';
        const reason =
          intent.last_payment_error?.decline_code ?? intent.last_payment_error?.code ?? 'card_declined';
        return {
          kind: 'attempt',
          outcome: {
            id: own.data.attemptId,
            captured,
            reason: captured ? null : reason,
            reference: intent.id,
          },
        };
      }
      case 'refund.created':
      case 'refund.updated':
      case 'refund.failed': {
        const refund = event.data.object;
        const own = ownRefund.safeParse(refund.metadata);
        if (!own.success) return undefined;
        return { kind: 'refund', id: own.data.refundId, outcome: outcomeOfRefund(refund) };
      }
      default:
        return undefined;
    }
  };
}
