import { X } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: string;
  children: ReactNode;
}

/** Asks for something over the page: traps focus, closes on Escape, gives focus back to what opened it. */
export const Dialog = ({ open, onOpenChange, title, description, children }: DialogProps) => (
  <Primitive.Root open={open} onOpenChange={onOpenChange}>
    <Primitive.Portal>
      <Primitive.Overlay className="fixed inset-0 z-40 bg-ink/50" />
      <Primitive.Content className="fixed top-1/2 left-1/2 z-40 grid max-h-[90dvh] w-[min(32rem,calc(100vw-2rem))] -translate-1/2 gap-4 overflow-y-auto rounded-panel bg-surface p-6 shadow-float">
        <Primitive.Title className="pr-10 text-xl">{title}</Primitive.Title>
        <Primitive.Description className="text-ink-muted">{description}</Primitive.Description>
        {children}
        <Primitive.Close
          aria-label="Close"
          className="absolute top-4 right-4 grid size-11 place-items-center rounded-control hover:bg-sunken"
        >
          <X className="size-5" aria-hidden />
        </Primitive.Close>
      </Primitive.Content>
    </Primitive.Portal>
  </Primitive.Root>
);
