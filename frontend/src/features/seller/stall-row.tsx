import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Product } from '@bramble/contracts/catalog';
import { Plate } from '../../components/plate';
import { Price } from '../../components/price';
import { StockNote } from '../../components/stock-note';
import { Button } from '../../components/ui/button';
import { announce } from '../../lib/announce';
import { sentenceFor } from '../../lib/error-sentence';
import { forgetProducts, refill, removeProduct } from './seller.queries';

const REFILL = 10;

/** One product in the seller's list: price, stock, refill and delete. */
export const StallRow = ({ product }: { product: Product }) => {
  const client = useQueryClient();
  const [confirming, setConfirming] = useState(false);
  const more = useMutation({
    mutationFn: () => refill(product.id, REFILL),
    onSuccess: async (next) => {
      announce(`${next.title}: ${next.stock.available} there now`);
      await forgetProducts(client, product.id);
    },
  });
  const remove = useMutation({
    mutationFn: () => removeProduct(product),
    onSuccess: async () => {
      announce(`${product.title} taken off the board`);
      await forgetProducts(client, product.id);
    },
  });
  const error = more.error ?? remove.error;
  return (
    <tr className="border-t border-line align-middle">
      <td className="w-20 py-3 pr-4">
        <Plate product={product} className="w-16" />
      </td>
      <th scope="row" className="py-3 pr-4 text-left font-semibold">
        <Link to="/sell/$productId" params={{ productId: product.id }} className="link">
          {product.title}
        </Link>
        {error && (
          <span role="alert" className="block text-sm font-normal text-rust">
            {sentenceFor(error)}
          </span>
        )}
      </th>
      <td className="py-3 pr-4 text-right">
        <Price of={product.price} />
      </td>
      <td className="py-3 pr-4 text-right whitespace-nowrap">
        <span className="tabular font-semibold">{product.stock.available}</span>
        <span className="block">
          <StockNote available={product.stock.available} quiet />
        </span>
      </td>
      <td className="py-3 text-right whitespace-nowrap">
        <span className="inline-flex gap-2">
          {confirming ? (
            <>
              <Button
                size="sm"
                variant="danger"
                autoFocus
                busy={remove.isPending}
                onClick={() => remove.mutate()}
              >
                Yes, take it off
              </Button>
              <Button size="sm" onClick={() => setConfirming(false)}>
                Keep it
              </Button>
            </>
          ) : (
            <>
              <Button
                size="sm"
                busy={more.isPending}
                aria-label={`+${REFILL} of ${product.title}`}
                onClick={() => more.mutate()}
              >
                +{REFILL}
              </Button>
              <Button
                size="sm"
                variant="quiet"
                aria-label={`Take off ${product.title}`}
                onClick={() => setConfirming(true)}
              >
                Take off
              </Button>
            </>
          )}
        </span>
      </td>
    </tr>
  );
};
