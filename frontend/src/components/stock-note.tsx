import { CircleCheck, CircleSlash, Hourglass } from 'lucide-react';
import { cn } from '../lib/cn';

const LOW = 5;

/** Shows stock by a word, an icon and a colour. With `quiet` it shows nothing while there is plenty. */
export const StockNote = ({
  available,
  quiet,
  className,
}: {
  available: number;
  quiet?: boolean;
  className?: string;
}) => {
  if (available > LOW && quiet) return null;
  const [Icon, colour, text] =
    available <= 0
      ? ([CircleSlash, 'text-rust', 'Sold out'] as const)
      : available <= LOW
        ? ([Hourglass, 'text-amber', `Only ${available} left`] as const)
        : ([CircleCheck, 'text-leaf', 'In stock'] as const);
  return (
    <span className={cn('tabular inline-flex items-center gap-1.5 text-sm font-semibold', colour, className)}>
      <Icon className="size-4 shrink-0" aria-hidden />
      {text}
    </span>
  );
};
