import type { ComponentProps } from 'react';
import { cn } from '../../lib/cn';

export const controlClasses =
  'min-h-11 w-full min-w-0 rounded-control border border-line-strong bg-surface px-3 text-base text-ink transition-colors hover:border-ink disabled:opacity-55 aria-invalid:border-rust aria-invalid:bg-rust-wash';

export const Input = ({ className, ...props }: ComponentProps<'input'>) => (
  <input className={cn(controlClasses, className)} {...props} />
);

export const Textarea = ({ className, ...props }: ComponentProps<'textarea'>) => (
  <textarea className={cn(controlClasses, 'min-h-28 py-2', className)} {...props} />
);
