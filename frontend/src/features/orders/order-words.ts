import type { Order, OrderStatus } from '@bramble/contracts/orders';

type Tone = 'live' | 'waiting' | 'done' | 'error';

export const statusNames: Record<OrderStatus, string> = {
  PENDING: 'Being checked',
  RESERVED: 'Set aside',
  PAID: 'Paid',
  SHIPPED: 'On its way',
  COMPLETED: 'Delivered',
  FAILED: 'Not possible',
  CANCELLED: 'Cancelled',
  REFUNDED: 'Paid back',
};

const failures: Record<NonNullable<Order['failureReason']>, string> = {
  out_of_stock: 'Something was sold out before we could set it aside. Nothing was charged.',
  product_unavailable: 'Something is no longer for sale. Nothing was charged.',
  payment_expired: 'The payment did not come in time, so the goods went back on the board.',
  timeout: 'The shop could not finish this in time. Nothing was kept of your money.',
};

export const isDeclined = (order: Order): boolean =>
  order.status === 'RESERVED' && order.payment.status === 'declined';

/** The headline of an order's page. */
export const headlineOf = (order: Order): { tone: Tone; title: string; text: string } => {
  switch (order.status) {
    case 'PENDING':
      return { tone: 'live', title: 'Checking the shelves', text: 'Your goods are being set aside.' };
    case 'RESERVED':
      if (isDeclined(order)) {
        return {
          tone: 'waiting',
          title: 'The card was declined',
          text: 'Your goods stay set aside for a while.',
        };
      }
      return { tone: 'live', title: 'Set aside for you', text: 'Your card is being charged.' };
    case 'PAID':
      return { tone: 'live', title: 'Paid. Being packed', text: 'Your goods are being made ready.' };
    case 'SHIPPED':
      return { tone: 'live', title: 'On its way', text: 'The courier has your parcel.' };
    case 'COMPLETED':
      return { tone: 'done', title: 'Delivered', text: 'Your parcel has arrived. Enjoy it.' };
    case 'FAILED':
      return {
        tone: 'error',
        title: 'This order did not work out',
        text: order.failureReason ? failures[order.failureReason] : 'Nothing was charged.',
      };
    case 'CANCELLED':
      return {
        tone: 'waiting',
        title: 'Cancelled',
        text:
          order.payment.status === 'refunding'
            ? 'Your money is on its way back.'
            : order.payment.status === 'refunded'
              ? 'Your money has been paid back.'
              : 'Nothing will be charged.',
      };
    case 'REFUNDED':
      return { tone: 'done', title: 'Paid back', text: 'Your money has been paid back.' };
  }
};

export const journey = ['PENDING', 'RESERVED', 'PAID', 'SHIPPED', 'COMPLETED'] as const;
export const journeyNames: Record<(typeof journey)[number], string> = {
  PENDING: 'Ordered',
  RESERVED: 'Set aside',
  PAID: 'Paid',
  SHIPPED: 'On its way',
  COMPLETED: 'Delivered',
};

/** The index of the current step; -1 when the order ended early. */
export const stepOf = (status: OrderStatus): number => (journey as readonly string[]).indexOf(status);

/** True when the order changes no more by itself. */
export const isSettled = (order: Order): boolean =>
  order.payment.status !== 'refunding' &&
  (order.status === 'COMPLETED' ||
    order.status === 'FAILED' ||
    order.status === 'CANCELLED' ||
    order.status === 'REFUNDED');

export const canCancel = (order: Order): boolean => ['PENDING', 'RESERVED', 'PAID'].includes(order.status);

const entries: Record<string, string> = {
  ...statusNames,
  PENDING: 'Ordered',
  RESERVED: 'Goods set aside',
  'payment.declined': 'Card declined',
  PREPARING: 'Being packed',
  OUT_FOR_DELIVERY: 'Out for delivery',
  DELIVERED: 'Delivered',
  STOPPED: 'Delivery stopped',
};

/** A timeline entry in words. An unknown status is made readable, not hidden. */
export const entryName = (status: string): string => {
  const known = entries[status];
  if (known) return known;
  const words = status.toLowerCase().replace(/[._-]+/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};
