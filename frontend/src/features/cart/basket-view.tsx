import { Link } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { MAX_QUANTITY } from '@bramble/contracts/limits';
import { CountrySelect } from '../../components/country-select';
import { Empty } from '../../components/empty';
import { Failure } from '../../components/failure';
import { PageHead } from '../../components/page-head';
import { Price } from '../../components/price';
import { TotalsTable } from '../../components/totals-table';
import { Button } from '../../components/ui/button';
import { Field } from '../../components/ui/field';
import { Quantity } from '../../components/ui/quantity';
import { Skeleton } from '../../components/ui/skeleton';
import { announce } from '../../lib/announce';
import { chooseDeliveryCountry, useDeliveryCountry } from '../../lib/delivery-country';
import { usePage } from '../../lib/page';
import type { BasketLine } from './cart-changes';
import { setQuantity } from './cart-sync';
import { useBasket } from './use-basket';

interface BasketViewProps {
  renderArt: (productId: string) => ReactNode;
}

const Line = ({ line, art, refusal }: { line: BasketLine; art: ReactNode; refusal: string | undefined }) => {
  const tooMany = line.quantity > line.available;
  const note =
    refusal ??
    (tooMany ? (line.available <= 0 ? 'Sold out meanwhile.' : `Only ${line.available} left.`) : '');
  return (
    <li className="grid grid-cols-[5rem_minmax(0,1fr)] gap-x-4 gap-y-3 border-t border-line py-5 sm:grid-cols-[7rem_minmax(0,1fr)_auto] sm:gap-x-6">
      <div className="row-span-2 sm:row-span-1">{art}</div>
      <div className="grid content-start gap-1">
        <h2 className="font-sans text-base font-semibold tracking-normal sm:text-lg">
          <Link
            to="/products/$productId"
            params={{ productId: line.productId }}
            className="no-underline decoration-raspberry decoration-2 underline-offset-4 hover:underline"
          >
            {line.title}
          </Link>
        </h2>
        <p className="text-sm text-ink-muted">
          <Price of={line.unitPrice} /> each
        </p>
        {note && <p className="text-sm text-rust">{note}</p>}
      </div>
      <div className="flex flex-wrap items-center justify-between gap-3 sm:grid sm:content-start sm:justify-items-end">
        <Price of={line.lineTotal} className="text-lg sm:order-first" />
        <div className="flex items-center gap-1">
          <Quantity
            value={line.quantity}
            max={Math.max(line.quantity, Math.min(line.available, MAX_QUANTITY))}
            of={line.title}
            onChange={(next) => setQuantity(line, next)}
          />
          <Button
            variant="quiet"
            size="icon"
            aria-label={`Take ${line.title} out`}
            onClick={() => {
              setQuantity(line, 0);
              announce(`${line.title} taken out of the basket`);
              document.querySelector<HTMLElement>('h1')?.focus();
            }}
          >
            <Trash2 className="size-5" aria-hidden />
          </Button>
        </div>
      </div>
    </li>
  );
};

export const BasketView = ({ renderArt }: BasketViewProps) => {
  usePage('Basket');
  const { lines, refusals, totals, settling, count, isPending, isFetching, error, refetch } = useBasket();
  const country = useDeliveryCountry();
  const blocked = settling || lines.some(({ quantity, available }) => quantity > available);
  return (
    <div className="wrap-board pb-24">
      <PageHead title="Basket">
        {count > 0 && <p className="tabular text-ink-muted">{count === 1 ? '1 thing' : `${count} things`}</p>}
      </PageHead>
      {isPending && !error ? (
        <div className="grid gap-4">
          <Skeleton className="h-28" />
          <Skeleton className="h-28" />
        </div>
      ) : error && lines.length === 0 ? (
        <Failure title="The basket could not be fetched" error={error} onRetry={() => void refetch()} />
      ) : lines.length === 0 ? (
        <Empty
          title="Nothing in it yet"
          action={
            <Button asChild variant="buy">
              <Link to="/">Look at the board</Link>
            </Button>
          }
        >
          What you add stays here, also when you come back another day.
        </Empty>
      ) : (
        <div className="grid gap-10 lg:grid-cols-[minmax(0,1fr)_22rem] lg:gap-16">
          <ul className="border-b border-line">
            {lines.map((line) => (
              <Line
                key={line.productId}
                line={line}
                art={renderArt(line.productId)}
                refusal={refusals[line.productId]}
              />
            ))}
          </ul>
          <section aria-label="Totals" className="grid content-start gap-5 lg:sticky lg:top-24 lg:self-start">
            <Field label="Delivery to">
              {(wiring) => (
                <CountrySelect
                  {...wiring}
                  value={country}
                  onChange={(event) => chooseDeliveryCountry(event.target.value)}
                />
              )}
            </Field>
            {totals && <TotalsTable totals={totals} busy={settling || isFetching} />}
            {blocked ? (
              <Button variant="buy" size="lg" aria-disabled>
                {settling ? 'Counting…' : 'Too many of something'}
              </Button>
            ) : (
              <Button asChild variant="buy" size="lg">
                <Link to="/checkout">Check out</Link>
              </Button>
            )}
            <p className="text-sm text-ink-muted">You pay on the next page. No account is needed to start.</p>
          </section>
        </div>
      )}
    </div>
  );
};
