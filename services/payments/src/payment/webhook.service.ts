import { AppError } from '@bramble/service-kit/base/errors';
import type { Notice } from '../provider/stripe.webhook';
import type { RefundService } from './refund.service';
import type { Settlement } from './settlement';

/** Settles attempts and refunds by the provider's notifications. */
export function createWebhookService({
  read,
  settlement,
  refunds,
}: {
  /** Undefined when the provider sends no notifications. */
  read: ((body: Buffer, signature: string | undefined) => Notice | undefined) | undefined;
  settlement: Settlement;
  refunds: RefundService;
}) {
  async function receive(body: Buffer, signature: string | undefined): Promise<void> {
    if (!read) throw new AppError('not_found');
    const notice = read(body, signature);
    if (notice?.kind === 'attempt') await settlement.settle(notice.outcome);
    if (notice?.kind === 'refund') await refunds.record(notice.id, notice.outcome);
  }

  return { receive };
}
export type WebhookService = ReturnType<typeof createWebhookService>;
