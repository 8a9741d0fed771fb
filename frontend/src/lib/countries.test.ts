import { deliveryCountries } from '@bramble/contracts/countries';
import { countryNames } from './countries';

it('names every country once', () => {
  const names = countryNames('en');
  expect(names).toHaveLength(deliveryCountries.length);
  expect(new Set(deliveryCountries).size).toBe(deliveryCountries.length);
  expect(names.find(({ code }) => code === 'DE')).toEqual({ code: 'DE', name: 'Germany' });
});
