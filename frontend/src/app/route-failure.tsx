import type { ErrorComponentProps } from '@tanstack/react-router';
import { Failure } from '../components/failure';
import { PageHead } from '../components/page-head';
import { usePage } from '../lib/page';

/** When a page breaks: what people can do, never what broke inside. */
export const RouteFailure = ({ error }: ErrorComponentProps) => {
  usePage('Something broke');
  return (
    <div className="wrap-board pb-24">
      <PageHead title="Something broke" />
      <Failure error={error} onRetry={() => location.reload()} />
    </div>
  );
};
