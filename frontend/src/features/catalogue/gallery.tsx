import type { Product } from '@bramble/contracts/catalog';
import { useState } from 'react';
import { Plate, type PlateView } from '../../components/plate';
import { cn } from '../../lib/cn';

const views: { view: PlateView; name: string }[] = [
  { view: 'plate', name: 'On the plate' },
  { view: 'crate', name: 'By the crate' },
  { view: 'macro', name: 'Up close' },
];

/** Three looks at the same goods. The buttons say which one is shown. */
export const Gallery = ({ product }: { product: Product }) => {
  const [shown, setShown] = useState<PlateView>('plate');
  const name = views.find(({ view }) => view === shown)?.name ?? '';
  return (
    <div className="grid gap-3">
      <Plate
        product={product}
        view={shown}
        eager
        alt={`${product.title}, ${name.toLowerCase()}`}
        style={{ viewTransitionName: `plate-${product.id}` }}
        className="max-h-[44rem] max-sm:-mx-4 max-sm:rounded-none"
      />
      <div role="group" aria-label="Views" className="flex gap-3">
        {views.map((option) => (
          <button
            key={option.view}
            type="button"
            aria-pressed={option.view === shown}
            aria-label={option.name}
            onClick={() => setShown(option.view)}
            className={cn(
              'leaf-corner w-20 border-2 p-0.5',
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
