import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronLeft } from 'lucide-react';
import type { CSSProperties, ReactNode } from 'react';
import type { Product } from '@bramble/contracts/catalog';
import { Price } from '../../components/price';
import { usePage } from '../../lib/page';
import { hueOf } from '../../lib/plate';
import { categoriesQuery } from './catalogue.queries';
import { Gallery } from './gallery';
import { LiveStock } from './live-stock';

interface ProductViewProps {
  product: Product;
  buyBox: ReactNode;
}

export const ProductView = ({ product, buyBox }: ProductViewProps) => {
  usePage(product.title);
  const { data: categories } = useQuery(categoriesQuery);
  const category = categories?.find(({ slug }) => slug === product.category)?.name ?? product.category;
  return (
    <div className="wrap-board pb-24">
      <nav aria-label="Back to" className="py-2 sm:py-4">
        <Link
          to="/"
          search={{ category: product.category }}
          className="inline-flex min-h-11 items-center gap-2 text-ink-muted no-underline hover:text-ink hover:underline"
        >
          <ChevronLeft className="size-4" aria-hidden />
          <span
            aria-hidden
            className="swatch size-3"
            style={{ '--hue': hueOf(product.category) } as CSSProperties}
          />
          {category}
        </Link>
      </nav>
      <div className="grid gap-8 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)] lg:gap-16">
        <Gallery product={product} />
        <div className="grid content-start gap-6 lg:pt-4">
          <div className="grid gap-3">
            <h1 tabIndex={-1} className="text-2xl sm:text-3xl">
              {product.title}
            </h1>
            <Price of={product.price} className="text-2xl" />
            <p className="text-sm text-ink-muted">Tax included. Delivery is counted in the basket.</p>
          </div>
          <div className="grid gap-4 border-y border-line py-6">
            <LiveStock product={product} />
            {buyBox}
          </div>
          <section aria-labelledby="about" className="grid gap-2">
            <h2 id="about" className="text-xl">
              About this
            </h2>
            <p className="max-w-[68ch] whitespace-pre-line">
              {product.description || 'The seller has not said more.'}
            </p>
          </section>
        </div>
      </div>
    </div>
  );
};
