import { Link, useSearch } from '@tanstack/react-router';
import { UserRound } from 'lucide-react';
import { Mark } from '../components/mark';
import { env } from '../env';
import { BasketLink } from '../features/cart/basket-link';
import { SearchBox } from '../features/catalogue/search-box';
import { useSession } from '../lib/session';

const AccountLink = () => {
  const session = useSession();
  const className =
    'inline-flex min-h-11 min-w-11 items-center justify-center gap-2 rounded-control px-2 text-ink no-underline hover:bg-sunken';
  if (session) {
    return (
      <Link to="/account" className={className} aria-label={`Account of ${session.name}`}>
        <UserRound className="size-6" aria-hidden />
        <span className="hidden max-w-32 truncate lg:inline">{session.name}</span>
      </Link>
    );
  }
  return (
    <Link to="/sign-in" className={className} aria-label="Sign in">
      <UserRound className="size-6" aria-hidden />
      <span className="hidden lg:inline">Sign in</span>
    </Link>
  );
};

export const Header = () => {
  const { q } = useSearch({ strict: false });
  return (
    <header className="sticky top-0 z-20 border-b border-line bg-paper">
      <div className="wrap-board flex h-14 items-center gap-2 sm:h-16 sm:gap-6">
        <Link
          to="/"
          aria-label={`${env.name}, to the board`}
          className="inline-flex min-h-11 min-w-11 items-center gap-2.5 text-ink no-underline"
        >
          <Mark className="size-9 shrink-0" />
          <span className="hidden font-display text-xl font-bold tracking-tight sm:inline">{env.name}</span>
        </Link>
        <SearchBox query={q} className="max-w-[36rem] flex-1" />
        <div className="ml-auto flex items-center sm:gap-1">
          <AccountLink />
          <BasketLink />
        </div>
      </div>
    </header>
  );
};
