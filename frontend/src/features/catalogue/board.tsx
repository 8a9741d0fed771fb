import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';
import type { Product } from '@bramble/contracts/catalog';
import { Empty } from '../../components/empty';
import { Failure } from '../../components/failure';
import { Button } from '../../components/ui/button';
import { announce } from '../../lib/announce';
import { usePage } from '../../lib/page';
import { BoardFilters } from './board-filters';
import { type CatalogueSearch, isNarrowed, readCatalogueSearch } from './catalogue-search';
import { categoriesQuery, productsQuery } from './catalogue.queries';
import { CategoryRail } from './category-rail';
import { ProductGrid, ProductGridPlaceholder } from './product-grid';

interface BoardProps {
  search: CatalogueSearch;
  onSearch: (search: CatalogueSearch, replace?: boolean) => void;
  renderAction: (product: Product) => ReactNode;
}

const goods = (count: number, more: boolean): string =>
  more ? `${count} of many goods` : count === 1 ? '1 good thing' : `${count} goods`;

export const Board = ({ search, onSearch, renderAction }: BoardProps) => {
  const { data: categories, isPending: stallsPending } = useQuery(categoriesQuery);
  // Load the categories first: otherwise the products move when the category row above them appears.
  const list = useInfiniteQuery(productsQuery(search));
  const products = list.data?.pages.flatMap((page) => page.items) ?? [];

  const category = categories?.find(({ slug }) => slug === search.category);
  const title = search.q ? `“${search.q}”` : (category?.name ?? 'Fresh on the board');
  usePage(title);

  const plain = !search.q && !search.price && !search.inStock;
  const all = search.category
    ? category?.products
    : categories?.reduce((sum, { products: count }) => sum + count, 0);
  const total = plain ? all : list.hasNextPage ? undefined : products.length;
  const count = list.isPending
    ? ''
    : total === undefined
      ? goods(products.length, true)
      : goods(total, false);

  const firstCount = useRef(true);
  useEffect(() => {
    if (!count) return;
    if (!firstCount.current) announce(count);
    firstCount.current = false;
  }, [count, search.category, search.price, search.inStock, search.sort, search.q]);

  const { page = 1 } = search;
  const pages = list.data?.pages.length ?? 0;
  const { hasNextPage, isFetching, fetchNextPage } = list;
  useEffect(() => {
    // The URL names more pages than are loaded: the page was reloaded, or opened from a link.
    if (pages > 0 && pages < page && hasNextPage && !isFetching) void fetchNextPage();
  }, [pages, page, hasNextPage, isFetching, fetchNextPage]);

  return (
    <div className="wrap-board pb-16">
      <div className="flex flex-wrap items-center justify-between gap-x-8 gap-y-3 pt-5 pb-3 sm:pt-9 sm:pb-4">
        <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
          <h1 tabIndex={-1} className="text-2xl sm:text-3xl">
            {title}
          </h1>
          <p className="tabular min-h-6 text-ink-muted max-[23rem]:basis-full sm:text-lg">{count}</p>
        </div>
        <BoardFilters
          search={search}
          onChange={(change) => onSearch(readCatalogueSearch({ ...search, page: undefined, ...change }))}
        />
      </div>
      <div className="pb-5 sm:pb-8">
        <CategoryRail search={search} />
      </div>
      {stallsPending ? null : list.isPending ? (
        <ProductGridPlaceholder />
      ) : products.length > 0 ? (
        <>
          <ProductGrid products={products} renderAction={renderAction} />
          {list.hasNextPage && (
            <div className="grid justify-items-center gap-3 pt-12">
              <p className="tabular text-ink-muted">
                {products.length} {total ? `of ${total} ` : ''}shown
              </p>
              <Button
                busy={list.isFetchingNextPage}
                onClick={() => onSearch({ ...search, page: pages + 1 }, true)}
              >
                Show more
              </Button>
            </div>
          )}
        </>
      ) : (
        !list.error && (
          <Empty
            title={search.q ? `Nothing called “${search.q}” here` : 'Nothing lies here just now'}
            action={isNarrowed(search) && <Button onClick={() => onSearch({})}>Show everything</Button>}
          >
            Try another word, another price, or look at the whole board.
          </Empty>
        )
      )}
      {list.error && (
        <Failure
          className="mt-6"
          title="The goods could not be fetched"
          error={list.error}
          onRetry={() => void (products.length > 0 ? list.fetchNextPage() : list.refetch())}
        />
      )}
    </div>
  );
};
