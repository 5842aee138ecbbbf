import { numberTextAt } from './digits.ts';
import { formFieldsMax, jsonDepthMax, type Place } from './scheme.ts';

/**
 * Headers as they came: name, value, name, value … or an object whose values may be lists. Names in any case. A name that
 * came twice must be there twice: joined with a comma, one header can no longer be told from two.
 */
export type ReceivedHeaders =
  | readonly string[]
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request as it was received. `body` is the raw bytes, before any parser. */
export interface ReceivedRequest {
  headers: ReceivedHeaders;
  body: Uint8Array;
  method?: string;
  /** The address as the sender knows it. */
  url?: string;
}

/** Every value found at a place: none, one, or several (which the caller should refuse). Never throws. */
export function valuesAt(place: Place, request: ReceivedRequest): string[] {
  if ('header' in place) return headerValues(request.headers, place.header.toLowerCase());
  if ('query' in place) return queryValues(request.url ?? '', place.query);
  if ('form' in place) return formOf(request.body)?.getAll(place.form) ?? [];
  const value = bodyValue(request.body, place.body);
  return value === null ? [] : [value];
}

function headerValues(headers: ReceivedHeaders, name: string): string[] {
  const found: unknown[] = [];
  if (Array.isArray(headers)) {
    for (let i = 0; i + 1 < headers.length; i += 2) {
      if (String(headers[i]).toLowerCase() === name) found.push(headers[i + 1]);
    }
  } else if (headers !== null && typeof headers === 'object') {
    for (const [key, value] of Object.entries(headers)) {
      if (key.toLowerCase() === name) found.push(...(Array.isArray(value) ? value : [value]));
    }
  }
  return found.filter((value) => typeof value === 'string');
}

function queryValues(url: string, name: string): string[] {
  const at = url.indexOf('?');
  return at < 0 ? [] : new URLSearchParams(url.slice(at + 1).replace(/#.*$/s, '')).getAll(name);
}

/** The fields of a form body; null when there are more than `formFieldsMax`. */
export function formOf(body: Uint8Array): URLSearchParams | null {
  let fields = 1;
  for (let at = body.indexOf(0x26); at >= 0; at = body.indexOf(0x26, at + 1)) {
    fields += 1;
    if (fields > formFieldsMax) return null;
  }
  return new URLSearchParams(new TextDecoder().decode(body));
}

/** What a body holds, read once however many places are looked up in it; undefined where it is no JSON. */
const parsed = new WeakMap<Uint8Array, { value: unknown }>();

/** The body as JSON; undefined when it is none, or nested deeper than `jsonDepthMax`. Never throws. */
export function jsonOf(body: Uint8Array): unknown {
  let known = parsed.get(body);
  if (known === undefined) {
    known = { value: parse(body) };
    parsed.set(body, known);
  }
  return known.value;
}

function parse(body: Uint8Array): unknown {
  try {
    return isTooDeep(body) ? undefined : JSON.parse(textOf(body));
  } catch {
    return undefined;
  }
}

/** Whether JSON is nested deeper than anyone means: brackets alone, a few megabytes of them, take a parser seconds. */
function isTooDeep(body: Uint8Array): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at]!;
    if (isText) {
      if (byte === 0x5c) at += 1;
      else isText = byte !== 0x22;
    } else if (byte === 0x22) isText = true;
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > jsonDepthMax) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return false;
}

function textOf(body: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(body);
}

/** What stands at a JSON pointer within a value; undefined where there is nothing. */
export function atPointer(value: unknown, pointer: string): unknown {
  let at = value;
  for (const step of pointer.split('/').slice(1)) {
    if (at === null || typeof at !== 'object') return undefined;
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    at = Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : undefined;
  }
  return at;
}

function bodyValue(body: Uint8Array, pointer: string): string | null {
  const value = atPointer(jsonOf(body), pointer);
  // A number of more digits than a double holds is taken as it is written: ids are often that long.
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? String(value) : numberTextAt(textOf(body), pointer);
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : null;
}
