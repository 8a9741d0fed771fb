import { type ComponentProps, useMemo } from 'react';
import { countryNames } from '../lib/countries';
import { Select } from './ui/select';

/** The countries that the shop delivers to, in the shopper's language. */
export const CountrySelect = (props: Omit<ComponentProps<typeof Select>, 'children'>) => {
  const names = useMemo(() => countryNames(navigator.language), []);
  return (
    <Select {...props}>
      {names.map(({ code, name }) => (
        <option key={code} value={code}>
          {name}
        </option>
      ))}
    </Select>
  );
};
