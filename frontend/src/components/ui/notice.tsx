import { cva, type VariantProps } from 'class-variance-authority';
import { CircleAlert, CircleCheck, Clock, Radio } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from '../../lib/cn';

const notice = cva('flex gap-3 rounded-panel px-4 py-3 text-ink', {
  variants: {
    tone: {
      error: 'bg-rust-wash [&>svg]:text-rust',
      waiting: 'bg-amber-wash [&>svg]:text-amber',
      done: 'bg-leaf-wash [&>svg]:text-leaf',
      live: 'bg-sky-wash [&>svg]:text-sky',
    },
  },
});
const icons = { error: CircleAlert, waiting: Clock, done: CircleCheck, live: Radio };

type NoticeProps = Omit<ComponentProps<'div'>, 'title'> & {
  tone: NonNullable<VariantProps<typeof notice>['tone']>;
  title?: ReactNode;
};

/** A message inside the page, by colour, icon and words together. */
export const Notice = ({ tone, title, className, children, ...props }: NoticeProps) => {
  const Icon = icons[tone];
  return (
    <div className={cn(notice({ tone }), className)} {...props}>
      <Icon className="mt-0.5 size-5 shrink-0" aria-hidden />
      <div className="grid min-w-0 content-start gap-1">
        {title && <p className="font-semibold">{title}</p>}
        {children}
      </div>
    </div>
  );
};
