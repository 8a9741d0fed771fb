/** What the storefront assumes of its installation. The currency is told by the shop's prices; this one formats zero. */
export const env = {
  name: 'Bramble',
  fallbackCurrency: 'EUR',
} as const;
