import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Empty } from '../components/empty';
import { PageHead } from '../components/page-head';
import { Button } from '../components/ui/button';
import { Skeleton } from '../components/ui/skeleton';
import { cartQuery } from '../features/cart/cart-sync';
import { useBasket } from '../features/cart/use-basket';
import { CheckoutView } from '../features/checkout/checkout-view';
import { orderQuery, ordersQuery } from '../features/orders/orders.queries';
import { usePage } from '../lib/page';
import { useSession } from '../lib/session';
import { ProductThumb } from './product-thumb';

const NothingToPay = () => {
  usePage('Check out');
  return (
    <div className="wrap-board pb-24">
      <PageHead title="Check out" />
      <Empty
        title="There is nothing in the basket"
        action={
          <Button asChild>
            <Link to="/">Look at the board</Link>
          </Button>
        }
      />
    </div>
  );
};

export const CheckoutPage = () => {
  const { lines, cart, settling, isPending } = useBasket();
  const session = useSession();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [placed, setPlaced] = useState(false);
  const basket = lines.map(({ productId, quantity }) => `${productId}×${quantity}`).join(' ');

  if ((isPending || session === undefined) && !placed) {
    return (
      <div className="wrap-board pt-24">
        <Skeleton className="h-96" />
      </div>
    );
  }
  if (!basket && !placed) return <NothingToPay />;
  return (
    <CheckoutView
      basket={basket}
      known={cart}
      settling={settling}
      renderArt={(id) => <ProductThumb id={id} />}
      onOrder={(order) => {
        setPlaced(true);
        client.setQueryData(orderQuery(order.id).queryKey, order);
        void client.invalidateQueries({ queryKey: ordersQuery.queryKey });
        void navigate({ to: '/orders/$orderId', params: { orderId: order.id }, replace: true }).then(() =>
          client.invalidateQueries({ queryKey: cartQuery.queryKey }),
        );
      }}
    />
  );
};
