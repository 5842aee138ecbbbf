/** What a search of payloads asks: a text anywhere, or what the member at a path of `data` is. */
export type Search =
  | { kind: 'text'; text: string }
  | {
      kind: 'member';
      /** Names of members; whole numbers are places in a list. */
      path: string[];
      /** How JSON may write the value; one of them stands there. */
      written: string[];
      /** What each of these contains. */
      part: string;
    };

/**
 * `data.order.id:123` asks for a member, and everything else for a text. The value is compared with what JSON writes, so that `123`
 * is the number and the string, and `"123"` the string only.
 */
export function readSearch(q: string): Search {
  const found = /^data((?:\.[^.:"\\\s]+)+):\s*(\S.*)$/s.exec(q);
  if (found === null) return { kind: 'text', text: q };
  const value = found[2]!.trimEnd();
  const path = found[1]!.slice(1).split('.');
  if (value.startsWith('"')) return { kind: 'member', path, written: [value], part: value };
  const quoted = JSON.stringify(value);
  return { kind: 'member', path, written: [value, quoted], part: quoted.slice(1, -1) };
}
