import { OrdersView } from '../features/orders/orders-view';
import { MembersOnly } from './members-only';
import { ProductThumb } from './product-thumb';

export const OrdersPage = () => (
  <MembersOnly title="My orders">
    {() => <OrdersView renderArt={(id) => <ProductThumb id={id} />} />}
  </MembersOnly>
);
