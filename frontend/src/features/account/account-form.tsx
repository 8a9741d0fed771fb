import type { FormEventHandler, ReactNode } from 'react';
import { Failure } from '../../components/failure';
import { PageHead } from '../../components/page-head';
import { Button } from '../../components/ui/button';
import { usePage } from '../../lib/page';

interface AccountFormProps {
  title: string;
  /** The text of the button. */
  action: string;
  busy: boolean;
  error: Error | null;
  onSubmit: FormEventHandler<HTMLFormElement>;
  /** The link to the other form. */
  otherwise: ReactNode;
  children: ReactNode;
  /** Content below the form. */
  after?: ReactNode;
}

/** The layout that the sign-in and the sign-up form share. */
export const AccountForm = ({
  title,
  action,
  busy,
  error,
  onSubmit,
  otherwise,
  children,
  after,
}: AccountFormProps) => {
  usePage(title);
  return (
    <div className="wrap-board max-w-[34rem]! pb-24">
      <PageHead title={title} />
      <form noValidate className="grid gap-5 pb-8" onSubmit={onSubmit}>
        {children}
        {error && <Failure error={error} />}
        <Button type="submit" variant="ink" size="lg" busy={busy}>
          {action}
        </Button>
        <p>{otherwise}</p>
      </form>
      {after}
    </div>
  );
};
