import { useMemo, useState } from 'react';
import { Button, CopyButton } from './button.tsx';

/** Shown at once; more on request: a browser lays out hundreds of kilobytes slowly. */
const charsAtFirst = 8000;

/** Text as it is: nothing in it is ever run or linked. JSON can be shown indented, unless that would change it. */
export function Code({ text, what }: { text: string; what: string }) {
  const [isPretty, setPretty] = useState(true);
  const [isWhole, setWhole] = useState(false);
  const pretty = useMemo(() => indented(text), [text]);
  const shown = isPretty && pretty !== null ? pretty : text;
  const cut = isWhole ? shown : shown.slice(0, charsAtFirst);
  return (
    <div className="rounded-md border border-line">
      <div className="flex items-center justify-between gap-2 border-b border-line px-2 py-0.5 text-xs text-muted">
        <span>{new TextEncoder().encode(text).length.toLocaleString()} bytes</span>
        <span className="flex">
          {pretty === null ? null : (
            <Button look="quiet" aria-pressed={isPretty} onClick={() => setPretty(!isPretty)}>
              {isPretty ? 'As sent' : 'Indented'}
            </Button>
          )}
          <CopyButton text={text} what={what} />
        </span>
      </div>
      <section aria-label={what} tabIndex={0} className="max-h-96 overflow-auto">
        <pre className="p-2 font-mono text-xs whitespace-pre-wrap break-all">
          {cut === '' ? <span className="text-muted">empty</span> : visible(cut)}
        </pre>
      </section>
      {cut.length < shown.length ? (
        <div className="border-t border-line p-1">
          <Button look="quiet" onClick={() => setWhole(true)}>
            Show all {shown.length.toLocaleString()} characters
          </Button>
        </div>
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

/** Control and direction characters as signs, so that nothing hides or turns the text around. */
export function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (c) => {
    const code = c.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : `⟨${code.toString(16)}⟩`;
  });
}

/** Null for what is no JSON, too long to be worth it, or would not come out the same: numbers stay as they were written. */
export function indented(text: string): string | null {
  if (text.length > 200_000 || !/^\s*[[{]/.test(text)) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  return indentTokens(text);
}

/** Moves white space only, outside of strings. */
function indentTokens(text: string): string {
  const tokens = text.match(/"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let depth = 0;
  let out = '';
  for (const [at, token] of tokens.entries()) {
    const opens = token === '{' || token === '[';
    const closes = token === '}' || token === ']';
    const isEmptyPair = closes && (tokens[at - 1] === '{' || tokens[at - 1] === '[');
    if (closes) depth -= 1;
    if (closes && !isEmptyPair) out += `\n${'  '.repeat(depth)}`;
    out += token === ':' ? ': ' : token;
    if (opens) depth += 1;
    const next = tokens[at + 1];
    if (token === ',' || (opens && next !== '}' && next !== ']')) out += `\n${'  '.repeat(depth)}`;
  }
  return out;
}
