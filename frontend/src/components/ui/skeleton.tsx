import { cn } from '../../lib/cn';

/** Holds the place of what is coming. Appears late, so that quick answers show no grey at all. */
export const Skeleton = ({ className }: { className?: string }) => (
  <div aria-hidden className={cn('late rounded-control bg-sunken', className)} />
);
