import { toHex } from '../../../sdk/encoding.ts';
import { atPointer, jsonOf, type ReceivedRequest, valuesAt } from '../../../sdk/place.ts';
import { batchItemsMax, type Crypto, type Place } from '../../../sdk/scheme.ts';
import * as limits from '../limits/api.ts';
import type { Derived, Found, Preset } from './preset.ts';

/** The type of an event whose request names none. */
export const untypedEvent = 'webhook';

/**
 * What recognises a repetition: at `override` (a source's own `eventId`), else where the preset has it, else what the broker calls a
 * message from a queue, else the SHA-256 of the body as hex. 1–200 visible ASCII characters; longer or other values are replaced by the SHA-256 of theirs.
 */
export function eventIdOf(
  preset: Preset,
  override: Place | null,
  request: ReceivedRequest & { messageId?: string | null },
  crypto: Crypto,
): string {
  const derived = override === null ? preset.id : { from: [override] };
  const value = (derived === null ? null : derive(derived, request)) ?? request.messageId ?? null;
  const hash = (text: string | Uint8Array) => toHex(crypto.sha256([text]));
  if (value === null) return hash(request.body);
  const isHashed = derived !== null && 'from' in derived && derived.withHash === true;
  const whole = isHashed ? `${value}:${hash(request.body)}` : value;
  return whole.length <= limits.eventIdChars && /^[\x21-\x7e]+$/.test(whole) ? whole : hash(whole);
}

/** The event's type at `override` or where the preset has it; characters that types do not have become `_`. */
export function eventTypeOf(preset: Preset, override: Place | null, request: ReceivedRequest): string {
  const derived = override === null ? preset.type : { from: [override] };
  const value = derived === null ? null : derive(derived, request);
  if (value === null) return untypedEvent;
  return value.replaceAll(/[^A-Za-z0-9_.:/-]/g, '_').slice(0, limits.eventTypeChars);
}

/** What the event is about, at `override` or where the preset has it: at most 512 characters; null when there is none. */
export function referenceOf(preset: Preset, override: Place | null, request: ReceivedRequest): string | null {
  const derived = override === null ? preset.reference : { from: [override] };
  const value = derived === null ? null : derive(derived, request);
  return value === null || value.length > limits.referenceChars ? null : value;
}

function derive(derived: Derived | Found, request: ReceivedRequest): string | null {
  if ('find' in derived) return derived.find(request) || null;
  const { from, joint, each } = derived;
  if (each !== undefined) return deriveEach(each, from, request.body);
  const values = from.flatMap((place) => valuesAt(place, request).slice(0, 1)).filter((text) => text !== '');
  if (values.length === 0) return null;
  return joint === undefined ? values[0]! : values.join(joint);
}

/** Values within an item are joined by `:`, items by `,`. */
function deriveEach(list: string, from: readonly Place[], body: Uint8Array): string | null {
  const items = atPointer(jsonOf(body), list);
  if (!Array.isArray(items) || items.length === 0 || items.length > batchItemsMax) return null;
  const found: string[] = [];
  for (const item of items) {
    const values = from.map((place) => ('body' in place ? atPointer(item, place.body) : undefined));
    if (values.every((value) => value === undefined)) return null;
    found.push(values.map((value) => (value === undefined ? '' : String(value))).join(':'));
  }
  return found.join(',');
}
