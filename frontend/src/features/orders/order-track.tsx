import { Check } from 'lucide-react';
import type { Order } from '@bramble/contracts/orders';
import { cn } from '../../lib/cn';
import { journey, journeyNames, stepOf } from './order-words';

/** The steps of an order, with the current one marked. */
export const OrderTrack = ({ order }: { order: Order }) => {
  const reached = stepOf(order.status);
  if (reached < 0) return null;
  const arrived = order.status === 'COMPLETED';
  return (
    <ol aria-label="Progress" className="grid grid-cols-5 pt-2">
      {journey.map((status, index) => {
        const done = index < reached || arrived;
        const now = index === reached && !arrived;
        return (
          <li
            key={status}
            aria-current={now ? 'step' : undefined}
            className="relative grid justify-items-start gap-2 pr-2"
          >
            <span
              aria-hidden
              className={cn(
                'absolute top-3 left-0 h-0.5 w-full',
                index === journey.length - 1 && 'hidden',
                index < reached ? 'bg-leaf' : 'bg-line',
              )}
            />
            <span
              aria-hidden
              className={cn(
                'relative grid size-6 place-items-center rounded-full border-2',
                done
                  ? 'border-leaf bg-leaf text-paper'
                  : now
                    ? 'border-sky bg-paper'
                    : 'border-line-strong bg-paper',
              )}
            >
              {done && <Check className="size-4" strokeWidth={3} />}
              {now && (
                <span className="size-2.5 animate-[pulse-live_2s_ease-in-out_infinite] rounded-full bg-sky" />
              )}
            </span>
            <span
              className={cn(
                'text-xs leading-tight sm:text-sm',
                done || now ? 'font-semibold' : 'text-ink-muted',
              )}
            >
              {journeyNames[status]}
            </span>
          </li>
        );
      })}
    </ol>
  );
};
