import { Link } from '@tanstack/react-router';
import type { Order } from '@bramble/contracts/orders';
import { Price } from '../../components/price';
import { Button } from '../../components/ui/button';
import { refundable } from './admin.queries';

const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const cell = 'border-t border-line py-2.5 pr-6';
const head = 'py-2 pr-6 text-sm font-semibold text-ink-muted';

export const OrdersTable = ({ orders, onRefund }: { orders: Order[]; onRefund: (order: Order) => void }) => (
  <div className="overflow-x-auto" role="region" aria-label="Orders" tabIndex={0}>
    <table className="w-full min-w-[52rem] border-b border-line text-left whitespace-nowrap">
      <caption className="sr-only">Orders, newest first</caption>
      <thead>
        <tr>
          <th scope="col" className={head}>
            Number
          </th>
          <th scope="col" className={head} aria-sort="descending">
            Ordered
          </th>
          <th scope="col" className={head}>
            State
          </th>
          <th scope="col" className={head}>
            Payment
          </th>
          <th scope="col" className={`${head} text-right`}>
            Total
          </th>
          <th scope="col" className={`${head} text-right`}>
            Paid back
          </th>
          <td />
        </tr>
      </thead>
      <tbody>
        {orders.map((order) => (
          <tr key={order.id}>
            <th scope="row" className={`${cell} font-semibold`}>
              <Link to="/orders/$orderId" params={{ orderId: order.id }} className="link">
                {order.number}
              </Link>
              {order.buyerErased && (
                <span className="block text-sm font-normal text-ink-muted">Account erased</span>
              )}
            </th>
            <td className={`${cell} tabular`}>
              <time dateTime={order.createdAt}>{when.format(new Date(order.createdAt))}</time>
            </td>
            <td className={cell}>{order.status}</td>
            <td className={cell}>{order.payment.status}</td>
            <td className={`${cell} text-right`}>
              <Price of={order.totals.total} />
            </td>
            <td className={`${cell} text-right`}>
              {order.totals.refunded.amount > 0 ? <Price of={order.totals.refunded} /> : '–'}
            </td>
            <td className={`${cell} pr-0 text-right`}>
              {refundable(order).amount > 0 && (
                <Button size="sm" aria-label={`Pay back ${order.number}`} onClick={() => onRefund(order)}>
                  Pay back
                </Button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
