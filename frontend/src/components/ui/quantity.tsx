import { Minus, Plus } from 'lucide-react';
import { useState } from 'react';
import { cn } from '../../lib/cn';

interface QuantityProps {
  value: number;
  min?: number;
  max: number;
  /** The name of the counted thing, for the accessible names of the buttons. */
  of: string;
  onChange: (next: number) => void;
  className?: string;
}

const step = 'grid size-11 place-items-center rounded-control hover:bg-sunken disabled:opacity-40';

/** A number field with minus and plus buttons. Reports only whole numbers within the limits. */
export const Quantity = ({ value, min = 1, max, of, onChange, className }: QuantityProps) => {
  const [draft, setDraft] = useState<string>();
  const commit = (text: string) => {
    setDraft(undefined);
    const next = Number.parseInt(text, 10);
    if (Number.isInteger(next)) onChange(Math.min(max, Math.max(min, next)));
  };
  return (
    <div
      role="group"
      aria-label={`Quantity of ${of}`}
      className={cn(
        'inline-flex items-center rounded-control border border-line-strong bg-surface',
        className,
      )}
    >
      <button
        type="button"
        className={step}
        aria-label={`One less ${of}`}
        disabled={value <= min}
        onClick={() => onChange(value - 1)}
      >
        <Minus className="size-4" aria-hidden />
      </button>
      <input
        className="tabular w-10 bg-transparent text-center font-semibold"
        inputMode="numeric"
        autoComplete="off"
        aria-label={`How many ${of}`}
        value={draft ?? String(value)}
        onChange={(event) => setDraft(event.target.value.replace(/\D/g, '').slice(0, 3))}
        onBlur={(event) => draft !== undefined && commit(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            commit(event.currentTarget.value);
          }
        }}
      />
      <button
        type="button"
        className={step}
        aria-label={`One more ${of}`}
        disabled={value >= max}
        onClick={() => onChange(value + 1)}
      >
        <Plus className="size-4" aria-hidden />
      </button>
    </div>
  );
};
