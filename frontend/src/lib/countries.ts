import { deliveryCountries } from '@bramble/contracts/countries';

/** The country codes with their names in the reader's language, sorted in that language. */
export const countryNames = (locale?: string): { code: string; name: string }[] => {
  const names = new Intl.DisplayNames(locale ? [locale] : [], { type: 'region' });
  return deliveryCountries
    .map((code) => ({ code, name: names.of(code) ?? code }))
    .sort((a, b) => a.name.localeCompare(b.name, locale));
};

/** A country's name in the reader's language; the code itself when it has none. */
export const countryName = (code: string, locale?: string): string =>
  new Intl.DisplayNames(locale ? [locale] : [], { type: 'region' }).of(code) ?? code;
