import { fromBase64, fromHex } from './encoding.ts';
import type { Key, KeyEncoding, Scheme } from './scheme.ts';

const encoder = new TextEncoder();

function hmacBytes(secret: string, encoding: KeyEncoding): Uint8Array | null {
  if (encoding === 'utf8') return encoder.encode(secret);
  if (encoding === 'hex') return fromHex(secret);
  return fromBase64(secret.startsWith('whsec_') ? secret.slice(6) : secret);
}

/**
 * The key that a secret's text means under a scheme; null when it means none: empty, or not written as the scheme wants.
 * `whsk_…` is base64 of a 32-byte ed25519 seed or of seed and public key (64 bytes), `whpk_…` of a 32-byte public key.
 */
export function keyOf(scheme: Scheme, secret: string): Key | null {
  if (typeof secret !== 'string') return null;
  if (scheme.ed25519Prefix !== undefined && /^wh[sp]k_/.test(secret)) {
    const bytes = fromBase64(secret.slice(5));
    if (secret.startsWith('whpk_'))
      return bytes?.length === 32 ? { kind: 'public', id: secret, bytes } : null;
    if (!secret.startsWith('whsk_') || (bytes?.length !== 32 && bytes?.length !== 64)) return null;
    return { kind: 'private', id: secret, bytes: bytes.subarray(0, 32) };
  }
  const bytes = hmacBytes(secret, scheme.keyEncoding);
  if (bytes === null || bytes.length === 0) return null;
  return { kind: 'hmac', id: `${scheme.keyEncoding}:${secret}`, bytes };
}
