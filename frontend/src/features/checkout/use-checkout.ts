import { useState } from 'react';
import { isCode } from '@bramble/contracts/call-error';
import type { Order, QuoteTotals } from '@bramble/contracts/orders';
import { announce } from '../../lib/announce';
import { tokenOf } from '../../lib/card';
import { formatMoney } from '../../lib/money';
import { signIn, signUp } from '../../lib/session';
import type { CheckoutValues } from './checkout-schema';
import { placeOrder } from './checkout.api';

interface CheckoutProps {
  signedIn: boolean;
  totals: QuoteTotals | undefined;
  discountCode: string | undefined;
  onOrder: (order: Order) => void;
  onTotals: (totals: QuoteTotals) => void;
  /** The code could be used when the total was calculated, and cannot any more. */
  onCodeRefused: () => void;
  onWrongPassword: (sentence: string) => void;
}

/** Opens an account for a guest. If the e-mail address has an account already, signs in with the same password. */
const enter = async ({ email, password, name }: CheckoutValues): Promise<boolean> => {
  try {
    await signUp({ email: email.trim(), password, name: name.trim().slice(0, 80) });
    return true;
  } catch (error) {
    if (!isCode(error, 'email_taken')) throw error;
  }
  try {
    await signIn({ email: email.trim(), password });
    return true;
  } catch (error) {
    if (!isCode(error, 'bad_credentials')) throw error;
    return false;
  }
};

export const useCheckout = ({ signedIn, totals, discountCode, ...on }: CheckoutProps) => {
  const [error, setError] = useState<unknown>();
  const [change, setChange] = useState<string>();
  const [paying, setPaying] = useState(false);

  const pay = async (values: CheckoutValues): Promise<void> => {
    const token = tokenOf(values.card);
    if (!totals || !token) return;
    const { name, line1, line2, city, postalCode, country } = values;
    setPaying(true);
    setError(undefined);
    setChange(undefined);
    try {
      if (!signedIn && !(await enter(values))) {
        on.onWrongPassword('This e-mail has an account. Enter its password, or use another e-mail.');
        return;
      }
      const order = await placeOrder({
        shippingAddress: {
          name: name.trim(),
          line1: line1.trim(),
          ...(line2.trim() && { line2: line2.trim() }),
          city: city.trim(),
          postalCode: postalCode.trim(),
          country,
        },
        paymentMethod: { token },
        ...(discountCode && { discountCode }),
        expectedTotal: totals.total,
      });
      on.onOrder(order);
    } catch (reason) {
      const next = isCode(reason, 'price_changed') ? reason.extra.totals : undefined;
      if (next) {
        const sentence = `The total was ${formatMoney(totals.total)} and is now ${formatMoney(next.total)}.`;
        setChange(sentence);
        announce(`${sentence} Press again to pay the new total.`);
        on.onTotals(next);
      } else if (isCode(reason, 'discount_invalid')) {
        const sentence = 'The code cannot be used any more. The total is now without it.';
        setChange(sentence);
        announce(`${sentence} Press again to pay it.`);
        on.onCodeRefused();
      } else {
        setError(reason);
      }
    } finally {
      setPaying(false);
    }
  };

  return { pay, paying, error, change };
};
