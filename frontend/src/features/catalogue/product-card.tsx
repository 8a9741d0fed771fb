import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Product } from '@bramble/contracts/catalog';
import { Plate } from '../../components/plate';
import { Price } from '../../components/price';
import { StockNote } from '../../components/stock-note';

interface ProductCardProps {
  product: Product;
  eager: boolean;
  action: ReactNode;
}

/** A product in the catalogue: picture, price, title and add button. The whole card is the link. */
export const ProductCard = ({ product, eager, action }: ProductCardProps) => (
  <li className="group relative grid grid-cols-[minmax(0,1fr)] content-start gap-2.5">
    <Plate
      product={product}
      eager={eager}
      style={{ viewTransitionName: `plate-${product.id}` }}
      className={product.stock.available <= 0 ? '[&_img]:opacity-45' : ''}
    >
      <Price
        of={product.price}
        className="absolute bottom-0 left-0 rounded-tr-control bg-paper pt-1 pr-3 text-xl leading-[1.2] sm:pt-1.5 sm:pr-4"
      />
    </Plate>
    <div className="flex items-start justify-between gap-2">
      <div className="grid min-w-0 gap-0.5">
        <h2 className="font-sans text-base leading-snug font-semibold tracking-normal [text-wrap:wrap]">
          <Link
            to="/products/$productId"
            params={{ productId: product.id }}
            viewTransition
            className="line-clamp-3 hyphens-auto decoration-raspberry decoration-2 underline-offset-4 outline-none group-hover:underline after:absolute after:inset-0 after:content-[''] focus-visible:after:rounded-control focus-visible:after:outline-2 focus-visible:after:outline-offset-4 focus-visible:after:outline-ink"
          >
            {product.title}
          </Link>
        </h2>
        <StockNote available={product.stock.available} quiet />
      </div>
      <div className="relative z-1 -mt-1">{action}</div>
    </div>
  </li>
);
