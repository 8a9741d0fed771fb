import type { UseFormReturn } from 'react-hook-form';
import { Field } from '../../components/ui/field';
import { Input } from '../../components/ui/input';
import type { CheckoutValues } from './checkout-schema';

export const AccountFields = ({ form: { register, formState } }: { form: UseFormReturn<CheckoutValues> }) => (
  <div className="grid gap-4 sm:grid-cols-2">
    <Field label="E-mail" error={formState.errors.email?.message}>
      {(wiring) => (
        <Input {...wiring} {...register('email')} type="email" autoComplete="email" inputMode="email" />
      )}
    </Field>
    <Field label="Password" hint="8 characters or more" error={formState.errors.password?.message}>
      {(wiring) => (
        <Input {...wiring} {...register('password')} type="password" autoComplete="new-password" />
      )}
    </Field>
  </div>
);
