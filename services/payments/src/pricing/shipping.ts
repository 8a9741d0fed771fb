import { euCountries } from './eu';

/** A flat price by zone, in minor units; free from `freeFrom` on, where a zone has it. */
export interface ShippingRule {
  zone: string;
  /** Absent: every country that no other rule names. */
  countries?: ReadonlySet<string>;
  price: number;
  freeFrom?: number;
}

/** Read from top to bottom: the first rule that names the country holds. */
export const shippingRules: readonly ShippingRule[] = [
  { zone: 'eu', countries: new Set(euCountries), price: 490, freeFrom: 5_000 },
  {
    zone: 'europe',
    countries: new Set([
      'AD',
      'AL',
      'BA',
      'CH',
      'GB',
      'IS',
      'LI',
      'MC',
      'MD',
      'ME',
      'MK',
      'NO',
      'RS',
      'SM',
      'UA',
      'VA',
      'XK',
    ]),
    price: 1_290,
    freeFrom: 15_000,
  },
  { zone: 'world', price: 1_990 },
];

/** The price of sending goods worth `goods` (after discount) to `country`; without a country, the first zone's. */
export function shippingPrice(country: string | undefined, goods: number, rules = shippingRules): number {
  const rule =
    country === undefined ? rules[0] : rules.find(({ countries }) => countries?.has(country) ?? true);
  if (!rule) throw new Error('no shipping rule holds for every country');
  return rule.freeFrom !== undefined && goods >= rule.freeFrom ? 0 : rule.price;
}
