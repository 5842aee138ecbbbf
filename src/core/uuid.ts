import type { Crypto } from './signing.ts';

/**
 * The namespace of UUIDs made from event ids (RFC 9562, version 5). Fixed for good: a receiver knows an event again by the
 * UUID it was given, so the same id must give the same UUID in every version of Surehook.
 */
const namespace = Uint8Array.from([
  0x3c, 0x6e, 0x1f, 0x52, 0x9a, 0x4d, 0x4b, 0x0e, 0x8f, 0x27, 0x5d, 0xb1, 0x70, 0xe4, 0x96, 0xca,
]);

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id itself if it is a UUID, else UUIDv5 of it in the namespace `3c6e1f52-9a4d-4b0e-8f27-5db170e496ca`. */
export function uuidOf(id: string, crypto: Pick<Crypto, 'sha1'>): string {
  return id.length === 36 && pattern.test(id) ? id : uuidFrom(namespace, id, crypto);
}

/** UUID version 5: the name's SHA-1 in a namespace, both as RFC 9562 §5.5 says. */
export function uuidFrom(space: Uint8Array, name: string, crypto: Pick<Crypto, 'sha1'>): string {
  const bytes = crypto.sha1([space, name]).slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  let text = '';
  for (const [place, byte] of bytes.entries()) {
    if (place === 4 || place === 6 || place === 8 || place === 10) text += '-';
    text += (byte < 16 ? '0' : '') + byte.toString(16);
  }
  return text;
}
