import { Link } from '@tanstack/react-router';
import { ShoppingBasket } from 'lucide-react';
import { useBasket } from './use-basket';

/** The link to the cart, with the number of items in it. */
export const BasketLink = () => {
  const { count, settling } = useBasket();
  return (
    <Link
      to="/basket"
      className="relative inline-flex min-h-11 min-w-11 items-center justify-center gap-2 rounded-control px-2 text-ink no-underline hover:bg-sunken"
    >
      <ShoppingBasket className="size-6" aria-hidden />
      <span className="max-lg:sr-only">Basket </span>
      {count > 0 ? (
        <>
          <span
            data-pending={settling || undefined}
            className="tabular grid h-6 min-w-6 place-items-center rounded-full bg-ink px-1.5 text-xs font-bold text-paper max-lg:absolute max-lg:-top-0.5 max-lg:-right-1 max-lg:h-5 max-lg:min-w-5"
          >
            {count}
          </span>
          <span className="sr-only"> {count === 1 ? 'thing' : 'things'}</span>
        </>
      ) : (
        <span className="sr-only">empty</span>
      )}
    </Link>
  );
};
