import { Check, Plus } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Product } from '@bramble/contracts/catalog';
import { Button } from '../../components/ui/button';
import { announce } from '../../lib/announce';
import { cn } from '../../lib/cn';
import { addToBasket, cartState, onCartState } from './cart-sync';

const ADDED_MS = 1_600;

const useRefusal = (productId: string): string | undefined =>
  useSyncExternalStore(onCartState, () => cartState().refusals[productId]);

/** Adds one piece to the cart. Shows “Added” at once; if the shop refuses, the line below gives the reason. */
export const AddButton = ({ product }: { product: Product }) => {
  const [added, setAdded] = useState(0);
  const refusal = useRefusal(product.id);
  const soldOut = product.stock.available <= 0;
  useEffect(() => {
    if (!added) return;
    const timer = setTimeout(() => setAdded(0), ADDED_MS);
    return () => clearTimeout(timer);
  }, [added]);
  const shown = added > 0 && !refusal;
  return (
    <div className="grid justify-items-end gap-1">
      <Button
        size="icon"
        aria-label={`Add ${product.title} to the basket`}
        aria-disabled={soldOut || undefined}
        onClick={() => {
          if (soldOut) return;
          addToBasket({ productId: product.id, title: product.title, unitPrice: product.price });
          setAdded(added + 1);
          announce(`${product.title} added to the basket`);
        }}
        className={cn(shown && 'border-leaf! bg-leaf-wash! text-leaf')}
      >
        {shown ? <Check className="size-5" aria-hidden /> : <Plus className="size-5" aria-hidden />}
      </Button>
      {refusal && (
        <span className="absolute top-full right-0 z-2 mt-1 w-max max-w-40 rounded-control bg-rust-wash px-2 py-1 text-xs text-rust">
          {refusal}
        </span>
      )}
    </div>
  );
};

export { useRefusal };
