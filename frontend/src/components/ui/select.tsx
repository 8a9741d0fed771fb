import { ChevronDown } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cn } from '../../lib/cn';
import { controlClasses } from './input';

/** The browser's own select: works with keyboard, touch and screen readers without any script. */
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
