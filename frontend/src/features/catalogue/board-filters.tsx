import { Check } from 'lucide-react';
import { Select } from '../../components/ui/select';
import { env } from '../../env';
import { cn } from '../../lib/cn';
import { formatMoney, minorUnits } from '../../lib/money';
import { type CatalogueSearch, defaultSort, type PriceBand, priceBands, type Sort } from './catalogue-search';

const sortNames: Record<Sort, string> = {
  relevance: 'Best match',
  newest: 'Newest',
  popular: 'Most bought',
  price: 'Price, low first',
  '-price': 'Price, high first',
};

const bandName = (band: PriceBand): string => {
  const whole = (part: string) =>
    formatMoney({
      amount: Number(part) * minorUnits(env.fallbackCurrency),
      currency: env.fallbackCurrency,
    }).replace(/[.,]00/, '');
  const [from = '', to = ''] = band.split('-');
  if (from === '0') return `Under ${whole(to)}`;
  return to ? `${whole(from)} to ${whole(to)}` : `${whole(from)} and up`;
};

interface BoardFiltersProps {
  search: CatalogueSearch;
  onChange: (change: Partial<Record<keyof CatalogueSearch, string | true | undefined>>) => void;
}

/** Filters and sort order, always visible. */
export const BoardFilters = ({ search, onChange }: BoardFiltersProps) => (
  <div className="flex items-center gap-2 max-sm:w-full">
    <button
      type="button"
      aria-pressed={search.inStock === true}
      onClick={() => onChange({ inStock: search.inStock ? undefined : true })}
      className={cn(
        'inline-flex min-h-11 items-center gap-2 rounded-control border px-3 text-base transition-colors',
        search.inStock
          ? 'border-ink bg-ink font-semibold text-paper'
          : 'border-line-strong bg-surface hover:border-ink',
      )}
    >
      {search.inStock && <Check className="size-4" aria-hidden />}
      In stock
    </button>
    <Select
      aria-label="Price"
      value={search.price ?? ''}
      onChange={(event) => onChange({ price: event.target.value || undefined })}
      className="max-sm:w-0 max-sm:grow"
    >
      <option value="">Any price</option>
      {priceBands.map((band) => (
        <option key={band} value={band}>
          {bandName(band)}
        </option>
      ))}
    </Select>
    <Select
      aria-label="Sort by"
      value={search.sort ?? defaultSort(search.q)}
      onChange={(event) => onChange({ sort: event.target.value })}
      className="max-sm:w-0 max-sm:grow"
    >
      {(Object.keys(sortNames) as Sort[])
        .filter((sort) => sort !== 'relevance' || search.q)
        .map((sort) => (
          <option key={sort} value={sort}>
            {sortNames[sort]}
          </option>
        ))}
    </Select>
  </div>
);
