import { type ChangeEvent, useId } from 'react';
import { Button } from './button.tsx';
import { Wrong } from './field.tsx';
import { type Pair, pair } from './pair.ts';

interface Props {
  /** What all of it is: `What each event type means`. */
  label: string;
  /** What a name and a value are, for who cannot see the columns. */
  names: string;
  values: string;
  pairs: Pair[];
  change: (pairs: Pair[]) => void;
  /** Value and words; without them it is text. */
  choices?: readonly (readonly [value: string, words: string])[];
  placeholder?: string;
  help?: string;
  error?: string | undefined;
  /** What is wrong with the row of this name. */
  wrong?: (name: string) => string | undefined;
}

/** Rows of names and values, of which there can be more and fewer. */
export function Pairs(props: Props) {
  const { label, pairs, change, choices, help, error, wrong = () => undefined } = props;
  const errors = pairs.map(({ name }) => wrong(name.trim()));
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">{label}</legend>
      {pairs.map((one, at) => (
        <Row
          key={one.key}
          {...props}
          pair={one}
          error={errors[at]}
          set={(next) => change(pairs.flatMap((other) => (other.key === one.key ? (next ?? []) : other)))}
        />
      ))}
      {help === undefined ? null : <p className="text-xs text-muted">{help}</p>}
      <Wrong>{errors.some((one) => one !== undefined) ? undefined : error}</Wrong>
      <div>
        <Button onClick={() => change([...pairs, pair('', choices?.[0]?.[0] ?? '')])}>Add a row</Button>
      </div>
    </fieldset>
  );
}

const control =
  'min-h-8 min-w-0 flex-1 rounded-md border border-strong bg-surface px-2 py-1 text-sm text-text';

type RowProps = Pick<Props, 'names' | 'values' | 'choices' | 'placeholder'> & {
  pair: Pair;
  error: string | undefined;
  /** Null takes the row away. */
  set: (pair: Pair | null) => void;
};

function Row({ names, values, choices, placeholder, pair: row, error, set }: RowProps) {
  const id = useId();
  const { name, value } = row;
  const wrong = error === undefined ? {} : { 'aria-invalid': true, 'aria-describedby': id };
  const valued = {
    'aria-label': `${values} ${name}`,
    value,
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLSelectElement>) =>
      set({ ...row, value: event.target.value }),
    ...wrong,
  };
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center gap-2">
        <input
          aria-label={names}
          className={`${control} font-mono text-xs`}
          placeholder={placeholder}
          value={name}
          onChange={(event) => set({ ...row, name: event.target.value })}
          {...wrong}
        />
        {choices === undefined ? (
          <input className={`${control} font-mono text-xs`} {...valued} />
        ) : (
          <select className={control} {...valued}>
            {choices.map(([choice, words]) => (
              <option key={choice} value={choice}>
                {words}
              </option>
            ))}
          </select>
        )}
        <Button look="quiet" aria-label={`Remove ${name}`} onClick={() => set(null)}>
          ✕
        </Button>
      </div>
      {error === undefined ? null : (
        <p id={id} className="text-xs text-bad">
          {error}
        </p>
      )}
    </div>
  );
}
