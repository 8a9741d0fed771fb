import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Empty } from '../../components/empty';
import { Failure } from '../../components/failure';
import { PageHead } from '../../components/page-head';
import { Price } from '../../components/price';
import { Button } from '../../components/ui/button';
import { Skeleton } from '../../components/ui/skeleton';
import { usePage } from '../../lib/page';
import { myProductsQuery, salesQuery } from './seller.queries';
import { StallRow } from './stall-row';

const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

const Sales = () => {
  const { data: sales = [], error } = useQuery(salesQuery);
  if (error) return <Failure title="Your sales could not be fetched" error={error} />;
  if (sales.length === 0) return <p className="text-ink-muted">Nothing sold yet.</p>;
  return (
    <ul>
      {sales.map((sale) => (
        <li
          key={`${sale.orderId}-${sale.productId}`}
          className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 border-t border-line py-3"
        >
          <span>
            {sale.title} <span className="tabular text-ink-muted">× {sale.quantity}</span>
          </span>
          <Price of={sale.lineTotal} />
          <span className="text-sm text-ink-muted">
            {sale.number}, <time dateTime={sale.createdAt}>{when.format(new Date(sale.createdAt))}</time>
          </span>
          <span className="text-right text-sm text-ink-muted">{sale.status.toLowerCase()}</span>
        </li>
      ))}
    </ul>
  );
};

export const StallView = () => {
  usePage('My stall');
  const list = useInfiniteQuery(myProductsQuery);
  const products = list.data?.pages.flatMap((page) => page.items) ?? [];
  const offer = (
    <Button asChild variant="ink">
      <Link to="/sell/$productId" params={{ productId: 'new' }}>
        Offer something
      </Link>
    </Button>
  );
  return (
    <div className="wrap-board pb-24">
      <PageHead title="My stall">{offer}</PageHead>
      {list.isPending ? (
        <Skeleton className="h-64" />
      ) : list.error && products.length === 0 ? (
        <Failure
          title="Your products could not be fetched"
          error={list.error}
          onRetry={() => void list.refetch()}
        />
      ) : products.length === 0 ? (
        <Empty title="Your stall is empty" action={offer}>
          Name it, price it, say how many there are. It is on the board at once.
        </Empty>
      ) : (
        <div className="overflow-x-auto" role="region" aria-label="My products" tabIndex={0}>
          <table className="w-full min-w-[38rem] border-b border-line">
            <caption className="sr-only">My products</caption>
            <thead>
              <tr className="text-sm text-ink-muted">
                <td />
                <th scope="col" className="py-2 text-left font-semibold">
                  Product
                </th>
                <th scope="col" className="py-2 pr-4 text-right font-semibold">
                  Price
                </th>
                <th scope="col" className="py-2 pr-4 text-right font-semibold">
                  There
                </th>
                <td />
              </tr>
            </thead>
            <tbody>
              {products.map((product) => (
                <StallRow key={product.id} product={product} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.hasNextPage && (
        <Button className="mt-6" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show more
        </Button>
      )}
      <section aria-labelledby="sold" className="grid max-w-[48rem] gap-3 pt-14">
        <h2 id="sold" className="text-xl">
          Sold lately
        </h2>
        <Sales />
      </section>
    </div>
  );
};
