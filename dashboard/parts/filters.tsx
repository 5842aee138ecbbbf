import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Button } from './button.tsx';
import { Select, TextField } from './field.tsx';

interface Field<Name extends string> {
  name: Name;
  label: string;
  placeholder?: string;
  /** Value and words; without them it is text. */
  choices?: [value: string, words: string][];
}

type Values<Name extends string> = { [N in Name]?: string | undefined };

/** What a list is filtered by, and how that changes. */
export interface FiltersOf<Name extends string> {
  values: Values<Name>;
  isFiltered: boolean;
  change: (changes: Values<Name>) => void;
  clear: () => void;
}

interface Props<Name extends string> {
  fields: Field<Name>[];
  filters: FiltersOf<Name>;
}

const waitMs = 300;

/** The filters of the list at `to`, which stand in its address. */
export function useFilters<Name extends string>(
  to: '/alerts' | '/deliveries' | '/endpoints' | '/events' | '/orders',
  values: Values<Name>,
): FiltersOf<Name> {
  const navigate = useNavigate();
  return {
    values,
    isFiltered: Object.values(values).some(Boolean),
    change: (changes) => void navigate({ to, search: (before) => ({ ...before, ...changes }) }),
    clear: () => void navigate({ to }),
  };
}

/** The filters of a list, one beside the other. What is typed counts after a moment. */
export function Filters<Name extends string>({ fields, filters }: Props<Name>) {
  const { values, isFiltered, change, clear } = filters;
  const one = (name: Name, value: string) => ({ [name]: value === '' ? undefined : value }) as Values<Name>;
  return (
    <form
      data-filter
      aria-label="Filters"
      className="flex flex-wrap items-end gap-3 border-b border-line px-4 py-3"
      onSubmit={(event) => event.preventDefault()}
    >
      {fields.map(({ name, label, placeholder, choices }) => (
        <div key={name} className="w-36 max-w-full grow sm:grow-0">
          {choices === undefined ? (
            <Typed
              label={label}
              placeholder={placeholder ?? ''}
              value={values[name] ?? ''}
              change={(value) => change(one(name, value))}
            />
          ) : (
            <Select label={label} value={values[name] ?? ''} change={(value) => change(one(name, value))}>
              <option value="">All</option>
              {choices.map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </Select>
          )}
        </div>
      ))}
      {isFiltered ? (
        <Button look="quiet" onClick={clear}>
          Clear filters
        </Button>
      ) : null}
    </form>
  );
}

interface TypedProps {
  label: string;
  placeholder: string;
  value: string;
  change: (value: string) => void;
}

function Typed({ label, placeholder, value, change }: TypedProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = window.setTimeout(() => change(text.trim()), waitMs);
    return () => window.clearTimeout(timer);
  }, [text, value, change]);
  return <TextField label={label} placeholder={placeholder} value={text} change={setText} />;
}
