/** Constants of the shop. Prices carry their currency; `fallbackCurrency` formats an amount of zero when there is no price yet. */
export const env = {
  name: 'Bramble',
  fallbackCurrency: 'EUR',
} as const;
