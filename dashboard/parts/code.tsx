import { useMemo, useState } from 'react';
import { hexOf } from '../words/hex.ts';
import { indented, pieces, visible } from '../words/text.ts';
import { Button, CopyButton } from './button.tsx';

/** Shown at once, and added at each request: a browser lays out hundreds of kilobytes slowly. */
const pieceChars = 8000;
const piecesMore = 4;

const views = { indented: 'Indented', raw: 'As sent', hex: 'Hex' } as const;
type View = keyof typeof views;

/** Text as it is: nothing in it is ever run or linked. JSON can be shown indented, unless that would change it; all of it as bytes. */
export function Code({ text, what }: { text: string; what: string }) {
  const [view, setView] = useState<View>('indented');
  const [count, setCount] = useState(1);
  const pretty = useMemo(() => indented(text), [text]);
  const bytes = useMemo(() => new TextEncoder().encode(text), [text]);
  const hex = useMemo(() => (view === 'hex' ? hexOf(bytes) : null), [view, bytes]);
  const shown = hex?.text ?? (view === 'indented' ? (pretty ?? text) : text);
  const all = useMemo(() => pieces(shown, pieceChars), [shown]);
  const left = all.slice(count).reduce((sum, piece) => sum + piece.length, 0);
  const isShown = (one: View): boolean =>
    one === view || (one === 'raw' && view === 'indented' && pretty === null);
  const possible = (Object.keys(views) as View[]).filter((one) => one !== 'indented' || pretty !== null);
  const look = (one: View): void => {
    setView(one);
    setCount(1);
  };
  return (
    <div className="rounded-md border border-line">
      <div className="flex flex-wrap items-center justify-between gap-x-2 border-b border-line px-2 py-0.5 text-xs text-muted">
        <span>{bytes.length.toLocaleString()} bytes</span>
        <span className="flex flex-wrap">
          {possible.map((one) => (
            <Button
              key={one}
              look="quiet"
              className="aria-pressed:text-text aria-pressed:underline"
              aria-pressed={isShown(one)}
              onClick={() => look(one)}
            >
              {views[one]}
            </Button>
          ))}
          <CopyButton text={text} what={what} />
        </span>
      </div>
      <section aria-label={what} tabIndex={0} className="max-h-96 overflow-auto p-2">
        {all.length === 0 ? <p className="font-mono text-xs text-muted">empty</p> : null}
        {all.slice(0, count).map((piece, place) => (
          <pre
            // biome-ignore lint/suspicious/noArrayIndexKey: they never move.
            key={place}
            className={`font-mono text-xs ${hex === null ? 'break-all whitespace-pre-wrap' : 'whitespace-pre'}`}
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
      {hex?.isCut ? (
        <p className="border-t border-line p-2 text-xs text-muted">
          As bytes only the first 64 KiB are shown. Copy takes all of it.
        </p>
      ) : null}
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
