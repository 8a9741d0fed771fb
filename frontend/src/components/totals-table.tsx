import type { Money } from '@bramble/contracts/money';
import type { QuoteTotals } from '@bramble/contracts/orders';
import { cn } from '../lib/cn';
import { formatMoney } from '../lib/money';

const Row = ({ name, of, minus, strong }: { name: string; of: Money; minus?: boolean; strong?: boolean }) => (
  <div className={cn('flex justify-between gap-4', strong && 'border-t border-line pt-3')}>
    <dt className={strong ? 'text-lg font-semibold' : 'text-ink-muted'}>{name}</dt>
    <dd className={cn('tabular font-display font-semibold', strong && 'text-2xl font-bold')}>
      {minus && '−'}
      {formatMoney(of)}
    </dd>
  </div>
);

type Totals = QuoteTotals & { refunded?: Money };

/** The totals that the shop calculated. While the shop calculates new ones, the old ones stay visible and are marked as busy. */
export const TotalsTable = ({ totals, busy = false }: { totals: Totals; busy?: boolean }) => (
  <dl aria-busy={busy} className={cn('grid gap-2 transition-opacity', busy && 'opacity-60')}>
    <Row name="Goods" of={totals.subtotal} />
    {totals.discount.amount > 0 && <Row name="Discount" of={totals.discount} minus />}
    {totals.shipping.amount > 0 ? (
      <Row name="Delivery" of={totals.shipping} />
    ) : (
      <div className="flex justify-between gap-4">
        <dt className="text-ink-muted">Delivery</dt>
        <dd>Free</dd>
      </div>
    )}
    <Row name="Total" of={totals.total} strong />
    <div className="flex justify-between gap-4 text-sm text-ink-muted">
      <dt>Tax in it</dt>
      <dd className="tabular font-display font-semibold">{formatMoney(totals.tax)}</dd>
    </div>
    {totals.refunded && totals.refunded.amount > 0 && <Row name="Paid back" of={totals.refunded} minus />}
  </dl>
);
