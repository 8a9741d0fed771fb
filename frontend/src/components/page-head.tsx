import type { ReactNode } from 'react';

/** The page's one h1. Focus lands on it after a change of page. */
export const PageHead = ({ title, children }: { title: ReactNode; children?: ReactNode }) => (
  <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-2 pt-6 pb-4 sm:pt-10 sm:pb-6">
    <h1 tabIndex={-1} className="text-2xl sm:text-3xl">
      {title}
    </h1>
    {children}
  </div>
);
