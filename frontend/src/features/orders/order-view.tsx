import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Order } from '@bramble/contracts/orders';
import { Failure } from '../../components/failure';
import { PageHead } from '../../components/page-head';
import { Price } from '../../components/price';
import { TotalsTable } from '../../components/totals-table';
import { Notice } from '../../components/ui/notice';
import { Skeleton } from '../../components/ui/skeleton';
import { announce } from '../../lib/announce';
import { countryName } from '../../lib/countries';
import { usePage } from '../../lib/page';
import { OrderActions } from './order-actions';
import { OrderTimeline } from './order-timeline';
import { OrderTrack } from './order-track';
import { canCancel, headlineOf } from './order-words';
import { orderQuery } from './orders.queries';
import { useLiveOrder } from './use-live-order';

const AddressBlock = ({ order: { shippingAddress: to } }: { order: Order }) => (
  <address className="not-italic">
    {to.name}
    <br />
    {to.line1}
    {to.line2 && (
      <>
        <br />
        {to.line2}
      </>
    )}
    <br />
    {to.postalCode} {to.city}
    <br />
    {countryName(to.country)}
  </address>
);

const Loaded = ({ order, renderArt }: { order: Order; renderArt: (productId: string) => ReactNode }) => {
  const client = useQueryClient();
  const keep = (next: Order) => client.setQueryData(orderQuery(order.id).queryKey, next);
  const headline = headlineOf(order);
  // Keep the row while the page is open, so that content below does not move when the parcel is shipped.
  const [hadActions] = useState(canCancel(order));
  const announced = useRef(headline.title);
  useEffect(() => {
    if (announced.current !== headline.title) announce(`${headline.title}. ${headline.text}`);
    announced.current = headline.title;
  }, [headline.title, headline.text]);
  return (
    <div className="grid gap-10 lg:grid-cols-[minmax(0,1fr)_22rem] lg:gap-16">
      <div className="grid content-start gap-8">
        <Notice
          tone={headline.tone}
          title={<span className="font-display text-xl">{headline.title}</span>}
          className="min-h-28 sm:min-h-20"
        >
          <p>{headline.text}</p>
        </Notice>
        <OrderTrack order={order} />
        {hadActions && <OrderActions key={order.payment.attempts} order={order} onOrder={keep} />}
        <section aria-labelledby="goods" className="grid gap-1">
          <h2 id="goods" className="pb-2 text-xl">
            Goods
          </h2>
          <ul>
            {order.items.map((item) => (
              <li
                key={item.productId}
                className="grid grid-cols-[4rem_minmax(0,1fr)_auto] items-center gap-4 border-t border-line py-3"
              >
                {renderArt(item.productId)}
                <span className="leading-snug">
                  <Link
                    to="/products/$productId"
                    params={{ productId: item.productId }}
                    className="no-underline decoration-raspberry decoration-2 underline-offset-4 hover:underline"
                  >
                    {item.title}
                  </Link>
                  <span className="tabular block text-sm text-ink-muted">
                    {item.quantity} × <Price of={item.unitPrice} />
                  </span>
                </span>
                <Price of={item.lineTotal} />
              </li>
            ))}
          </ul>
        </section>
      </div>
      <div className="grid content-start gap-8">
        <section aria-labelledby="happened" className="grid gap-4">
          <h2 id="happened" className="text-xl">
            What happened
          </h2>
          <OrderTimeline entries={order.timeline} />
        </section>
        <section aria-labelledby="sums" className="grid gap-4 border-t border-line pt-6">
          <h2 id="sums" className="text-xl">
            Sums
          </h2>
          <TotalsTable totals={order.totals} />
        </section>
        <section aria-labelledby="to" className="grid gap-3 border-t border-line pt-6">
          <h2 id="to" className="text-xl">
            Where it goes
          </h2>
          <AddressBlock order={order} />
        </section>
      </div>
    </div>
  );
};

export const OrderView = ({ id, renderArt }: { id: string; renderArt: (productId: string) => ReactNode }) => {
  const { data: order, error, isPending, refetch } = useLiveOrder(id);
  usePage(order ? `Order ${order.number}` : undefined);
  return (
    <div className="wrap-board pb-24">
      <PageHead title={order ? `Order ${order.number}` : 'Order'}>
        <Link to="/orders" className="link max-sm:basis-full">
          All my orders
        </Link>
      </PageHead>
      {order ? (
        <Loaded order={order} renderArt={renderArt} />
      ) : isPending ? (
        <Skeleton className="h-64" />
      ) : (
        <Failure title="This order could not be fetched" error={error} onRetry={() => void refetch()} />
      )}
    </div>
  );
};
