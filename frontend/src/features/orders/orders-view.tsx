import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Order } from '@bramble/contracts/orders';
import { Empty } from '../../components/empty';
import { Failure } from '../../components/failure';
import { PageHead } from '../../components/page-head';
import { Price } from '../../components/price';
import { Button } from '../../components/ui/button';
import { Skeleton } from '../../components/ui/skeleton';
import { usePage } from '../../lib/page';
import { OrderBadge } from './order-badge';
import { ordersQuery } from './orders.queries';

const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });

const Row = ({ order, renderArt }: { order: Order; renderArt: (productId: string) => ReactNode }) => {
  const pieces = order.items.reduce((sum, { quantity }) => sum + quantity, 0);
  return (
    <li className="group relative grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-6 gap-y-2 border-t border-line py-5 sm:grid-cols-[14rem_minmax(0,1fr)_auto]">
      <div className="flex gap-2 max-sm:order-3 max-sm:col-span-2">
        {order.items.slice(0, 4).map((item) => (
          <span key={item.productId} className="w-12">
            {renderArt(item.productId)}
          </span>
        ))}
      </div>
      <div className="grid gap-1">
        <h2 className="font-sans text-lg font-semibold tracking-normal">
          <Link
            to="/orders/$orderId"
            params={{ orderId: order.id }}
            className="no-underline decoration-raspberry decoration-2 underline-offset-4 group-hover:underline after:absolute after:inset-0"
          >
            {order.number}
          </Link>
        </h2>
        <p className="text-sm text-ink-muted">
          <time dateTime={order.createdAt}>{date.format(new Date(order.createdAt))}</time>,{' '}
          {pieces === 1 ? '1 thing' : `${pieces} things`}
        </p>
      </div>
      <div className="grid justify-items-end gap-1">
        <Price of={order.totals.total} className="text-lg" />
        <OrderBadge order={order} />
      </div>
    </li>
  );
};

export const OrdersView = ({ renderArt }: { renderArt: (productId: string) => ReactNode }) => {
  usePage('My orders');
  const list = useInfiniteQuery(ordersQuery);
  const orders = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="wrap-board pb-24">
      <PageHead title="My orders" />
      {list.isPending ? (
        <div className="grid gap-4">
          <Skeleton className="h-20" />
          <Skeleton className="h-20" />
          <Skeleton className="h-20" />
        </div>
      ) : list.error && orders.length === 0 ? (
        <Failure
          title="Your orders could not be fetched"
          error={list.error}
          onRetry={() => void list.refetch()}
        />
      ) : orders.length === 0 ? (
        <Empty
          title="No orders yet"
          action={
            <Button asChild>
              <Link to="/">Look at the board</Link>
            </Button>
          }
        >
          What you order can be followed here, step by step.
        </Empty>
      ) : (
        <>
          <ul className="border-b border-line">
            {orders.map((order) => (
              <Row key={order.id} order={order} renderArt={renderArt} />
            ))}
          </ul>
          {list.hasNextPage && (
            <Button className="mt-8" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              Show older ones
            </Button>
          )}
        </>
      )}
    </div>
  );
};
