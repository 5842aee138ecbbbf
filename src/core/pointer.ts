import { numberText, parseExact } from './exact-json.ts';
import { locate } from './json.ts';
import * as limits from './limits/orders.ts';

/** How a place in JSON must be written, for error texts. */
export const pointerForm = 'a JSON pointer such as "/data/reference" (RFC 6901)';

/** The steps of a JSON pointer (RFC 6901) of at most `limits.pointerChars`; null for any other text. */
export function pointerPath(pointer: string): string[] | null {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || pointer.length > limits.pointerChars || /~(?![01])/.test(pointer))
    return null;
  const steps = pointer.slice(1).split('/');
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The JSON text at a pointer in text that is known to be JSON; null when there is none. Time is linear in the text. */
export function textAt(json: string, pointer: string): string | null {
  const path = pointerPath(pointer);
  return path === null ? null : locate(json, path);
}

/** The string, number (digits as they were sent), true or false at a pointer, as text; null for anything else. */
export function scalarAt(json: string, pointer: string): string | null {
  const text = textAt(json, pointer);
  if (text === null) return null;
  const first = text.charCodeAt(0);
  if (first === 0x7b || first === 0x5b) return null;
  const value = parseExact(text);
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : numberText(value);
}
