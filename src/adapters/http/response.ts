import type { AttemptError, FlatHeaders } from '../../core/attempt.ts';
import { attemptBodyBytes } from '../../core/limits/sending.ts';
import type { HeaderTable } from '../../core/plain-response.ts';

/** Headers as an attempt keeps them: visible ASCII, anything else shown as `?`. */
export function flatten(headers: HeaderTable): FlatHeaders {
  const flat: FlatHeaders = [];
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (typeof value === 'string') flat.push(name, visible(value));
    else if (value !== undefined) for (const one of value) flat.push(name, visible(one));
  }
  return flat;
}

/** The first value of a header, null when it is absent. */
export function firstOf(headers: HeaderTable, name: string): string | null {
  const value = headers[name];
  if (value === undefined) return null;
  return typeof value === 'string' ? visible(value) : visible(value[0] ?? '');
}

function visible(value: string): string {
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return value.replace(/[^\x20-\x7e]/g, '?');
  }
  return value;
}

/** What a final status means: null is success. */
export function errorOfStatus(status: number): AttemptError | null {
  if (status >= 200 && status <= 299) return null;
  return status >= 300 && status <= 399 ? 'redirect' : 'http_status';
}

/** The same in words; empty on success. */
export function detailOfStatus(status: number, headers: HeaderTable): string {
  if (status >= 200 && status <= 299) return '';
  if (status < 300 || status > 399) return `the receiver answered ${status}`;
  const location = firstOf(headers, 'location');
  return location === null
    ? `redirects are not followed; the receiver answered ${status}`
    : `redirects are not followed; Location: ${placeOf(location)}`;
}

/** Without user, query and fragment, which may hold a token: this goes into the log. The attempt shows the header as it came. */
function placeOf(location: string): string {
  const url = URL.parse(location);
  if (url === null) return location.replace(/[?#].*$/, '').replace(/^(?:[^/]*:)?\/\/[^/]*@/, '//');
  return url.host === '' ? url.protocol : `${url.protocol}//${url.host}${url.pathname}`;
}

/** The first `keptBytes` of a body as text; a character that the cut goes through is left out. */
export function textOf(chunks: readonly Buffer[], keptBytes: number = attemptBodyBytes): string {
  const only = chunks.length === 1 ? chunks[0] : undefined;
  const bytes = only ?? Buffer.concat(chunks);
  if (bytes.length <= keptBytes) return bytes.toString('utf8');
  return bytes.toString('utf8', 0, wholeCharacters(bytes, keptBytes));
}

/** At most `end`, moved back to where a UTF-8 character begins. */
function wholeCharacters(bytes: Uint8Array, end: number): number {
  let at = end;
  for (let step = 0; step < 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80; step += 1) at -= 1;
  return ((bytes[at] ?? 0) & 0xc0) === 0x80 ? end : at;
}
