import { ChevronDown } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cn } from '../../lib/cn';
import { controlClasses } from './input';

/** The platform's own list: works with every keyboard, thumb and screen reader, and costs nothing. */
export const Select = ({ className, children, ...props }: ComponentProps<'select'>) => (
  <span className={cn('relative inline-flex', className)}>
    <select className={cn(controlClasses, 'appearance-none pr-9')} {...props}>
      {children}
    </select>
    <ChevronDown
      className="pointer-events-none absolute top-1/2 right-3 size-4 -translate-y-1/2"
      aria-hidden
    />
  </span>
);
