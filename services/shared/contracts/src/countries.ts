/** The member states of the European Union in 2026 (ISO 3166 alpha-2). Greece is GR, as in addresses. */
export const euCountries = [
  'AT',
  'BE',
  'BG',
  'CY',
  'CZ',
  'DE',
  'DK',
  'EE',
  'ES',
  'FI',
  'FR',
  'GR',
  'HR',
  'HU',
  'IE',
  'IT',
  'LT',
  'LU',
  'LV',
  'MT',
  'NL',
  'PL',
  'PT',
  'RO',
  'SE',
  'SI',
  'SK',
] as const;

/** Countries of Europe outside the European Union. XK is Kosovo's code in addresses. */
export const otherEuropeanCountries = [
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
] as const;

/** The countries that the storefront offers for an address. */
export const deliveryCountries = [...euCountries, ...otherEuropeanCountries, 'US'] as const;
