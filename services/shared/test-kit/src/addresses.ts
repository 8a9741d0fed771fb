import type { Address } from '@bramble/contracts/orders';

/** Where a test's parcels go. */
export const testAddress: Address = {
  name: 'Robin',
  line1: '4 Blackberry Lane',
  city: 'Berlin',
  postalCode: '10115',
  country: 'DE',
};
