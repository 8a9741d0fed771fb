import { Link } from '@tanstack/react-router';
import { Moon, Sun } from 'lucide-react';
import { Button } from '../components/ui/button';
import { env } from '../env';
import { gatewayApi } from '../lib/operations.gen';
import { toggleTheme, useDark } from '../lib/theme';

export const Footer = () => {
  const dark = useDark();
  return (
    <footer className="border-t border-line bg-sunken">
      <div className="wrap-board flex flex-wrap items-center justify-between gap-x-8 gap-y-4 py-8">
        <p className="text-sm text-ink-muted">
          {env.name}, a market run on a cluster of small boards.{' '}
          <a href="/NOTICE.txt" className="link">
            Pictures and type
          </a>
        </p>
        <nav aria-label="More" className="flex flex-wrap items-center gap-x-6 gap-y-2">
          <Link to="/orders" className="link inline-flex min-h-11 items-center">
            My orders
          </Link>
          <a href={gatewayApi.docs.path} className="link inline-flex min-h-11 items-center">
            For developers
          </a>
          <Button variant="outline" size="sm" onClick={toggleTheme}>
            {dark ? <Sun className="size-4" aria-hidden /> : <Moon className="size-4" aria-hidden />}
            {dark ? 'Light' : 'Dark'}
          </Button>
        </nav>
      </div>
    </footer>
  );
};
