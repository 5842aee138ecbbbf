import { useSourceNames } from '../api/sources.ts';
import { Check, Select } from '../parts/field.tsx';

interface Props {
  /** As the API has it: null takes what is published by API. */
  chosen: string[] | null;
  change: (sources: string[] | null) => void;
  error: string | undefined;
}

/** Whose events an endpoint takes. Nothing is asked where there is nothing to choose from. */
export function SourcePicker({ chosen, change, error }: Props) {
  const names = useSourceNames();
  if (names.size === 0 && chosen === null && error === undefined) return null;
  const ids = [...new Set([...(chosen ?? []).filter((id) => id !== '*'), ...names.keys()])];
  const way = chosen === null ? 'api' : chosen.includes('*') ? 'any' : 'these';
  const toggle = (id: string, on: boolean): void =>
    change(on ? [...(chosen ?? []), id] : (chosen ?? []).filter((one) => one !== id));
  return (
    <div className="flex flex-col gap-2">
      <Select
        label="Of those, the ones that came by"
        help="What your own systems publish comes by the API, what providers and queues send comes by a source."
        value={way}
        change={(next) => change(next === 'api' ? null : next === 'any' ? ['*'] : [])}
        error={error}
      >
        <option value="api">the API</option>
        <option value="any">any source</option>
        <option value="these">these sources</option>
      </Select>
      {way !== 'these' ? null : (
        <ul aria-label="Sources" className="max-h-44 overflow-y-auto rounded-md border border-line p-2">
          {ids.map((id) => (
            <li key={id}>
              <Check
                label={names.get(id) ?? id}
                checked={chosen?.includes(id) ?? false}
                change={(on) => toggle(id, on)}
              />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
