import type { Money } from '@bramble/contracts/money';

const formats = new Map<string, Intl.NumberFormat>();
const formatOf = (currency: string, locale?: string): Intl.NumberFormat => {
  const key = `${locale ?? ''} ${currency}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, { style: 'currency', currency });
    formats.set(key, format);
  }
  return format;
};

/** Money in the format of the browser's locale, with as many decimals as the currency has. */
export const formatMoney = ({ amount, currency }: Money, locale?: string): string => {
  const format = formatOf(currency, locale);
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
};

/** How many minor units one unit of the currency has: 100 for EUR, 1 for JPY. */
export const minorUnits = (currency: string): number =>
  10 ** (formatOf(currency).resolvedOptions().maximumFractionDigits ?? 2);

/** Money as it is typed: `12.50`, without the currency. */
export const plainAmount = ({ amount, currency }: Money): string => {
  const unit = minorUnits(currency);
  return (amount / unit).toFixed(Math.round(Math.log10(unit)));
};

/** `price` for `quantity` pieces. */
export const times = ({ amount, currency }: Money, quantity: number): Money => ({
  amount: amount * quantity,
  currency,
});
