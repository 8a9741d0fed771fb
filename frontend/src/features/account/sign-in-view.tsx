import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useForm } from 'react-hook-form';
import { Field } from '../../components/ui/field';
import { Input } from '../../components/ui/input';
import { signIn } from '../../lib/session';
import { AccountForm } from './account-form';
import { signInSchema } from './account-schema';
import { DemoDoors } from './demo-doors';

export const SignInView = ({ next, onDone }: { next: string | undefined; onDone: () => void }) => {
  const form = useForm({
    mode: 'onTouched',
    resolver: zodResolver(signInSchema),
    defaultValues: { email: '', password: '' },
  });
  const { errors } = form.formState;
  const enter = useMutation({ mutationFn: signIn, onSuccess: onDone });
  return (
    <AccountForm
      title="Sign in"
      action="Sign in"
      busy={enter.isPending}
      error={enter.error}
      onSubmit={(event) => void form.handleSubmit((values) => enter.mutate(values))(event)}
      otherwise={
        <>
          New here?{' '}
          <Link to="/sign-up" search={next ? { next } : {}} className="link">
            Open an account
          </Link>
        </>
      }
      after={<DemoDoors onDone={onDone} />}
    >
      <Field label="E-mail" error={errors.email?.message}>
        {(wiring) => (
          <Input
            {...wiring}
            {...form.register('email')}
            type="email"
            autoComplete="username"
            inputMode="email"
          />
        )}
      </Field>
      <Field label="Password" error={errors.password?.message}>
        {(wiring) => (
          <Input {...wiring} {...form.register('password')} type="password" autoComplete="current-password" />
        )}
      </Field>
    </AccountForm>
  );
};
