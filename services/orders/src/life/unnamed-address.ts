import type { Address } from '@bramble/contracts/orders';

/** Stands where the contract wants a text and none is known. */
const NONE = '-';

/** What is left of an address without the person: the country, by which the tax was computed. */
export const unnamed = ({ country }: Pick<Address, 'country'>): Address => ({
  name: NONE,
  line1: NONE,
  city: NONE,
  postalCode: NONE,
  country,
});

/** True for an address that `unnamed` made. */
export const isUnnamed = ({ name, line1, city, postalCode }: Address): boolean =>
  [name, line1, city, postalCode].every((text) => text === NONE);
