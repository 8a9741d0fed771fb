import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { Field } from '../../components/ui/field';
import { Input } from '../../components/ui/input';
import { signUp } from '../../lib/session';
import { AccountForm } from './account-form';
import { signUpSchema } from './account-schema';

export const SignUpView = ({ next, onDone }: { next: string | undefined; onDone: () => void }) => {
  const form = useForm({
    mode: 'onTouched',
    resolver: zodResolver(signUpSchema),
    defaultValues: { name: '', email: '', password: '', seller: false },
  });
  const { errors } = form.formState;
  const open = useMutation({ mutationFn: signUp, onSuccess: onDone });
  return (
    <AccountForm
      title="Open an account"
      action="Open the account"
      busy={open.isPending}
      error={open.error}
      onSubmit={(event) =>
        void form.handleSubmit(({ seller, ...values }) =>
          open.mutate({ ...values, ...(seller && { role: 'seller' as const }) }),
        )(event)
      }
      otherwise={
        <>
          Have one already?{' '}
          <Link to="/sign-in" search={next ? { next } : {}} className="link">
            Sign in
          </Link>
        </>
      }
    >
      <Field label="Name" error={errors.name?.message}>
        {(wiring) => <Input {...wiring} {...form.register('name')} autoComplete="name" />}
      </Field>
      <Field label="E-mail" error={errors.email?.message}>
        {(wiring) => (
          <Input
            {...wiring}
            {...form.register('email')}
            type="email"
            autoComplete="email"
            inputMode="email"
          />
        )}
      </Field>
      <Field
        label="Password"
        hint="8 characters or more. Length is what counts."
        error={errors.password?.message}
      >
        {(wiring) => (
          <Input {...wiring} {...form.register('password')} type="password" autoComplete="new-password" />
        )}
      </Field>
      <label className="flex min-h-11 items-center gap-3">
        <input type="checkbox" {...form.register('seller')} className="size-5 accent-ink" />I want to sell
        here too
      </label>
    </AccountForm>
  );
};
