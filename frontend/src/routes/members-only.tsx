import { Link, useLocation } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Role } from '@bramble/contracts/operation';
import type { User } from '@bramble/contracts/users';
import { Empty } from '../components/empty';
import { PageHead } from '../components/page-head';
import { Button } from '../components/ui/button';
import { Skeleton } from '../components/ui/skeleton';
import { usePage } from '../lib/page';
import { useSession } from '../lib/session';

interface MembersOnlyProps {
  title: string;
  role?: Role;
  children: (user: User) => ReactNode;
}

const Closed = ({ title, children, action }: { title: string; children: ReactNode; action: ReactNode }) => {
  usePage(title);
  return (
    <div className="wrap-board pb-24">
      <PageHead title={title} />
      <Empty title="Who are you?" action={action}>
        {children}
      </Empty>
    </div>
  );
};

/** A page for people who are signed in, optionally with a role. The server decides; this page only explains. */
export const MembersOnly = ({ title, role, children }: MembersOnlyProps) => {
  const user = useSession();
  const next = useLocation({ select: ({ href }) => href });
  if (user === undefined) {
    return (
      <div className="wrap-board pt-24">
        <Skeleton className="h-64" />
      </div>
    );
  }
  if (user && (!role || user.roles.includes(role))) return children(user);
  return (
    <Closed
      title={title}
      action={
        <Button asChild variant="ink">
          <Link to="/sign-in" search={{ next }}>
            Sign in
          </Link>
        </Button>
      }
    >
      {user
        ? `Your account is not one for this page: it needs the role “${role}”.`
        : 'Sign in to see this page.'}
    </Closed>
  );
};
