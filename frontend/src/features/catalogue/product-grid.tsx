import type { ReactNode } from 'react';
import type { Product } from '@bramble/contracts/catalog';
import { Skeleton } from '../../components/ui/skeleton';
import { ProductCard } from './product-card';

const EAGER_PICTURES = 4;

interface ProductGridProps {
  products: Product[];
  renderAction: (product: Product) => ReactNode;
}

export const ProductGrid = ({ products, renderAction }: ProductGridProps) => (
  <ul className="board-grid">
    {products.map((product, index) => (
      <ProductCard
        key={product.id}
        product={product}
        eager={index < EAGER_PICTURES}
        action={renderAction(product)}
      />
    ))}
  </ul>
);

/** Placeholders for the products of a first screen. */
export const ProductGridPlaceholder = () => (
  <div className="board-grid" aria-hidden>
    {Array.from({ length: 10 }, (_, index) => (
      <div key={index} className="grid gap-2.5">
        <div className="late plate" />
        <Skeleton className="h-5 w-4/5" />
        <Skeleton className="h-4 w-2/5" />
      </div>
    ))}
  </div>
);
