import type { Place } from './scheme.ts';

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

function bodyValue(body: Uint8Array, pointer: string): string | null {
  let at: unknown;
  try {
    at = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return null;
  }
  if (pointer !== '') {
    for (const step of pointer.split('/').slice(1)) {
      if (at === null || typeof at !== 'object') return null;
      const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
      at = Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : undefined;
    }
  }
  return typeof at === 'string' || typeof at === 'number' ? String(at) : null;
}
