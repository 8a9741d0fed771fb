import type { Item, Order } from '@bramble/contracts/orders';
import type { Payment } from '@bramble/contracts/payments';
import { finalStatuses } from '@bramble/test-kit/final-statuses';

/** One order that a buyer sent, and everything that the buyer has seen of it since. Times are milliseconds. */
export interface Attempt {
  buyer: number;
  wanted: readonly Item[];
  sentAt: number;
  answeredAt?: number;
  /** `accepted`, the code of a refusal, or `no answer`; absent while the buyer waits. */
  answer?: string;
  /** As it was last read. */
  order?: Order;
  /** Read after the order has ended. */
  payments: readonly Payment[];
}

export const hasEnded = ({ order }: Attempt): boolean =>
  order !== undefined && finalStatuses.includes(order.status);
export const isCompleted = ({ order }: Attempt): boolean => order?.status === 'COMPLETED';
export const isPaid = ({ order }: Attempt): boolean => order?.payment.status === 'captured';

/** Refused because there was too little stock: in the answer to the order, or by the order's end. */
export const isSoldOut = ({ answer, order }: Attempt): boolean =>
  answer === 'out_of_stock' || (order?.status === 'FAILED' && order.failureReason === 'out_of_stock');

/** Whether the shop has said yes or no. Any other refusal or fault leaves the buyer without an answer to the order. */
export const isAnswered = ({ answer }: Attempt): boolean =>
  answer === 'accepted' || answer === 'out_of_stock';

const sum = (payments: readonly Payment[], type: Payment['type']): number =>
  payments
    .filter((payment) => payment.type === type && payment.status === 'succeeded')
    .reduce((total, { amount }) => total + amount.amount, 0);

/** What the shop has kept of the buyer's money for this order, in minor units. */
export const moneyKept = ({ payments }: Attempt): number =>
  sum(payments, 'capture') - sum(payments, 'refund');

export const isPaidOnce = (attempt: Attempt): boolean =>
  attempt.payments.filter(({ type, status }) => type === 'capture' && status === 'succeeded').length === 1 &&
  moneyKept(attempt) === attempt.order?.totals.total.amount;

/** How many pieces of a product completed orders hold. */
export const soldOf = (attempts: readonly Attempt[], productId: string): number =>
  attempts
    .filter(isCompleted)
    .flatMap(({ order }) => order?.items ?? [])
    .filter((line) => line.productId === productId)
    .reduce((sold, { quantity }) => sold + quantity, 0);

/** The largest number of orders that waited for their answer at the same moment. */
export function mostAtOnce(attempts: readonly Attempt[]): number {
  const steps = attempts
    .flatMap(({ sentAt, answeredAt = Infinity }) => [
      { at: sentAt, by: 1 },
      { at: answeredAt, by: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.by - b.by);
  let open = 0;
  return steps.reduce((most, { by }) => Math.max(most, (open += by)), 0);
}

/** One line about an attempt, for a person who looks for what went wrong. */
export function describe({ buyer, answer, order, payments }: Attempt): string {
  const paid = payments.filter(({ type, status }) => type === 'capture' && status === 'succeeded').length;
  const state = order
    ? `order ${order.number} is ${order.status}${order.failureReason ? ` (${order.failureReason})` : ''}, captures: ${paid}`
    : `the answer was ${answer ?? 'no answer'}`;
  return `buyer ${buyer + 1}: ${state}`;
}
