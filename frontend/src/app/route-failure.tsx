import type { ErrorComponentProps } from '@tanstack/react-router';
import { Failure } from '../components/failure';
import { PageHead } from '../components/page-head';
import { usePage } from '../lib/page';

/** Shown when a page fails: tells people what they can do, and no internals. */
export const RouteFailure = ({ error }: ErrorComponentProps) => {
  usePage('Something broke');
  return (
    <div className="wrap-board pb-24">
      <PageHead title="Something broke" />
      <Failure error={error} onRetry={() => location.reload()} />
    </div>
  );
};
