import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import type { Profile, User } from '@bramble/contracts/users';
import { Failure } from '../../components/failure';
import { Button } from '../../components/ui/button';
import { Field } from '../../components/ui/field';
import { Input } from '../../components/ui/input';
import { announce } from '../../lib/announce';
import { call } from '../../lib/api';
import { usersApi } from '../../lib/operations.gen';
import { profileSchema } from './account-schema';

/** Reads and replaces the profile. Fields that this form does not know are kept. */
export const ProfileForm = ({ user }: { user: User }) => {
  const client = useQueryClient();
  const queryKey = ['mine', 'profile'];
  const { data, error } = useQuery({
    queryKey,
    queryFn: async ({ signal }) => (await call(usersApi.getProfile, { signal })).profile,
  });
  const form = useForm({
    mode: 'onTouched',
    resolver: zodResolver(profileSchema),
    values: { name: data?.name ?? user.name, phone: data?.phone ?? '' },
    resetOptions: { keepDirtyValues: true },
  });
  const save = useMutation({
    mutationFn: async ({ name, phone }: { name: string; phone: string }) => {
      const body = structuredClone<Profile>(data ?? {});
      body.name = name;
      if (phone) body.phone = phone;
      else delete body.phone;
      return (await call(usersApi.putProfile, { body })).profile;
    },
    onSuccess: (profile) => {
      client.setQueryData(queryKey, profile);
      void client.invalidateQueries({ queryKey: ['session'] });
      announce('Profile saved');
    },
  });
  const { errors } = form.formState;
  return (
    <form
      noValidate
      aria-label="Profile"
      className="grid content-start gap-5 border-t border-line pt-6"
      onSubmit={(event) => void form.handleSubmit((values) => save.mutate(values))(event)}
    >
      <h2 className="text-xl">Profile</h2>
      {error && <Failure error={error} />}
      <Field label="Name" error={errors.name?.message}>
        {(wiring) => <Input {...wiring} {...form.register('name')} autoComplete="name" />}
      </Field>
      <Field
        label="Phone"
        optional
        hint="Only for couriers who cannot find you."
        error={errors.phone?.message}
      >
        {(wiring) => <Input {...wiring} {...form.register('phone')} type="tel" autoComplete="tel" />}
      </Field>
      {save.error && <Failure error={save.error} />}
      <div className="flex items-center gap-4">
        <Button type="submit" variant="ink" busy={save.isPending} disabled={!data}>
          Save
        </Button>
        {save.isSuccess && !form.formState.isDirty && <span className="text-sm text-leaf">Saved</span>}
      </div>
    </form>
  );
};
