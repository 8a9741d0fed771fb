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
import { signIn } from '../../lib/session';
import { signInSchema } from './account-schema';
import { DemoDoors } from './demo-doors';

export const SignInView = ({ next, onDone }: { next: string | undefined; onDone: () => void }) => {
  usePage('Sign in');
  const form = useForm({
    mode: 'onTouched',
    resolver: zodResolver(signInSchema),
    defaultValues: { email: '', password: '' },
  });
  const { errors } = form.formState;
  const enter = useMutation({ mutationFn: signIn, onSuccess: onDone });
  return (
    <div className="wrap-board max-w-[34rem]! pb-24">
      <PageHead title="Sign in" />
      <form
        noValidate
        className="grid gap-5 pb-8"
        onSubmit={(event) => void form.handleSubmit((values) => enter.mutate(values))(event)}
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
            <Input
              {...wiring}
              {...form.register('password')}
              type="password"
              autoComplete="current-password"
            />
          )}
        </Field>
        {enter.error && <Failure error={enter.error} />}
        <Button type="submit" variant="ink" size="lg" busy={enter.isPending}>
          Sign in
        </Button>
        <p>
          New here?{' '}
          <Link to="/sign-up" search={next ? { next } : {}} className="link">
            Open an account
          </Link>
        </p>
      </form>
      <DemoDoors onDone={onDone} />
    </div>
  );
};
