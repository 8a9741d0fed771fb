import { useEffect, useRef } from 'react';
import type { Product } from '@bramble/contracts/catalog';
import { StockNote } from '../../components/stock-note';
import { announce } from '../../lib/announce';

const ANNOUNCE_INTERVAL_MS = 10_000;
const words = (available: number): string => (available <= 0 ? 'Sold out' : `${available} left`);

/** The current stock. It animates when it changes, and is announced at most every ten seconds. */
export const LiveStock = ({ product }: { product: Product }) => {
  const { available } = product.stock;
  const announced = useRef({ available, at: 0 });
  useEffect(() => {
    const last = announced.current;
    if (last.available === available) return;
    const wait = Math.max(0, last.at + ANNOUNCE_INTERVAL_MS - Date.now());
    const timer = setTimeout(() => {
      announced.current = { available, at: Date.now() };
      announce(`${product.title}: ${words(available)}`);
    }, wait);
    return () => clearTimeout(timer);
  }, [available, product.title]);

  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <StockNote available={available} className="text-base" />
      {available > 0 && (
        <span className="inline-flex items-center gap-2 text-sm text-ink-muted">
          <span
            aria-hidden
            className="size-2 animate-[pulse-live_2s_ease-in-out_infinite] rounded-full bg-sky"
          />
          <span className="overflow-hidden">
            <span
              key={available}
              className="tabular inline-block animate-[flip_320ms_var(--ease-board)] font-semibold text-ink"
            >
              {available}
            </span>
          </span>
          on the shelf right now
        </span>
      )}
    </div>
  );
};
