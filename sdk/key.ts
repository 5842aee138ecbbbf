import { fromBase64, fromHex } from './encoding.ts';
import type { Algorithm, Key, KeyEncoding, PublicAlgorithm, Scheme } from './scheme.ts';

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
export function keyOf(
  scheme: Pick<Scheme, 'algorithm' | 'keyEncoding' | 'ed25519Prefix'>,
  secret: string,
): Key | null {
  if (typeof secret !== 'string') return null;
  if ((scheme.ed25519Prefix !== undefined || scheme.algorithm === 'ed25519') && /^wh[sp]k_/.test(secret)) {
    const bytes = fromBase64(secret.slice(5));
    if (secret.startsWith('whpk_'))
      return bytes?.length === 32 ? { kind: 'public', id: secret, bytes } : null;
    if (!secret.startsWith('whsk_') || (bytes?.length !== 32 && bytes?.length !== 64)) return null;
    return { kind: 'private', id: secret, bytes: bytes.subarray(0, 32) };
  }
  if (isPublic(scheme.algorithm)) return publicKeyOf(scheme.algorithm, secret, scheme.keyEncoding);
  const bytes = hmacBytes(secret, scheme.keyEncoding);
  if (bytes === null || bytes.length === 0) return null;
  return { kind: 'hmac', id: `${scheme.keyEncoding}:${secret}`, bytes };
}

/** Whether an algorithm checks with a public key. */
export function isPublic(algorithm: Algorithm): algorithm is PublicAlgorithm {
  return /^(?:ed25519|rsa|ecdsa)/.test(algorithm);
}

/** A public key as providers show them: PEM, or base64 or hex of its DER; for ed25519 also of the bare 32 bytes. Null: none of these. */
function publicKeyOf(algorithm: PublicAlgorithm, text: string, encoding: KeyEncoding): Key | null {
  const isPem = text.startsWith('-----BEGIN PUBLIC KEY-----');
  const bytes = isPem ? pemBytes(text) : encoding === 'hex' ? fromHex(text) : fromBase64(text.trim());
  if (bytes === null || bytes.length === 0 || bytes.length > spkiBytesMax) return null;
  if (algorithm !== 'ed25519') return { kind: 'spki', id: `spki:${text}`, bytes };
  if (bytes.length !== 32 && bytes.length !== 44) return null;
  return { kind: 'public', id: `public:${text}`, bytes: bytes.subarray(-32) };
}

/** Far more than the largest RSA key in use takes. */
const spkiBytesMax = 4096;

/** The bytes of the first block of a PEM text; null when it holds none. */
export function pemBytes(text: string): Uint8Array | null {
  const block = /-----BEGIN [A-Z ]+-----([A-Za-z0-9+/=\s]*)-----END [A-Z ]+-----/.exec(text);
  return block === null ? null : fromBase64(block[1]!.replaceAll(/\s/g, ''));
}
