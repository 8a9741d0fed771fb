import { cn } from '../../lib/cn';

/** A placeholder of the size of the content. Appears after a delay, so that quick answers show no placeholder. */
export const Skeleton = ({ className }: { className?: string }) => (
  <div aria-hidden className={cn('late rounded-control bg-sunken', className)} />
);
