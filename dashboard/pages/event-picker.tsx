import { useState } from 'react';
import { useRows } from '../api/queries.ts';
import type { EventType } from '../api/types.ts';
import { Button } from '../parts/button.tsx';
import { Check, TextField } from '../parts/field.tsx';

interface Props {
  chosen: string[];
  change: (events: string[]) => void;
  error: string | undefined;
}

/** Events of the catalogue, whole families of them, and whatever else is typed. */
export function EventPicker({ chosen, change, error }: Props) {
  const types = useRows<EventType>('/v1/event-types?limit=250');
  const [text, setText] = useState('');
  const families = [
    ...new Set(types.flatMap(({ name }) => (name.includes('.') ? [`${name.split('.')[0]}.*`] : []))),
  ];
  const known = ['*', ...families, ...types.map(({ name }) => name)];
  const wanted = text.trim();
  const shown = [...chosen.filter((name) => !known.includes(name)), ...known].filter((name) =>
    name.includes(wanted),
  );
  const words = new Map(types.map(({ name, description }) => [name, description]));
  const [isAsked, setAsked] = useState(false);
  const toggle = (name: string, on: boolean): void =>
    change(on ? [...chosen, name] : chosen.filter((one) => one !== name));
  const add = (): void => {
    setAsked(wanted === '');
    if (wanted !== '' && !chosen.includes(wanted)) toggle(wanted, true);
    setText('');
  };
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="text-sm font-medium">Events ({chosen.length} chosen)</legend>
      {chosen.length === 0 ? null : (
        <ul aria-label="Chosen" className="flex flex-wrap gap-1">
          {chosen.map((name) => (
            <li key={name} className="flex items-center rounded-md bg-tint pl-2 font-mono text-xs">
              {name}
              <button
                type="button"
                aria-label={`Leave out ${name}`}
                className="min-h-6 min-w-6 rounded-md text-muted hover:text-text"
                onClick={() => toggle(name, false)}
              >
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="flex items-end gap-2">
        <div className="flex-1">
          <TextField
            label="Find or type an event type"
            placeholder="order.*"
            value={text}
            change={setText}
            error={isAsked && wanted === '' ? 'type one here first, or choose from the list' : error}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              add();
            }}
          />
        </div>
        <Button onClick={add}>Add</Button>
      </div>
      <ul
        tabIndex={0}
        aria-label="Event types"
        className="max-h-44 overflow-y-auto rounded-md border border-line p-2"
      >
        {shown.map((name) => (
          <li key={name}>
            <Check
              checked={chosen.includes(name)}
              change={(on) => toggle(name, on)}
              label={
                <span className="min-w-0">
                  <span className="font-mono text-xs">{name}</span>{' '}
                  <span className="text-xs text-muted">
                    {name === '*'
                      ? 'everything'
                      : name.endsWith('.*')
                        ? 'all that begin so'
                        : words.get(name)}
                  </span>
                </span>
              }
            />
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
