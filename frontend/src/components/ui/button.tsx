import { cva, type VariantProps } from 'class-variance-authority';
import { LoaderCircle } from 'lucide-react';
import { Slot } from 'radix-ui';
import type { ComponentProps } from 'react';
import { cn } from '../../lib/cn';

const button = cva(
  'inline-flex shrink-0 items-center justify-center gap-2 rounded-control border font-semibold whitespace-nowrap no-underline transition-colors select-none disabled:opacity-55 aria-disabled:opacity-55',
  {
    variants: {
      variant: {
        /** The main action of a view. Use it once per view. */
        buy: 'border-transparent bg-raspberry text-on-raspberry enabled:hover:bg-raspberry-press active:bg-raspberry-press',
        outline:
          'border-line-strong bg-surface text-ink enabled:hover:border-ink enabled:hover:bg-sunken hover:border-ink',
        ink: 'border-transparent bg-ink text-paper enabled:hover:opacity-90 hover:opacity-90',
        quiet: 'border-transparent bg-transparent text-ink hover:bg-sunken',
        danger: 'border-rust bg-transparent text-rust hover:bg-rust-wash',
      },
      size: {
        sm: 'min-h-9 px-3 text-sm',
        md: 'min-h-11 px-4 text-base',
        lg: 'min-h-12 px-6 text-lg',
        icon: 'size-11',
      },
    },
    defaultVariants: { variant: 'outline', size: 'md' },
  },
);

type ButtonProps = ComponentProps<'button'> &
  VariantProps<typeof button> & {
    asChild?: boolean;
    /** The action is running: the button shows that, keeps focus and ignores presses. */
    busy?: boolean;
  };

export const Button = ({
  className,
  variant,
  size,
  asChild,
  busy,
  children,
  onClick,
  ...props
}: ButtonProps) => {
  const classes = cn(button({ variant, size }), className);
  if (asChild) {
    return (
      <Slot.Root className={classes} {...props}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button
      type="button"
      className={classes}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      {...(busy ? { 'aria-disabled': true, 'aria-busy': true } : {})}
      {...props}
    >
      {busy && <LoaderCircle className="size-4 animate-spin" aria-hidden />}
      {children}
    </button>
  );
};
