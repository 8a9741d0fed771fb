import { BasketView } from '../features/cart/basket-view';
import { ProductThumb } from './product-thumb';

export const BasketPage = () => <BasketView renderArt={(id) => <ProductThumb id={id} />} />;
