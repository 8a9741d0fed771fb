import { type ReactNode, useState } from 'react';
import type { Calculation } from '@bramble/contracts/payments';
import { Failure } from '../../components/failure';
import { Price } from '../../components/price';
import { TotalsTable } from '../../components/totals-table';
import { Button } from '../../components/ui/button';
import { Field } from '../../components/ui/field';
import { Input } from '../../components/ui/input';
import { Skeleton } from '../../components/ui/skeleton';
import { sentenceOf } from '../../lib/error-sentence';

interface CheckoutSummaryProps {
  quote: Calculation | undefined;
  error: unknown;
  busy: boolean;
  discountCode: string | undefined;
  onDiscount: (code: string | undefined) => void;
  renderArt: (productId: string) => ReactNode;
}

/** All lines and totals, shown before the card fields. */
export const CheckoutSummary = ({
  quote,
  error,
  busy,
  discountCode,
  onDiscount,
  renderArt,
}: CheckoutSummaryProps) => {
  const [code, setCode] = useState('');
  const problem = quote?.discountProblem;
  const badCode = problem !== undefined;
  const use = () => onDiscount(code.trim().toUpperCase() || undefined);
  return (
    <section aria-label="Your order" className="grid gap-5">
      <h2 className="text-xl">Your order</h2>
      {error !== null && error !== undefined && (
        <Failure title="The total could not be counted" error={error} />
      )}
      {!quote && !error && <Skeleton className="h-40" />}
      {quote && (
        <>
          <ul className="grid gap-3">
            {quote.items.map((item) => (
              <li
                key={item.productId}
                className="grid grid-cols-[3.5rem_minmax(0,1fr)_auto] items-center gap-3"
              >
                {renderArt(item.productId)}
                <span className="leading-snug">
                  {item.title}
                  <span className="tabular block text-sm text-ink-muted">{item.quantity} ×</span>
                </span>
                <Price of={item.lineTotal} />
              </li>
            ))}
          </ul>
          <details open={badCode || Boolean(discountCode)} className="border-t border-line pt-3">
            <summary className="min-h-8 text-sm font-semibold">
              {discountCode && !badCode ? `Code ${discountCode} is used` : 'I have a discount code'}
            </summary>
            <div className="flex items-end gap-2 pt-3">
              <Field label="Discount code" className="flex-1" error={problem && sentenceOf(problem)}>
                {(wiring) => (
                  <Input
                    {...wiring}
                    value={code}
                    autoComplete="off"
                    onChange={(event) => setCode(event.target.value)}
                    onKeyDown={(event) => {
                      if (event.key !== 'Enter') return;
                      event.preventDefault();
                      use();
                    }}
                  />
                )}
              </Field>
              <Button onClick={use}>Use it</Button>
              {badCode && (
                <Button
                  onClick={() => {
                    setCode('');
                    onDiscount(undefined);
                  }}
                >
                  Drop it
                </Button>
              )}
            </div>
          </details>
          <TotalsTable totals={quote.totals} busy={busy} />
        </>
      )}
    </section>
  );
};
