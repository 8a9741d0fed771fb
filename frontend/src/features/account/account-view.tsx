import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { User } from '@bramble/contracts/users';
import { Failure } from '../../components/failure';
import { PageHead } from '../../components/page-head';
import { Button } from '../../components/ui/button';
import { usePage } from '../../lib/page';
import { signOut } from '../../lib/session';
import { DataSection } from './data-section';
import { PasswordForm } from './password-form';
import { ProfileForm } from './profile-form';
import { SessionsSection } from './sessions-section';

export const AccountView = ({ user }: { user: User }) => {
  usePage('Account');
  const leave = useMutation({ mutationFn: signOut });
  return (
    <div className="wrap-board pb-24">
      <PageHead title={`Hello, ${user.name}`}>
        <p className="text-ink-muted">{user.email}</p>
      </PageHead>
      <nav aria-label="Account" className="flex flex-wrap gap-2 pb-10">
        <Button asChild>
          <Link to="/orders">My orders</Link>
        </Button>
        {user.roles.includes('seller') && (
          <Button asChild>
            <Link to="/sell">My stall</Link>
          </Button>
        )}
        {user.roles.includes('admin') && (
          <Button asChild>
            <Link to="/admin">Back office</Link>
          </Button>
        )}
        <Button variant="quiet" busy={leave.isPending} onClick={() => leave.mutate()}>
          Sign out
        </Button>
      </nav>
      {leave.error && <Failure error={leave.error} />}
      <div className="grid gap-12 lg:grid-cols-2 lg:gap-16">
        <ProfileForm user={user} />
        <PasswordForm />
        <SessionsSection />
        <DataSection />
      </div>
    </div>
  );
};
