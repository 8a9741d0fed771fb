import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Failure } from '../components/failure';
import { PageHead } from '../components/page-head';
import { Skeleton } from '../components/ui/skeleton';
import { categoriesQuery } from '../features/catalogue/catalogue.queries';
import { PictureForm } from '../features/seller/picture-form';
import { ProductForm } from '../features/seller/product-form';
import { editedProductQuery } from '../features/seller/seller.queries';
import { announce } from '../lib/announce';
import { usePage } from '../lib/page';
import { MembersOnly } from './members-only';

const route = getRouteApi('/sell/$productId');

const BackToStall = () => (
  <Link to="/sell" className="link">
    Back to my stall
  </Link>
);

const Edit = ({ id }: { id: string }) => {
  const { data: product, error, refetch } = useQuery(editedProductQuery(id));
  const { data: categories = [] } = useQuery(categoriesQuery);
  usePage(product ? `Edit ${product.title}` : undefined);
  return (
    <div className="wrap-board pb-24">
      <PageHead title={product ? product.title : 'Product'}>
        <BackToStall />
      </PageHead>
      {product ? (
        <div className="grid gap-12 lg:grid-cols-[18rem_minmax(0,1fr)] lg:gap-16">
          <PictureForm product={product} />
          <ProductForm
            key={product.version}
            product={product}
            categories={categories}
            onSaved={() => announce('Saved')}
          />
        </div>
      ) : error ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton className="h-96" />
      )}
    </div>
  );
};

const Offer = () => {
  usePage('Offer something');
  const navigate = useNavigate();
  const { data: categories = [] } = useQuery(categoriesQuery);
  return (
    <div className="wrap-board pb-24">
      <PageHead title="Offer something">
        <BackToStall />
      </PageHead>
      <ProductForm
        categories={categories}
        onSaved={({ id }) =>
          void navigate({ to: '/sell/$productId', params: { productId: id }, replace: true })
        }
      />
    </div>
  );
};

export const SellProductPage = () => {
  const { productId } = route.useParams();
  return (
    <MembersOnly title="My stall" role="seller">
      {() => (productId === 'new' ? <Offer /> : <Edit key={productId} id={productId} />)}
    </MembersOnly>
  );
};
