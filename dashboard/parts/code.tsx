import { useMemo, useState } from 'react';
import { indented, pieces, visible } from '../words/text.ts';
import { Button, CopyButton } from './button.tsx';

/** Shown at once, and added at each request: a browser lays out hundreds of kilobytes slowly. */
const pieceChars = 8000;
const piecesMore = 4;

/** Text as it is: nothing in it is ever run or linked. JSON can be shown indented, unless that would change it. */
export function Code({ text, what }: { text: string; what: string }) {
  const [isPretty, setPretty] = useState(true);
  const [count, setCount] = useState(1);
  const pretty = useMemo(() => indented(text), [text]);
  const bytes = useMemo(() => new TextEncoder().encode(text).length, [text]);
  const shown = isPretty && pretty !== null ? pretty : text;
  const all = useMemo(() => pieces(shown, pieceChars), [shown]);
  const left = all.slice(count).reduce((sum, piece) => sum + piece.length, 0);
  return (
    <div className="rounded-md border border-line">
      <div className="flex items-center justify-between gap-2 border-b border-line px-2 py-0.5 text-xs text-muted">
        <span>{bytes.toLocaleString()} bytes</span>
        <span className="flex">
          {pretty === null ? null : (
            <Button look="quiet" aria-pressed={isPretty} onClick={() => setPretty(!isPretty)}>
              {isPretty ? 'As sent' : 'Indented'}
            </Button>
          )}
          <CopyButton text={text} what={what} />
        </span>
      </div>
      <section aria-label={what} tabIndex={0} className="max-h-96 overflow-auto p-2">
        {all.length === 0 ? <p className="font-mono text-xs text-muted">empty</p> : null}
        {all.slice(0, count).map((piece, place) => (
          <pre
            // biome-ignore lint/suspicious/noArrayIndexKey: they never move.
            key={place}
            className="font-mono text-xs break-all whitespace-pre-wrap"
          >
            {visible(piece)}
          </pre>
        ))}
      </section>
      {left === 0 ? null : (
        <div className="border-t border-line p-1">
          <Button look="quiet" onClick={() => setCount(count + piecesMore)}>
            Show more: {left.toLocaleString()} characters are left
          </Button>
        </div>
      )}
    </div>
  );
}

export function Headers({ headers, what }: { headers: Record<string, string>; what: string }) {
  return <HeaderPairs pairs={Object.entries(headers)} what={what} />;
}

/** The same where a name may come more than once. */
export function HeaderPairs({ pairs, what }: { pairs: [name: string, value: string][]; what: string }) {
  if (pairs.length === 0) return <p className="text-sm text-muted">No headers.</p>;
  return (
    <dl
      aria-label={what}
      className="grid grid-cols-[minmax(0,auto)_minmax(0,1fr)] gap-x-4 gap-y-0.5 font-mono text-xs"
    >
      {pairs.map(([name, value], place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they stand in the order they came and never move.
        <div key={place} className="contents">
          <dt className="break-all text-muted">{visible(name)}</dt>
          <dd className="break-all">{visible(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
