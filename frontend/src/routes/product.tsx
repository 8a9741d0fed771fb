import { getRouteApi } from '@tanstack/react-router';
import { isCode } from '@bramble/contracts/call-error';
import { Failure } from '../components/failure';
import { NotFound } from '../components/not-found';
import { PageHead } from '../components/page-head';
import { Skeleton } from '../components/ui/skeleton';
import { BuyBox } from '../features/cart/buy-box';
import { ProductView } from '../features/catalogue/product-view';
import { useLiveProduct } from '../features/catalogue/use-live-product';

const route = getRouteApi('/products/$productId');

export const ProductPage = () => {
  const { productId } = route.useParams();
  const { data, error, isPending, refetch } = useLiveProduct(productId);
  if (data) return <ProductView key={data.id} product={data} buyBox={<BuyBox product={data} />} />;
  if (isPending) {
    return (
      <div className="wrap-board grid gap-8 py-16 lg:grid-cols-[7fr_5fr] lg:gap-16">
        <div className="late plate" />
        <Skeleton className="h-64" />
      </div>
    );
  }
  if (isCode(error, 'not_found', 'invalid_input')) return <NotFound />;
  return (
    <div className="wrap-board pb-24">
      <PageHead title="Product" />
      <Failure title="This could not be fetched" error={error} onRetry={() => void refetch()} />
    </div>
  );
};
