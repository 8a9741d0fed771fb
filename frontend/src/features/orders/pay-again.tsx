import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useForm } from 'react-hook-form';
import type { Order } from '@bramble/contracts/orders';
import { CardFields, type CardValues } from '../../components/card-fields';
import { Failure } from '../../components/failure';
import { Price } from '../../components/price';
import { Button } from '../../components/ui/button';
import { tokenOf } from '../../lib/card';
import { cardSchema } from '../../lib/card-schema';
import { shopQuery, takesTestCards } from '../../lib/shop';
import { payAgain } from './orders.queries';

const useMinutesLeft = (until: string | undefined): number | undefined => {
  const left = () => (until ? Math.max(0, Math.ceil((Date.parse(until) - Date.now()) / 60_000)) : undefined);
  const [minutes, setMinutes] = useState(left);
  useEffect(() => {
    const timer = setInterval(() => setMinutes(left()), 5_000);
    return () => clearInterval(timer);
  });
  return minutes;
};

/** The button that opened this form is gone, so focus moves to the form. */
const takeFocus = (element: HTMLElement | null): void => element?.focus();

/** The form to pay with another card while the reservation lasts. */
export const PayAgain = ({ order, onOrder }: { order: Order; onOrder: (order: Order) => void }) => {
  const minutes = useMinutesLeft(order.expiresAt);
  const shop = useQuery(shopQuery);
  const form = useForm<CardValues>({
    mode: 'onTouched',
    resolver: zodResolver(cardSchema),
    defaultValues: { card: '', expiry: '', csc: '' },
  });
  const pay = useMutation({
    mutationFn: (values: CardValues) => payAgain(order, tokenOf(values.card) ?? ''),
    onSuccess: onOrder,
  });
  return (
    <form
      noValidate
      aria-label="Try another card"
      className="grid max-w-[32rem] gap-4 border-t border-line pt-6"
      onSubmit={(event) => void form.handleSubmit((values) => pay.mutate(values))(event)}
    >
      <h2 ref={takeFocus} tabIndex={-1} className="text-xl outline-none">
        Try another card
      </h2>
      {minutes !== undefined && (
        <p className="tabular text-ink-muted">
          Your goods are kept for {minutes === 1 ? 'one more minute' : `${minutes} more minutes`}.
        </p>
      )}
      <CardFields
        register={form.register}
        setValue={form.setValue}
        errors={form.formState.errors}
        sandbox={takesTestCards(shop.data?.paymentMethods)}
      />
      {pay.error && <Failure error={pay.error} />}
      <Button type="submit" variant="buy" size="lg" busy={pay.isPending}>
        <span>
          Pay <Price of={order.totals.total} />
        </span>
      </Button>
    </form>
  );
};
