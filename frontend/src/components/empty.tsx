import type { ReactNode } from 'react';

/** The empty state of a list: a sentence and a link to go on. */
export const Empty = ({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) => (
  <div className="grid justify-items-start gap-3 border-y border-line py-10 sm:py-16">
    <h2 className="text-2xl">{title}</h2>
    {children && <div className="max-w-[60ch] text-ink-muted">{children}</div>}
    {action && <div className="pt-2">{action}</div>}
  </div>
);
