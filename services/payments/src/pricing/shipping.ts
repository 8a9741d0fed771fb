import { euCountries, otherEuropeanCountries } from '@bramble/contracts/countries';

/** A flat price for a zone, in minor units; with `freeFrom`, shipping is free from that worth of goods on. */
export interface ShippingRule {
  zone: string;
  /** The countries of the zone; absent for all countries that no other rule names. */
  countries?: ReadonlySet<string>;
  price: number;
  freeFrom?: number;
}

/** The first rule that names the country applies. */
export const shippingRules: readonly ShippingRule[] = [
  { zone: 'eu', countries: new Set(euCountries), price: 490, freeFrom: 5_000 },
  {
    zone: 'europe',
    countries: new Set(otherEuropeanCountries),
    price: 1_290,
    freeFrom: 15_000,
  },
  { zone: 'world', price: 1_990 },
];

/**
 * The shipping price of goods worth `goods` (after discount) to `country`; without a country, that of the first zone.
 */
export function shippingPrice(country: string | undefined, goods: number, rules = shippingRules): number {
  const rule =
    country === undefined ? rules[0] : rules.find(({ countries }) => countries?.has(country) ?? true);
  if (!rule) throw new Error('no shipping rule applies to every country');
  return rule.freeFrom !== undefined && goods >= rule.freeFrom ? 0 : rule.price;
}
