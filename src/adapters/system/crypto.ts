import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type KeyObject,
  sign as signBytes,
  timingSafeEqual,
  verify as verifyBytes,
} from 'node:crypto';
import { signingKeys } from '../../core/limits/wire.ts';
import type { Crypto, Key, Part } from '../../core/signing.ts';

const hashes = { 'hmac-sha1': 'sha1', 'hmac-sha256': 'sha256', 'hmac-sha512': 'sha512' } as const;
/** DER of PKCS #8 and SPKI before the 32 bytes of an ed25519 key (RFC 8410). */
const privateHead = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicHead = Buffer.from('302a300506032b6570032100', 'hex');

/** What an algorithm hashes with, and the kind of key it takes. */
const publicAlgorithms = {
  ed25519: [null, 'ed25519'],
  'rsa-sha1': ['sha1', 'rsa'],
  'rsa-sha256': ['sha256', 'rsa'],
  'ecdsa-sha1': ['sha1', 'ec'],
  'ecdsa-sha256': ['sha256', 'ec'],
} as const;

function keyObject(key: Key): KeyObject {
  if (key.kind === 'spki')
    return createPublicKey({ key: Buffer.from(key.bytes), format: 'der', type: 'spki' });
  if (key.kind === 'hmac') return createSecretKey(key.bytes);
  if (key.kind === 'private') {
    return createPrivateKey({ key: Buffer.concat([privateHead, key.bytes]), format: 'der', type: 'pkcs8' });
  }
  return createPublicKey({ key: Buffer.concat([publicHead, key.bytes]), format: 'der', type: 'spki' });
}

/**
 * The key objects used lately: making one costs several times what an HMAC does. In two generations, so that finding one changes
 * nothing: what was not used since the younger one began goes when that is full.
 */
function keyCache(entries: number): (key: Key) => KeyObject {
  let young = new Map<string, KeyObject>();
  let old = new Map<string, KeyObject>();
  return (key) => {
    const found = young.get(key.id);
    if (found !== undefined) return found;
    const object = old.get(key.id) ?? keyObject(key);
    if (young.size >= entries / 2) {
      old = young;
      young = new Map();
    }
    young.set(key.id, object);
    return object;
  };
}

function bytesOf(parts: readonly Part[]): Uint8Array {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part)));
}

/** Cryptography by `node:crypto`. At most `keys` prepared keys, an even number, are kept. */
export function nodeCrypto(keys = signingKeys): Crypto {
  const objectOf = keyCache(keys);
  return {
    hmac(algorithm, key, parts, encoding) {
      const hmac = createHmac(hashes[algorithm], objectOf(key));
      for (const part of parts) hmac.update(part);
      return hmac.digest(encoding);
    },
    sign: (key, parts) => signBytes(null, bytesOf(parts), objectOf(key)),
    verify(key, parts, signature, algorithm = 'ed25519') {
      try {
        const [hash, kind] = publicAlgorithms[algorithm];
        const object = publicOf(objectOf(key));
        return object.asymmetricKeyType === kind && verifyBytes(hash, bytesOf(parts), object, signature);
      } catch {
        return false;
      }
    },
    sha1(parts) {
      const hash = createHash('sha1');
      for (const part of parts) hash.update(part);
      return hash.digest();
    },
    sha256(parts) {
      const hash = createHash('sha256');
      for (const part of parts) hash.update(part);
      return hash.digest();
    },
    equal(a, b) {
      const left = Buffer.from(a, 'utf8');
      const right = Buffer.from(b, 'utf8');
      return left.length === right.length && timingSafeEqual(left, right);
    },
  };
}

function publicOf(object: KeyObject): KeyObject {
  return object.type === 'private' ? createPublicKey(object) : object;
}

/** As hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
