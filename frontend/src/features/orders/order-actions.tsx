import { useState } from 'react';
import type { Order } from '@bramble/contracts/orders';
import { Button } from '../../components/ui/button';
import { CancelOrder } from './cancel-order';
import { canCancel, isDeclined } from './order-words';
import { PayAgain } from './pay-again';

/** The actions that an order still allows, in one row below its state. */
export const OrderActions = ({ order, onOrder }: { order: Order; onOrder: (order: Order) => void }) => {
  const [paying, setPaying] = useState(false);
  const declined = isDeclined(order);
  return (
    <div className="grid gap-6">
      <div className="flex min-h-11 flex-wrap items-center gap-3">
        {declined && !paying && (
          <Button variant="buy" onClick={() => setPaying(true)}>
            Try another card
          </Button>
        )}
        {canCancel(order) && <CancelOrder order={order} onOrder={onOrder} />}
      </div>
      {declined && paying && <PayAgain order={order} onOrder={onOrder} />}
    </div>
  );
};
