import { z } from 'zod';
import { ordersApi } from '@bramble/contracts/orders';
import { idSchema, type Page } from '@bramble/contracts/page';
import type { Payment } from '@bramble/contracts/payments';
import { type Actor, isAdmin, userIdOf } from '@bramble/service-kit/base/actor';
import { decodeCursor, toPage } from '@bramble/service-kit/base/cursor';
import type { Upstream } from '@bramble/service-kit/http/client';
import type { PaymentRepository, PaymentRow } from './payment.repository';

const position = z.tuple([z.int(), idSchema, z.enum(['capture', 'refund'])]);

const show = ({ id, type, status, amount, currency, createdAt }: PaymentRow): Payment => ({
  id,
  type,
  status,
  amount: { amount, currency },
  createdAt: createdAt.toISOString(),
});

export function createPaymentService({
  payments,
  orders,
}: {
  payments: PaymentRepository;
  orders: Upstream;
}) {
  /** Only the owner and admins may see payments; for others the order is `not_found`. */
  async function list(
    actor: Actor,
    { orderId, limit, cursor }: { orderId: string; limit: number; cursor?: string | undefined },
  ): Promise<Page<Payment>> {
    const owner = isAdmin(actor) ? null : userIdOf(actor);
    const after = cursor === undefined ? undefined : decodeCursor(cursor, position);
    const rows = await payments.list(orderId, owner, { limit, after });
    // No payments: the order was not charged yet, or belongs to somebody else. Orders throws in the latter case.
    if (rows.length === 0) await orders.call(ordersApi.visible, { params: { id: orderId }, as: actor });
    return toPage(rows, limit, show, ({ id, type, position: at }) => [at, id, type]);
  }

  return { list };
}
export type PaymentService = ReturnType<typeof createPaymentService>;
