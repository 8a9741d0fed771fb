import { CircleAlert, CircleCheck, Clock, Radio } from 'lucide-react';
import type { Order } from '@bramble/contracts/orders';
import { headlineOf, isDeclined, statusNames } from './order-words';

const styles = {
  live: ['text-sky', Radio],
  waiting: ['text-amber', Clock],
  done: ['text-leaf', CircleCheck],
  error: ['text-rust', CircleAlert],
} as const;

export const OrderBadge = ({ order }: { order: Order }) => {
  const [colour, Icon] = styles[headlineOf(order).tone];
  return (
    <span className={`inline-flex items-center gap-1.5 text-sm font-semibold ${colour}`}>
      <Icon className="size-4" aria-hidden />
      {isDeclined(order) ? 'Card declined' : statusNames[order.status]}
    </span>
  );
};
