import { getRouteApi } from '@tanstack/react-router';
import { OrderView } from '../features/orders/order-view';
import { MembersOnly } from './members-only';
import { ProductThumb } from './product-thumb';

const route = getRouteApi('/orders/$orderId');

export const OrderPage = () => {
  const { orderId } = route.useParams();
  return (
    <MembersOnly title="Order">
      {() => <OrderView key={orderId} id={orderId} renderArt={(id) => <ProductThumb id={id} />} />}
    </MembersOnly>
  );
};
