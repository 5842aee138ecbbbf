/** Crockford's base32 in lower case: sorts as its value, no i, l, o, u to mistake. */
const digits = '0123456789abcdefghjkmnpqrstvwxyz';
const deliveryPattern = /^dlv_[0-9a-hjkmnp-tv-z]{11}$/;

/** What an id names (contract §2). */
export type IdPrefix =
  | 'acc_'
  | 'ep_'
  | 'evt_'
  | 'src_'
  | 'srq_'
  | 'ord_'
  | 'rpl_'
  | 'bin_'
  | 'brq_'
  | 'key_'
  | 'alr_'
  | 'per_'
  | 'ses_'
  | 'ptl_';

/** Random bytes that `newId` takes. */
export const idBytes = 10;

/** `prefix` and 26 characters: 48 bits of time, then 80 random bits. Sorts by time to the millisecond; `bytes` holds at least `idBytes`. */
export function newId(prefix: IdPrefix, nowMs: number, bytes: Uint8Array): string {
  const time = base32(Math.floor(nowMs / 2 ** 25), 5) + base32(nowMs % 2 ** 25, 5);
  return prefix + time + base32Bytes(bytes, 0) + base32Bytes(bytes, 5);
}

/** The id of a delivery, made from its key: nothing has to be stored or looked up, and ids sort as keys do. */
export function deliveryId(key: number): string {
  return `dlv_${keyText(key)}`;
}

/** The key that a delivery's id was made from; null when no delivery can have this id. */
export function parseDeliveryId(id: string): number | null {
  return deliveryPattern.test(id) ? keyOf(id.slice(4)) : null;
}

/** The id of a delivery's attempt number `n` (from 1; at most 2^30). */
export function attemptId(key: number, n: number): string {
  return `att_${keyText(key)}${base32(n, n < 2 ** 15 ? 3 : 6)}`;
}

function keyText(key: number): string {
  return base32(Math.floor(key / 2 ** 30), 5) + base32(key % 2 ** 30, 6);
}

function keyOf(text: string): number | null {
  const key = numberOf(text.slice(0, 5)) * 2 ** 30 + numberOf(text.slice(5));
  return Number.isSafeInteger(key) ? key : null;
}

/** `value` below 2^30, so that bit operations hold it. */
function base32(value: number, width: number): string {
  let text = '';
  for (let shift = (width - 1) * 5; shift >= 0; shift -= 5) text += digits[(value >>> shift) & 31];
  return text;
}

/** Five bytes as eight characters. */
function base32Bytes(bytes: Uint8Array, at: number): string {
  const high = (bytes[at]! << 12) | (bytes[at + 1]! << 4) | (bytes[at + 2]! >>> 4);
  const low = ((bytes[at + 2]! & 15) << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!;
  return base32(high, 4) + base32(low, 4);
}

function numberOf(text: string): number {
  let value = 0;
  for (let at = 0; at < text.length; at++) value = value * 32 + digits.indexOf(text[at]!);
  return value;
}

const letters = 'abcdefghijklmnopqrstuvwxyz234567';

/** Random bytes for an address that strangers must not guess, five bits a character. */
export function newToken(bytes: Uint8Array): string {
  let text = '';
  for (let bit = 0; bit + 5 <= bytes.length * 8; bit += 5) {
    const at = bit >> 3;
    const word = (bytes[at]! << 8) | (bytes[at + 1] ?? 0);
    text += letters[(word >> (11 - (bit & 7))) & 31]!;
  }
  return text;
}
