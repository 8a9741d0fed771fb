import type { CSSProperties, ReactNode } from 'react';
import type { Product } from '@bramble/contracts/catalog';
import { cn } from '../lib/cn';
import { type Arrangement, arrangementOf, hueOf, isArt, pictureOf } from '../lib/plate';
import { seedOf, sequence } from '../lib/seeded';
import { Mark } from './mark';

export type PlateView = 'plate' | Arrangement | 'macro';

interface PlateProps {
  product: Pick<Product, 'id' | 'title' | 'category' | 'pictures'>;
  view?: PlateView;
  /** Empty when a link or heading beside the picture names the product already. */
  alt?: string;
  eager?: boolean;
  className?: string;
  style?: CSSProperties;
  children?: ReactNode;
}

interface Spot {
  x: number;
  y: number;
  size: number;
}

const spots: Record<Arrangement, Spot[]> = {
  single: [{ x: 50, y: 50, size: 62 }],
  pair: [
    { x: 37, y: 46, size: 46 },
    { x: 62, y: 54, size: 50 },
  ],
  crate: [
    { x: 24.5, y: 34, size: 29 },
    { x: 50, y: 34, size: 29 },
    { x: 75.5, y: 34, size: 29 },
    { x: 24.5, y: 66, size: 29 },
    { x: 50, y: 66, size: 29 },
    { x: 75.5, y: 66, size: 29 },
  ],
};

const Ground = ({ x, y, size }: Spot) => (
  <span
    className="plate-ground"
    style={{
      left: `${x - size * 0.4}%`,
      top: `${y + size * 0.38}%`,
      width: `${size * 0.8}%`,
      height: `${size * 0.16}%`,
    }}
  />
);

const Art = ({
  product,
  view,
  alt,
  eager,
}: Required<Pick<PlateProps, 'product' | 'view' | 'alt' | 'eager'>>) => {
  const url = pictureOf(product);
  if (!url) return <Mark className="size-1/3 opacity-20" />;
  const loading = eager
    ? ({ loading: 'eager', fetchPriority: 'high' } as const)
    : ({ loading: 'lazy' } as const);
  if (!isArt(url)) {
    const zoom = view === 'macro' ? 'scale-170' : '';
    return (
      <img
        src={url}
        alt={alt}
        width={640}
        height={640}
        decoding="async"
        {...loading}
        className={cn('size-full object-cover', zoom)}
      />
    );
  }
  if (view === 'macro') {
    return (
      <img
        src={url}
        alt={alt}
        width={32}
        height={32}
        decoding="async"
        {...loading}
        className="w-full scale-170"
      />
    );
  }
  const arrangement = view === 'plate' ? arrangementOf(product.title) : view;
  const next = sequence(seedOf(product.id));
  return spots[arrangement].map((spot, index) => {
    const tilt = arrangement === 'single' ? 0 : next() * 16 - 8;
    return (
      <span key={index} className="contents">
        <Ground {...spot} />
        <img
          src={url}
          alt={index === 0 ? alt : ''}
          width={32}
          height={32}
          decoding="async"
          {...loading}
          className="absolute"
          style={{
            width: `${spot.size}%`,
            height: 'auto',
            left: `${spot.x - spot.size / 2}%`,
            top: `${spot.y - spot.size / 2}%`,
            rotate: `${tilt.toFixed(1)}deg`,
          }}
        />
      </span>
    );
  });
};

/** The square of a product picture, tinted by category. The colour is visible until the picture has loaded. */
export const Plate = ({
  product,
  view = 'plate',
  alt = '',
  eager = false,
  className,
  style,
  children,
}: PlateProps) => (
  <span
    className={cn('plate', className)}
    style={{ '--hue': hueOf(product.category), ...style } as CSSProperties}
  >
    <Art product={product} view={view} alt={alt} eager={eager} />
    {children}
  </span>
);
