import type { ChangeEvent } from 'react';
import type { UseFormReturn } from 'react-hook-form';
import { CountrySelect } from '../../components/country-select';
import { Field } from '../../components/ui/field';
import { Input } from '../../components/ui/input';
import { chooseDeliveryCountry } from '../../lib/delivery-country';
import type { CheckoutValues } from './checkout-schema';

export const AddressFields = ({ form: { register, formState } }: { form: UseFormReturn<CheckoutValues> }) => {
  const { errors } = formState;
  return (
    <div className="grid grid-cols-6 gap-4">
      <Field label="Full name" className="col-span-6" error={errors.name?.message}>
        {(wiring) => <Input {...wiring} {...register('name')} autoComplete="shipping name" />}
      </Field>
      <Field label="Street and number" className="col-span-6" error={errors.line1?.message}>
        {(wiring) => <Input {...wiring} {...register('line1')} autoComplete="shipping address-line1" />}
      </Field>
      <Field label="Flat, floor, company" optional className="col-span-6" error={errors.line2?.message}>
        {(wiring) => <Input {...wiring} {...register('line2')} autoComplete="shipping address-line2" />}
      </Field>
      <Field label="Postcode" className="col-span-2" error={errors.postalCode?.message}>
        {(wiring) => <Input {...wiring} {...register('postalCode')} autoComplete="shipping postal-code" />}
      </Field>
      <Field label="Town" className="col-span-4" error={errors.city?.message}>
        {(wiring) => <Input {...wiring} {...register('city')} autoComplete="shipping address-level2" />}
      </Field>
      <Field label="Country" className="col-span-6" error={errors.country?.message}>
        {(wiring) => (
          <CountrySelect
            {...wiring}
            {...register('country', {
              onChange: (event: ChangeEvent<HTMLSelectElement>) => chooseDeliveryCountry(event.target.value),
            })}
            autoComplete="shipping country"
          />
        )}
      </Field>
    </div>
  );
};
