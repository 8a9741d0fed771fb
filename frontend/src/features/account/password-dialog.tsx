import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { isCode } from '@bramble/contracts/call-error';
import { Failure } from '../../components/failure';
import { Button } from '../../components/ui/button';
import { Dialog } from '../../components/ui/dialog';
import { Field } from '../../components/ui/field';
import { Input } from '../../components/ui/input';

interface PasswordDialogProps {
  title: string;
  description: string;
  /** The text of the button. */
  action: string;
  variant: 'ink' | 'danger';
  onConfirm: (password: string) => Promise<void>;
  onClose: () => void;
}

/** Asks for the password, and runs `onConfirm` with it. A wrong one is said at the field. */
export const PasswordDialog = ({
  title,
  description,
  action,
  variant,
  onConfirm,
  onClose,
}: PasswordDialogProps) => {
  const [password, setPassword] = useState('');
  const run = useMutation({ mutationFn: () => onConfirm(password), onSuccess: onClose });
  const isWrong = isCode(run.error, 'confirmation_required');
  return (
    <Dialog title={title} description={description} onClose={onClose}>
      <form
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          run.mutate();
        }}
      >
        <Field label="Password" error={isWrong ? 'This is not your password.' : undefined}>
          {(wiring) => (
            <Input
              {...wiring}
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        {run.error && !isWrong && <Failure error={run.error} />}
        <div className="flex gap-3">
          <Button type="submit" variant={variant} busy={run.isPending}>
            {action}
          </Button>
          <Button onClick={onClose}>Leave it</Button>
        </div>
      </form>
    </Dialog>
  );
};
