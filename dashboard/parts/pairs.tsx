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
}

const control =
  'min-h-8 min-w-0 flex-1 rounded-md border border-strong bg-surface px-2 py-1 text-sm text-text';
/** Rows of names and values, of which there can be more and fewer. */
export function Pairs({
  label,
  names,
  values,
  pairs,
  change,
  choices,
  placeholder = '',
  help,
  error,
}: Props) {
  const set = (key: number, changes: Partial<Pair>): void =>
    change(pairs.map((one) => (one.key === key ? { ...one, ...changes } : one)));
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">{label}</legend>
      {pairs.map(({ key, name, value }) => (
        <div key={key} className="flex items-center gap-2">
          <input
            aria-label={names}
            className={`${control} font-mono text-xs`}
            placeholder={placeholder}
            value={name}
            onChange={(event) => set(key, { name: event.target.value })}
          />
          {choices === undefined ? (
            <input
              aria-label={`${values} ${name}`}
              className={`${control} font-mono text-xs`}
              value={value}
              onChange={(event) => set(key, { value: event.target.value })}
            />
          ) : (
            <select
              aria-label={`${values} ${name}`}
              className={control}
              value={value}
              onChange={(event) => set(key, { value: event.target.value })}
            >
              {choices.map(([choice, words]) => (
                <option key={choice} value={choice}>
                  {words}
                </option>
              ))}
            </select>
          )}
          <Button
            look="quiet"
            aria-label={`Remove ${name}`}
            onClick={() => change(pairs.filter((one) => one.key !== key))}
          >
            ✕
          </Button>
        </div>
      ))}
      {help === undefined ? null : <p className="text-xs text-muted">{help}</p>}
      <Wrong>{error}</Wrong>
      <div>
        <Button onClick={() => change([...pairs, pair('', choices?.[0]?.[0] ?? '')])}>Add a row</Button>
      </div>
    </fieldset>
  );
}
