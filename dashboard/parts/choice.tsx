import { type ReactNode, useState } from 'react';
import { chosenAfter } from '../words/choice.ts';
import { Button } from './button.tsx';

/** Which rows of a list are chosen, to act on all of them at once. */
export interface Choice {
  /** In the order of the list; what is no longer listed is not chosen. */
  ids: string[];
  has(id: string): boolean;
  /** With `isSpan` also what stands between this one and the last that was clicked. */
  click(id: string, isSpan: boolean): void;
  /** Only these. */
  choose(ids: string[]): void;
  /** Of these none; the others stay as they are. */
  drop(ids: string[]): void;
  isAll: boolean;
  clickAll(): void;
  clear(): void;
}

export function useChoice(listed: string[]): Choice {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [last, setLast] = useState<string | null>(null);
  const ids = listed.filter((id) => chosen.has(id));
  const isAll = ids.length > 0 && ids.length === listed.length;
  return {
    ids,
    isAll,
    has: (id) => chosen.has(id),
    click(id, isSpan) {
      setChosen(chosenAfter({ ids: listed, chosen }, id, isSpan ? last : null));
      setLast(id);
    },
    choose: (wanted) => setChosen(new Set(wanted)),
    drop(dropped) {
      const left = new Set(dropped);
      setChosen((before) => new Set([...before].filter((id) => !left.has(id))));
    },
    clickAll: () => setChosen(new Set(isAll ? [] : listed)),
    clear: () => setChosen(new Set()),
  };
}

const label = 'flex min-h-6 min-w-6 items-center justify-center select-none';

/** `name` says which row it is to who cannot see it. */
export function ChoiceBox({ choice, id, name }: { choice: Choice; id: string; name: string }) {
  return (
    <label className={label}>
      <input
        type="checkbox"
        data-choose
        aria-label={`Choose ${name}`}
        checked={choice.has(id)}
        onChange={({ nativeEvent }) =>
          choice.click(id, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)
        }
      />
    </label>
  );
}

export function ChoiceOfAll({ choice }: { choice: Choice }) {
  return (
    <label className={label}>
      <input
        type="checkbox"
        aria-label="Choose all shown"
        checked={choice.isAll}
        onChange={choice.clickAll}
      />
    </label>
  );
}

/** What can be done with the chosen ones; nothing while there are none. */
export function ChoiceBar({ choice, children }: { choice: Choice; children: ReactNode }) {
  const count = choice.ids.length;
  return (
    <div aria-live="polite" className="sticky bottom-0 z-10">
      {count === 0 ? null : (
        <div className="flex flex-wrap items-center gap-2 border-y border-line bg-surface px-4 py-2">
          <span className="mr-2 text-sm font-medium">{count.toLocaleString()} chosen</span>
          {children}
          <Button look="quiet" onClick={choice.clear}>
            Choose none
          </Button>
        </div>
      )}
    </div>
  );
}
