import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';

interface DialogProps {
  title: string;
  description: string;
  onClose: () => void;
  children: ReactNode;
}

/**
 * A modal dialog, open while it is mounted. It uses the browser's own dialog element, which traps focus, closes on
 * Escape and returns focus.
 */
export const Dialog = ({ title, description, onClose, children }: DialogProps) => {
  const id = useId();
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    const dialog = ref.current;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className="m-auto max-h-[90dvh] w-[min(32rem,calc(100vw-2rem))] overflow-y-auto rounded-panel bg-surface p-6 text-ink shadow-float backdrop:bg-[var(--scrim)]"
    >
      <div className="grid gap-4">
        <h2 id={`${id}-title`} className="pr-10 text-xl">
          {title}
        </h2>
        <p id={`${id}-text`} className="text-ink-muted">
          {description}
        </p>
        {children}
        <button
          type="button"
          aria-label="Close"
          onClick={onClose}
          className="absolute top-4 right-4 grid size-11 place-items-center rounded-control hover:bg-sunken"
        >
          <X className="size-5" aria-hidden />
        </button>
      </div>
    </dialog>
  );
};
