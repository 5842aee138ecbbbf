import { checkJson } from './json.ts';

/*
 * What happens to bodies on their way: they are parsed and written anew, cut, or brought from one encoding into another. Each is tried
 * backwards and forwards.
 */

/** A body as it may have been when it was signed. */
export interface BodyVariant {
  cause: 'body_reserialised' | 'body_cut' | 'body_reencoded';
  detail: string;
  body: Uint8Array;
  /** What would write it like that, for one that was written anew. */
  writer?: string;
}

const encoder = new TextEncoder();

/** Bodies that this one may have been, without itself. */
export function bodyVariants(body: Uint8Array): BodyVariant[] {
  const variants = [...encodings(body), ...serialisations(body)];
  if (body.length > 0)
    variants.push({ cause: 'body_cut', detail: 'Signed was an empty body.', body: new Uint8Array() });
  return variants.filter((variant) => !isSame(variant.body, body));
}

/** Signs in a body that something was done to it which cannot be undone to prove it. */
export function bodyWithout(body: Uint8Array): Pick<BodyVariant, 'cause' | 'detail'>[] {
  const found: Pick<BodyVariant, 'cause' | 'detail'>[] = [];
  const text = textOf(body);
  if (body.length === 0)
    found.push({
      cause: 'body_cut',
      detail: 'The body is empty: something read it before and did not pass it on.',
    });
  if (body[0] === 0x1f && body[1] === 0x8b)
    found.push({
      cause: 'body_reencoded',
      detail: 'The body is compressed (gzip); the sender may have signed it before that.',
    });
  if (text === null || text.includes('\ufffd'))
    found.push({
      cause: 'body_reencoded',
      detail:
        text === null
          ? 'The body is not UTF-8.'
          : 'The body holds U+FFFD, which stands for bytes that were lost when it was taken for text.',
    });
  if (text === null || !/^\s*[[{]/.test(text)) return found;
  const value = parse(text);
  if (value === undefined)
    found.push({
      cause: 'body_cut',
      detail: 'The body begins like JSON and does not end: a part is missing.',
    });
  else if (JSON.stringify(value) === text)
    found.push({
      cause: 'body_reserialised',
      detail:
        'The body is exactly as JSON.stringify writes it: something between the signature and here may have parsed it and written it anew (12.50 becomes 12.5 that way).',
    });
  return found;
}

function serialisations(body: Uint8Array): BodyVariant[] {
  const text = textOf(body);
  const value = text === null ? undefined : parse(text);
  if (value === undefined) return [];
  const variant = (how: string, written: string): BodyVariant => ({
    cause: 'body_reserialised',
    detail: `The body was parsed and written anew: signed was it as ${how} writes it. Sign, send and verify the same bytes.`,
    body: encoder.encode(written),
    writer: how,
  });
  const compact = JSON.stringify(value);
  const python = spaced(compact);
  const sorted = JSON.stringify(sortedBy(value));
  return [
    variant('JSON.stringify', compact),
    variant('JSON.stringify(…, null, 2)', JSON.stringify(value, null, 2)),
    variant('JSON.stringify(…, null, 4)', JSON.stringify(value, null, 4)),
    variant('json.dumps of Python', ascii(python)),
    variant('json.dumps of Python with ensure_ascii=False', python),
    variant('json.dumps of Python with sort_keys', ascii(spaced(sorted))),
    variant('a serialiser that escapes all but ASCII', ascii(compact)),
    variant('json_encode of PHP', ascii(compact).replaceAll('/', '\\/')),
    variant(
      'json.Marshal of Go',
      sorted.replaceAll(/[<>&]/g, (sign) => escaped(sign.charCodeAt(0))),
    ),
    variant('a serialiser that sorts members', sorted),
    variant('JSON.stringify, of a text that was JSON already,', JSON.stringify(text)),
  ];
}

function encodings(body: Uint8Array): BodyVariant[] {
  const text = textOf(body);
  const variant = (detail: string, changed: Uint8Array | null): BodyVariant[] =>
    changed === null ? [] : [{ cause: 'body_reencoded', detail, body: changed }];
  const all = variant(
    'The body was UTF-8 when it was signed and was taken for Latin-1 since.',
    latin1Of(text),
  );
  all.push(
    ...variant('The body was taken for Latin-1 when it was signed.', encoder.encode(fromLatin1(body))),
  );
  if (text === null) return all;
  const bare = text.replace(/^\ufeff/, '');
  all.push(...variant('Signed was the body with a byte order mark.', encoder.encode(`\ufeff${bare}`)));
  all.push(...variant('Signed was the body without its byte order mark.', encoder.encode(bare)));
  all.push(...variant('Signed was the body with a line break at its end.', encoder.encode(`${text}\n`)));
  all.push(...variant('Signed was the body without white space around it.', encoder.encode(text.trim())));
  all.push(
    ...variant('Signed was the body with line ends of \\n.', encoder.encode(text.replaceAll('\r\n', '\n'))),
  );
  all.push(
    ...variant(
      'Signed was the body with line ends of \\r\\n.',
      encoder.encode(text.replaceAll(/\r?\n/g, '\r\n')),
    ),
  );
  return all;
}

function textOf(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return null;
  }
}

/** The bytes of a text each of whose characters is one of Latin-1; null for others. */
function latin1Of(text: string | null): Uint8Array | null {
  if (text === null || /[\u0100-\uffff]/.test(text)) return null;
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function fromLatin1(body: Uint8Array): string {
  let text = '';
  for (const byte of body) text += String.fromCharCode(byte);
  return text;
}

/** Undefined for what is no JSON, and for what is nested too deep to be written anew. */
function parse(text: string): unknown {
  try {
    checkJson(text);
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Compact JSON with a space after each comma and colon that is not within a text. */
function spaced(json: string): string {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"|[,:]/g, (part) => (part.length === 1 ? `${part} ` : part));
}

function ascii(json: string): string {
  return json.replaceAll(/[\u0080-\uffff]/g, (unit) => escaped(unit.charCodeAt(0)));
}

function escaped(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

function sortedBy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedBy);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sortedBy(member)]));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
