import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Order, OrderStatus } from '@bramble/contracts/orders';
import { Empty } from '../../components/empty';
import { Failure } from '../../components/failure';
import { PageHead } from '../../components/page-head';
import { Button } from '../../components/ui/button';
import { Input } from '../../components/ui/input';
import { Select } from '../../components/ui/select';
import { Skeleton } from '../../components/ui/skeleton';
import { usePage } from '../../lib/page';
import { type AdminSearch, statuses } from './admin-search';
import { allOrdersQuery } from './admin.queries';
import { OrdersTable } from './orders-table';
import { RefundDialog } from './refund-dialog';

interface BackOfficeProps {
  search: AdminSearch;
  onSearch: (search: AdminSearch, replace: boolean) => void;
}

const PAUSE_MS = 300;

export const BackOffice = ({ search, onSearch }: BackOfficeProps) => {
  usePage('Back office');
  const [text, setText] = useState(search.q ?? '');
  const [refunding, setRefunding] = useState<Order>();
  const list = useInfiniteQuery(allOrdersQuery(search));
  const orders = list.data?.pages.flatMap((page) => page.items) ?? [];
  const { q = '', status } = search;
  const wanted = text.trim();
  useEffect(() => {
    if (wanted === q) return;
    const timer = setTimeout(
      () => onSearch({ ...(status && { status }), ...(wanted && { q: wanted }) }, true),
      PAUSE_MS,
    );
    return () => clearTimeout(timer);
  }, [wanted, q, status, onSearch]);
  return (
    <div className="wrap-board pb-24">
      <PageHead title="Orders" />
      <div className="flex flex-wrap gap-2 pb-6">
        <Input
          type="search"
          aria-label="Find by number"
          placeholder="Find by number"
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="max-w-72"
        />
        <Select
          aria-label="State"
          value={status ?? ''}
          onChange={(event) => {
            const next = event.target.value as OrderStatus | '';
            onSearch({ ...(next && { status: next }), ...(q && { q }) }, false);
          }}
        >
          <option value="">Any state</option>
          {statuses.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      </div>
      {list.isPending ? (
        <Skeleton className="h-96" />
      ) : list.error && orders.length === 0 ? (
        <Failure
          title="The orders could not be fetched"
          error={list.error}
          onRetry={() => void list.refetch()}
        />
      ) : orders.length === 0 ? (
        <Empty
          title="No such orders"
          action={
            <Button
              onClick={() => {
                setText('');
                onSearch({}, false);
              }}
            >
              Show all
            </Button>
          }
        />
      ) : (
        <OrdersTable orders={orders} onRefund={setRefunding} />
      )}
      {list.hasNextPage && (
        <Button className="mt-6" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Show older ones
        </Button>
      )}
      {refunding && <RefundDialog order={refunding} onClose={() => setRefunding(undefined)} />}
    </div>
  );
};
