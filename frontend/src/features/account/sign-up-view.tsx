import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { Failure } from '../../components/failure';
import { PageHead } from '../../components/page-head';
import { Button } from '../../components/ui/button';
import { Field } from '../../components/ui/field';
import { Input } from '../../components/ui/input';
import { usePage } from '../../lib/page';
import { signUp } from '../../lib/session';
import { signUpSchema } from './account-schema';

export const SignUpView = ({ next, onDone }: { next: string | undefined; onDone: () => void }) => {
  usePage('Open an account');
  const form = useForm({
    mode: 'onTouched',
    resolver: zodResolver(signUpSchema),
    defaultValues: { name: '', email: '', password: '', seller: false },
  });
  const { errors } = form.formState;
  const open = useMutation({ mutationFn: signUp, onSuccess: onDone });
  return (
    <div className="wrap-board max-w-[34rem]! pb-24">
      <PageHead title="Open an account" />
      <form
        noValidate
        className="grid gap-5"
        onSubmit={(event) =>
          void form.handleSubmit(({ seller, ...values }) =>
            open.mutate({ ...values, ...(seller && { role: 'seller' as const }) }),
          )(event)
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
        {open.error && <Failure error={open.error} />}
        <Button type="submit" variant="ink" size="lg" busy={open.isPending}>
          Open the account
        </Button>
        <p>
          Have one already?{' '}
          <Link to="/sign-in" search={next ? { next } : {}} className="link">
            Sign in
          </Link>
        </p>
      </form>
    </div>
  );
};
