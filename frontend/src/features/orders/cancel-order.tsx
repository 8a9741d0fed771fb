import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Order } from '@bramble/contracts/orders';
import { Failure } from '../../components/failure';
import { Button } from '../../components/ui/button';
import { announce } from '../../lib/announce';
import { cancelOrder } from './orders.queries';

/** The cancel button with its confirmation in place, without a dialog. */
export const CancelOrder = ({ order, onOrder }: { order: Order; onOrder: (order: Order) => void }) => {
  const [confirming, setConfirming] = useState(false);
  const cancel = useMutation({
    mutationFn: () => cancelOrder(order.id),
    onSuccess: (next) => {
      onOrder(next);
      announce('Order cancelled');
    },
  });
  return (
    <div className="grid justify-items-start gap-3">
      {confirming ? (
        <div role="group" aria-label="Cancel this order?" className="flex flex-wrap items-center gap-3">
          <p>Cancel this order? {order.status === 'PAID' && 'Your money goes back.'}</p>
          <Button variant="danger" autoFocus busy={cancel.isPending} onClick={() => cancel.mutate()}>
            Yes, cancel it
          </Button>
          <Button onClick={() => setConfirming(false)}>Keep it</Button>
        </div>
      ) : (
        <Button onClick={() => setConfirming(true)}>Cancel this order</Button>
      )}
      {cancel.error && <Failure error={cancel.error} />}
    </div>
  );
};
