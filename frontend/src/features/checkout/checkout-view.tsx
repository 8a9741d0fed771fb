import { zodResolver } from '@hookform/resolvers/zod';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useForm, type UseFormRegister, type UseFormSetValue } from 'react-hook-form';
import type { Order, QuoteTotals } from '@bramble/contracts/orders';
import type { Quote } from '@bramble/contracts/payments';
import { CardFields, type CardValues } from '../../components/card-fields';
import { Failure } from '../../components/failure';
import { PageHead } from '../../components/page-head';
import { Price } from '../../components/price';
import { Button } from '../../components/ui/button';
import { Notice } from '../../components/ui/notice';
import { announce } from '../../lib/announce';
import { deliveryCountry } from '../../lib/delivery-country';
import { CHECKOUT_CLOSED } from '../../lib/error-sentence';
import { useOnline } from '../../lib/online';
import { usePage } from '../../lib/page';
import { useSession } from '../../lib/session';
import { shopQuery, takesTestCards } from '../../lib/shop';
import { AccountFields } from './account-fields';
import { AddressFields } from './address-fields';
import { type CheckoutValues, guestSchema, memberSchema } from './checkout-schema';
import { CheckoutSummary } from './checkout-summary';
import { quoteQuery } from './checkout.api';
import { useCheckout } from './use-checkout';

interface CheckoutViewProps {
  /** The contents of the cart as one text: when it changes, the price is calculated again. */
  basket: string;
  /** The totals of the cart, calculated without a destination. */
  known: Quote | undefined;
  settling: boolean;
  onOrder: (order: Order) => void;
  renderArt: (productId: string) => ReactNode;
}

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="grid gap-4 border-t border-line pt-6" aria-label={title}>
    <h2 className="text-xl">{title}</h2>
    {children}
  </section>
);

/** The checkout on one page. A guest gets an account without leaving it. */
export const CheckoutView = ({ basket, known, settling, onOrder, renderArt }: CheckoutViewProps) => {
  usePage('Check out');
  const session = useSession();
  const online = useOnline();
  const client = useQueryClient();
  const [discountCode, setDiscountCode] = useState<string>();
  const form = useForm<CheckoutValues>({
    mode: 'onTouched',
    resolver: zodResolver(session ? memberSchema : guestSchema),
    defaultValues: {
      email: '',
      password: '',
      name: session?.name ?? '',
      line1: '',
      line2: '',
      city: '',
      postalCode: '',
      country: deliveryCountry(),
      card: '',
      expiry: '',
      csc: '',
    },
  });
  const { errors } = form.formState;
  const country = form.watch('country');
  const quoting = quoteQuery(basket, country, discountCode);
  // Until the first price arrives, show the totals of the cart, marked as busy.
  const quote = useQuery({ ...quoting, placeholderData: (earlier) => earlier ?? known });
  const totals = quote.data?.totals;
  const wrongCode = quote.data?.discountProblem !== undefined;

  const { pay, paying, error, change } = useCheckout({
    signedIn: Boolean(session),
    totals,
    discountCode: wrongCode ? undefined : discountCode,
    onOrder,
    onCodeRefused: () => void client.invalidateQueries({ queryKey: quoting.queryKey }),
    onTotals: (next: QuoteTotals) =>
      client.setQueryData(quoting.queryKey, (old) => (old ? { ...old, totals: next } : old)),
    onWrongPassword: (message) => form.setError('password', { message }, { shouldFocus: true }),
  });
  const counting = settling || quote.isFetching;
  const methods = useQuery(shopQuery).data?.paymentMethods;
  const closed = methods?.length === 0;

  const submit = form.handleSubmit(pay, (wrong) => {
    const count = Object.keys(wrong).length;
    announce(count === 1 ? 'One field needs another look.' : `${count} fields need another look.`);
  });
  // The card fields are the same three in every form that has them; react-hook-form types them by the whole form.
  const card = form as unknown as {
    register: UseFormRegister<CardValues>;
    setValue: UseFormSetValue<CardValues>;
  };

  return (
    <div className="wrap-board pb-24">
      <PageHead title="Check out">
        {totals && <Price of={totals.total} className="text-xl lg:hidden" />}
      </PageHead>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!paying && !counting && online && !closed) void submit(event);
        }}
        className="grid gap-10 lg:grid-cols-[minmax(0,1fr)_24rem] lg:gap-16"
      >
        <div className="grid max-w-[40rem] gap-8">
          {session === null && (
            <Section title="You">
              <p className="text-sm text-ink-muted">
                Been here before?{' '}
                <Link to="/sign-in" search={{ next: '/checkout' }} className="link">
                  Sign in
                </Link>
                . Otherwise this makes an account, so that you can follow your order.
              </p>
              <AccountFields form={form} />
            </Section>
          )}
          <Section title="Where it goes">
            <AddressFields form={form} />
          </Section>
          {closed ? (
            <Notice tone="waiting" title="The checkout is closed">
              {CHECKOUT_CLOSED}
            </Notice>
          ) : (
            <Section title="Card">
              <CardFields {...card} errors={errors} sandbox={takesTestCards(methods)} />
            </Section>
          )}
        </div>
        <div className="lg:sticky lg:top-24 lg:self-start">
          <CheckoutSummary
            quote={quote.data}
            error={quote.error}
            busy={counting}
            discountCode={discountCode}
            onDiscount={setDiscountCode}
            renderArt={renderArt}
          />
          <div className="grid gap-4 pt-6">
            {change && (
              <Notice tone="waiting" title={change}>
                Nothing was charged. Press again if that is fine.
              </Notice>
            )}
            {error !== undefined && <Failure title="The order was not placed" error={error} />}
            {!online && (
              <Notice tone="waiting">You’re offline. Paying has to wait; what you typed stays here.</Notice>
            )}
            <Button
              type="submit"
              variant="buy"
              size="lg"
              busy={paying}
              aria-disabled={!totals || counting || !online || closed || undefined}
            >
              {paying ? (
                'Paying…'
              ) : totals && !counting ? (
                <span>
                  Pay <Price of={totals.total} />
                </span>
              ) : (
                'Counting…'
              )}
            </Button>
            <p className="text-sm text-ink-muted">
              The total is everything: goods, tax and delivery. You can cancel until it ships.
            </p>
          </div>
        </div>
      </form>
    </div>
  );
};
