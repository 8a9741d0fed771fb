import { Link } from '@tanstack/react-router';
import { usePage } from '../lib/page';
import { PageHead } from './page-head';
import { Button } from './ui/button';

export const NotFound = () => {
  usePage('Not here');
  return (
    <div className="wrap-board pb-24">
      <PageHead title="This page is not here" />
      <p className="max-w-[60ch] pb-6 text-ink-muted">
        The address may have a slip in it, or what it showed has been taken off the board.
      </p>
      <Button asChild>
        <Link to="/">Look at the board</Link>
      </Button>
    </div>
  );
};
