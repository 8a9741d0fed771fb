import { deliveryCountries } from '@bramble/contracts/countries';
import { countryNames, likelyCountry } from './countries';

it('names every country once', () => {
  const names = countryNames('en');
  expect(names).toHaveLength(deliveryCountries.length);
  expect(new Set(deliveryCountries).size).toBe(deliveryCountries.length);
  expect(names.find(({ code }) => code === 'DE')).toEqual({ code: 'DE', name: 'Germany' });
});

it('guesses from the language only where the shop sends to', () => {
  expect(likelyCountry('fr-FR')).toBe('FR');
  expect(likelyCountry('pt-BR')).toBe('DE');
  expect(likelyCountry('en')).toBe('DE');
});
