import { Link } from '@tanstack/react-router';
import { Check, ShoppingBasket } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Product } from '@bramble/contracts/catalog';
import { MAX_QUANTITY } from '@bramble/contracts/limits';
import { Button } from '../../components/ui/button';
import { Notice } from '../../components/ui/notice';
import { Quantity } from '../../components/ui/quantity';
import { announce } from '../../lib/announce';
import { useRefusal } from './add-button';
import { addToBasket } from './cart-sync';

const ADDED_MS = 2_000;

/** Quantity and the add button of a product page. */
export const BuyBox = ({ product }: { product: Product }) => {
  const [quantity, setQuantity] = useState(1);
  const [added, setAdded] = useState(false);
  const [ever, setEver] = useState(false);
  const refusal = useRefusal(product.id);
  const { available } = product.stock;
  const soldOut = available <= 0;
  useEffect(() => {
    if (!added) return;
    const timer = setTimeout(() => setAdded(false), ADDED_MS);
    return () => clearTimeout(timer);
  }, [added]);
  return (
    <div className="grid gap-3">
      <div className="buy-bar flex gap-3 max-sm:fixed max-sm:inset-x-0 max-sm:bottom-0 max-sm:z-10 max-sm:border-t max-sm:border-line max-sm:bg-paper max-sm:p-3">
        <Quantity
          value={Math.min(quantity, Math.max(1, available))}
          max={Math.max(1, Math.min(available, MAX_QUANTITY))}
          of={product.title}
          onChange={setQuantity}
        />
        <Button
          variant="buy"
          size="lg"
          className="min-w-0 flex-1 shrink max-sm:px-2! max-sm:text-base!"
          aria-disabled={soldOut || undefined}
          onClick={() => {
            if (soldOut) return;
            addToBasket({ productId: product.id, title: product.title, unitPrice: product.price }, quantity);
            setAdded(true);
            setEver(true);
            announce(`${quantity} × ${product.title} added to the basket`);
          }}
        >
          {soldOut ? (
            'Sold out'
          ) : added && !refusal ? (
            <>
              <Check className="size-5" aria-hidden /> Added
            </>
          ) : (
            <>
              <ShoppingBasket className="size-5" aria-hidden /> Add to basket
            </>
          )}
        </Button>
      </div>
      {refusal && <Notice tone="error">{refusal}</Notice>}
      {ever && !refusal && (
        <p className="text-sm">
          <Link to="/basket" className="link">
            Look into the basket
          </Link>
        </p>
      )}
    </div>
  );
};
