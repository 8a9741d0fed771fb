import { useState } from 'react';
import type { Product } from '@bramble/contracts/catalog';
import { Plate, type PlateView } from '../../components/plate';
import { cn } from '../../lib/cn';
import { arrangementOf } from '../../lib/plate';

const viewsOf = (product: Product): { view: PlateView; name: string }[] => [
  { view: 'plate', name: 'On the plate' },
  arrangementOf(product.title) === 'crate'
    ? { view: 'single', name: 'One of them' }
    : { view: 'crate', name: 'By the crate' },
  { view: 'macro', name: 'Up close' },
];

/** Three views of a product picture. The buttons show which one is visible. */
export const Gallery = ({ product }: { product: Product }) => {
  const [shown, setShown] = useState<PlateView>('plate');
  const views = viewsOf(product);
  const name = views.find(({ view }) => view === shown)?.name ?? '';
  return (
    <div className="grid content-start gap-3 lg:grid-cols-[4.5rem_minmax(0,1fr)]">
      <Plate
        product={product}
        view={shown}
        eager
        alt={`${product.title}, ${name.toLowerCase()}`}
        style={{ viewTransitionName: `plate-${product.id}` }}
        className="max-sm:-mx-4 max-sm:rounded-none lg:order-last"
      />
      <div role="group" aria-label="Views" className="flex gap-2 lg:grid lg:content-start">
        {views.map((option) => (
          <button
            key={option.view}
            type="button"
            aria-pressed={option.view === shown}
            aria-label={option.name}
            onClick={() => setShown(option.view)}
            className={cn(
              'w-18 border-2 p-0.5 [border-radius:6px_6px_20px_6px] [&_.plate]:[border-radius:3px_3px_16px_3px]',
              option.view === shown ? 'border-ink' : 'border-transparent hover:border-line-strong',
            )}
          >
            <Plate product={product} view={option.view} />
          </button>
        ))}
      </div>
    </div>
  );
};
