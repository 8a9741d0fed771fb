import { cn } from '../lib/cn';

/** The bramble: five drupelets under a leaf, on a plate with the leaf corner. */
export const Mark = ({ className }: { className?: string }) => (
  <svg viewBox="0 0 32 32" aria-hidden className={cn('shrink-0', className)}>
    <path className="fill-ink" d="M4 0h24a4 4 0 0 1 4 4v12c0 9-7 16-16 16H4a4 4 0 0 1-4-4V4a4 4 0 0 1 4-4z" />
    <g className="fill-paper">
      <circle cx="9.6" cy="15.2" r="3.1" />
      <circle cx="16" cy="14.4" r="3.1" />
      <circle cx="12.6" cy="20.6" r="3.1" />
      <circle cx="19" cy="20" r="3.1" />
      <circle cx="15.6" cy="26" r="2.7" />
    </g>
    <circle className="fill-paper" cx="22.2" cy="15" r="3.1" />
    <path className="fill-paper" d="M15.8 10.4c-.4-3.9 2.5-6.6 7-6.4.2 4-2.7 6.6-7 6.4z" />
  </svg>
);
