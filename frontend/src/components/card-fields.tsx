import type { FieldErrors, UseFormRegister, UseFormSetValue } from 'react-hook-form';
import { groupCard, groupExpiry, testCards } from '../lib/card';
import { Field } from './ui/field';
import { Input } from './ui/input';

export interface CardValues {
  card: string;
  expiry: string;
  csc: string;
}

interface CardFieldsProps {
  register: UseFormRegister<CardValues>;
  setValue: UseFormSetValue<CardValues>;
  errors: FieldErrors<CardValues>;
  /** The shop takes test cards, so they are listed. */
  sandbox: boolean;
}

const nextYear = () => `12 / ${String((new Date().getFullYear() + 2) % 100)}`;

const TestCards = ({ setValue }: Pick<CardFieldsProps, 'setValue'>) => (
  <details className="rounded-panel bg-sky-wash px-4 py-3 text-sm">
    <summary className="min-h-6 font-semibold">This is a sandbox: pay with a test card</summary>
    <ul className="grid gap-1 pt-2">
      {testCards.map(({ number, does }) => (
        <li key={number}>
          <button
            type="button"
            className="link tabular min-h-8"
            onClick={() => {
              setValue('card', groupCard(number), { shouldValidate: true });
              setValue('expiry', nextYear(), { shouldValidate: true });
              setValue('csc', '123', { shouldValidate: true });
            }}
          >
            {groupCard(number)}
          </button>{' '}
          {does}
        </li>
      ))}
    </ul>
  </details>
);

/** Number, expiry and code. They stay in the browser; the shop gets a token. */
export const CardFields = ({ register, setValue, errors, sandbox }: CardFieldsProps) => (
  <div className="grid gap-4">
    <Field label="Card number" error={errors.card?.message}>
      {(wiring) => (
        <Input
          {...wiring}
          {...register('card', {
            onChange: (event: { target: HTMLInputElement }) => {
              const { value, selectionStart } = event.target;
              if (selectionStart === value.length) setValue('card', groupCard(value));
            },
            setValueAs: groupCard,
          })}
          className="tabular"
          autoComplete="cc-number"
          inputMode="numeric"
          placeholder="1234 1234 1234 1234"
        />
      )}
    </Field>
    <div className="grid grid-cols-2 gap-4">
      <Field label="Expires" error={errors.expiry?.message}>
        {(wiring) => (
          <Input
            {...wiring}
            {...register('expiry', {
              onChange: (event: { target: HTMLInputElement }) => {
                const { value, selectionStart } = event.target;
                if (selectionStart === value.length) setValue('expiry', groupExpiry(value));
              },
            })}
            className="tabular"
            autoComplete="cc-exp"
            inputMode="numeric"
            placeholder="MM / YY"
          />
        )}
      </Field>
      <Field label="Security code" error={errors.csc?.message}>
        {(wiring) => (
          <Input
            {...wiring}
            {...register('csc')}
            className="tabular"
            autoComplete="cc-csc"
            inputMode="numeric"
            placeholder="123"
          />
        )}
      </Field>
    </div>
    {sandbox && <TestCards setValue={setValue} />}
  </div>
);
