import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Order } from '@bramble/contracts/orders';
import { Failure } from '../../components/failure';
import { Button } from '../../components/ui/button';
import { Dialog } from '../../components/ui/dialog';
import { Field } from '../../components/ui/field';
import { Input } from '../../components/ui/input';
import { announce } from '../../lib/announce';
import { formatMoney, minorUnits, plainAmount } from '../../lib/money';
import { refundable, refundOrder } from './admin.queries';

/** Refunds the rest of an order or a part of it, never more. */
export const RefundDialog = ({ order, onClose }: { order: Order; onClose: () => void }) => {
  const client = useQueryClient();
  const left = refundable(order);
  const unit = minorUnits(left.currency);
  const [text, setText] = useState(plainAmount(left));
  const [restock, setRestock] = useState(false);
  const [reason, setReason] = useState('');
  const amount = Math.round(Number(text.replace(',', '.')) * unit);
  const wrong = !(amount >= 1 && amount <= left.amount);
  const pay = useMutation({
    mutationFn: () =>
      refundOrder(order, {
        ...(amount < left.amount && { amount: { amount, currency: left.currency } }),
        ...(restock && { restock }),
        ...(reason.trim() && { reason: reason.trim() }),
      }),
    onSuccess: async () => {
      announce(`${formatMoney({ amount, currency: left.currency })} paid back for ${order.number}`);
      await client.invalidateQueries({ queryKey: ['mine'] });
      onClose();
    },
  });
  return (
    <Dialog
      title={`Pay back ${order.number}`}
      description={`Up to ${formatMoney(left)} can be paid back.`}
      onClose={onClose}
    >
      <form
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!wrong) pay.mutate();
        }}
      >
        <Field
          label={`Amount in ${left.currency}`}
          error={wrong ? `Enter an amount up to ${formatMoney(left)}.` : undefined}
        >
          {(wiring) => (
            <Input
              {...wiring}
              inputMode="decimal"
              className="tabular"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <Field label="Reason" optional hint="The buyer reads it with the order.">
          {(wiring) => (
            <Input
              {...wiring}
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        <label className="flex min-h-11 items-center gap-3">
          <input
            type="checkbox"
            checked={restock}
            onChange={(event) => setRestock(event.target.checked)}
            className="size-5 accent-ink"
          />
          Put the goods back on the board
        </label>
        {pay.error && <Failure error={pay.error} />}
        <div className="flex gap-3">
          <Button type="submit" variant="danger" busy={pay.isPending} aria-disabled={wrong || undefined}>
            Pay back
          </Button>
          <Button onClick={onClose}>Leave it</Button>
        </div>
      </form>
    </Dialog>
  );
};
