const quote = 0x22;
const backslash = 0x5c;

/**
 * The number at a JSON pointer as it is written, every digit of it. `text` is what `JSON.parse` took; null when there is no number.
 * Of members with one name the last counts, as it does there. Costs one pass over each object or list on the way.
 */
export function numberTextAt(text: string, pointer: string): string | null {
  let at: number | null = skipSpace(text, 0);
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (at === null) return null;
    if (text[at] === '{') at = memberOf(text, at, name);
    else at = text[at] === '[' ? itemOf(text, at, name) : null;
  }
  const end = at === null ? 0 : skipValue(text, at);
  const found = at === null ? '' : text.slice(at, end);
  return /^-?\d/.test(found) ? found : null;
}

/** Where the value of a member begins. */
function memberOf(text: string, open: number, name: string): number | null {
  let found: number | null = null;
  let at = skipSpace(text, open + 1);
  while (text[at] === '"') {
    const end = skipString(text, at);
    const value = skipSpace(text, skipSpace(text, end) + 1);
    if (JSON.parse(text.slice(at, end)) === name) found = value;
    at = nextIn(text, value);
  }
  return found;
}

function itemOf(text: string, open: number, name: string): number | null {
  let at = skipSpace(text, open + 1);
  for (let place = 0; at < text.length && text[at] !== ']'; place += 1) {
    if (String(place) === name) return at;
    at = nextIn(text, at);
  }
  return null;
}

/** Where the next member or item begins, or what closes them stands. */
function nextIn(text: string, value: number): number {
  const at = skipSpace(text, skipValue(text, value));
  return text[at] === ',' ? skipSpace(text, at + 1) : at;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

function skipString(text: string, open: number): number {
  let at = open + 1;
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1;
  return at + 1;
}

function skipValue(text: string, from: number): number {
  let at = from;
  let depth = 0;
  do {
    const character = text[at];
    if (character === '"') at = skipString(text, at);
    else if (character === '{' || character === '[') {
      depth += 1;
      at += 1;
    } else if (character === '}' || character === ']') {
      depth -= 1;
      at += 1;
    } else if (depth === 0) return skipScalar(text, at);
    else at += 1;
  } while (depth > 0 && at < text.length);
  return at;
}

function skipScalar(text: string, from: number): number {
  let at = from;
  while (at < text.length && !/[\s,\]}]/.test(text[at]!)) at += 1;
  return at;
}
