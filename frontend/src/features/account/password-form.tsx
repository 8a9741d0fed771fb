import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { Failure } from '../../components/failure';
import { Button } from '../../components/ui/button';
import { Field } from '../../components/ui/field';
import { Input } from '../../components/ui/input';
import { announce } from '../../lib/announce';
import { call } from '../../lib/api';
import { usersApi } from '../../lib/operations.gen';
import { passwordSchema } from './account-schema';

interface Values {
  currentPassword: string;
  newPassword: string;
}

export const PasswordForm = () => {
  const form = useForm<Values>({
    mode: 'onTouched',
    resolver: zodResolver(passwordSchema),
    defaultValues: { currentPassword: '', newPassword: '' },
  });
  const { errors } = form.formState;
  const save = useMutation({
    mutationFn: (body: Values) => call(usersApi.changePassword, { body }),
    onSuccess: () => {
      form.reset();
      announce('Password changed');
    },
  });
  return (
    <form
      noValidate
      aria-label="Password"
      className="grid content-start gap-5 border-t border-line pt-6"
      onSubmit={(event) => void form.handleSubmit((values) => save.mutate(values))(event)}
    >
      <h2 className="text-xl">Password</h2>
      <Field label="Password now" error={errors.currentPassword?.message}>
        {(wiring) => (
          <Input
            {...wiring}
            {...form.register('currentPassword')}
            type="password"
            autoComplete="current-password"
          />
        )}
      </Field>
      <Field label="New password" hint="8 characters or more" error={errors.newPassword?.message}>
        {(wiring) => (
          <Input {...wiring} {...form.register('newPassword')} type="password" autoComplete="new-password" />
        )}
      </Field>
      {save.error && <Failure error={save.error} />}
      <div className="flex items-center gap-4">
        <Button type="submit" busy={save.isPending}>
          Change password
        </Button>
        {save.isSuccess && !form.formState.isDirty && <span className="text-sm text-leaf">Changed</span>}
      </div>
    </form>
  );
};
