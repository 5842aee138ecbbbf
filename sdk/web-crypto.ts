import { toBase64, toHex } from './encoding.ts';
import type { Crypto, Encoding, Key, Mac, Part, PublicAlgorithm } from './scheme.ts';

/** The most computations that one act may ask for: ten secrets on ten signatures, and as much again. */
const questionsMax = 200;

const hashes = { 'hmac-sha1': 'SHA-1', 'hmac-sha256': 'SHA-256', 'hmac-sha512': 'SHA-512' } as const;

type Bytes = Uint8Array<ArrayBuffer>;

/** Ends a pass at a question that has no answer yet. */
const unanswered = new Error('unanswered');

/**
 * Runs a synchronous act (`verify`, `sign`) with WebCrypto, which only answers later: each pass ends at the first question without
 * an answer, and the next one goes further. So there is one way to verify, and each runtime brings its cryptography. The act must
 * be a pure function; it is called once more than it has questions. An error that it throws is passed on.
 */
export async function withWebCrypto<T>(act: (crypto: Crypto) => T): Promise<T> {
  const answers: unknown[] = [];
  while (answers.length <= questionsMax) {
    let question: () => Promise<unknown> = async () => undefined;
    let at = 0;
    const ask = <A>(asked: () => Promise<A>): A => {
      if (at < answers.length) return answers[at++] as A;
      question = asked;
      throw unanswered;
    };
    try {
      return act(cryptoThatAsks(ask));
    } catch (error) {
      if (error !== unanswered) throw error;
    }
    answers.push(await question());
  }
  throw new Error(`More than ${questionsMax} computations for one request.`);
}

type Ask = <A>(question: () => Promise<A>) => A;

function cryptoThatAsks(ask: Ask): Crypto {
  return {
    hmac: (algorithm, key, parts, encoding) => ask(() => hmac(algorithm, key, parts, encoding)),
    sign: (key, parts) => ask(() => sign(key, parts)),
    verify: (key, parts, signature, algorithm = 'ed25519') =>
      ask(() => verify(algorithm, key, parts, signature).catch(() => false)),
    sha1: (parts) => ask(() => digest('SHA-1', parts)),
    sha256: (parts) => ask(() => digest('SHA-256', parts)),
    equal: isEqual,
  };
}

async function hmac(algorithm: Mac, key: Key, parts: readonly Part[], encoding: Encoding): Promise<string> {
  const form = { name: 'HMAC', hash: hashes[algorithm] };
  const imported = await crypto.subtle.importKey('raw', new Uint8Array(key.bytes), form, false, ['sign']);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', imported, joined(parts)));
  return encoding === 'hex' ? toHex(mac) : toBase64(mac);
}

/** DER of PKCS #8 before the 32 bytes of an ed25519 seed (RFC 8410). */
const privateHead = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/** A seed as a key: exportable, since its public half has to be read off it. */
function privateKey({ bytes }: Key) {
  const form = new Uint8Array([...privateHead, ...bytes]);
  return crypto.subtle.importKey('pkcs8', form, { name: 'Ed25519' }, true, ['sign']);
}

async function sign(key: Key, parts: readonly Part[]): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign('Ed25519', await privateKey(key), joined(parts)));
}

async function verify(
  algorithm: PublicAlgorithm,
  key: Key,
  parts: readonly Part[],
  signature: Uint8Array,
): Promise<boolean> {
  if (key.kind === 'hmac') return false;
  const hash = algorithm.endsWith('sha1') ? 'SHA-1' : 'SHA-256';
  if (algorithm === 'ed25519') {
    const given = new Uint8Array(signature);
    return crypto.subtle.verify('Ed25519', await edwardsKey(key), given, joined(parts));
  }
  if (key.kind !== 'spki') return false;
  const bytes = new Uint8Array(key.bytes);
  if (algorithm.startsWith('rsa')) {
    const form = { name: 'RSASSA-PKCS1-v1_5', hash };
    const rsa = await crypto.subtle.importKey('spki', bytes, form, false, ['verify']);
    return crypto.subtle.verify(form, rsa, new Uint8Array(signature), joined(parts));
  }
  const curve = curveOf(bytes);
  const given = curve && fixedLength(signature, curve.bytes);
  if (curve === null || given === null) return false;
  const form = { name: 'ECDSA', namedCurve: curve.name };
  const point = await crypto.subtle.importKey('spki', bytes, form, false, ['verify']);
  return crypto.subtle.verify({ name: 'ECDSA', hash }, point, given, joined(parts));
}

async function edwardsKey(key: Key) {
  const form = { name: 'Ed25519' };
  if (key.kind === 'spki')
    return crypto.subtle.importKey('spki', new Uint8Array(key.bytes), form, false, ['verify']);
  if (key.kind === 'public')
    return crypto.subtle.importKey('raw', new Uint8Array(key.bytes), form, false, ['verify']);
  const { kty, crv, x } = await crypto.subtle.exportKey('jwk', await privateKey(key));
  return crypto.subtle.importKey('jwk', { kty: kty!, crv: crv!, x: x! }, form, false, ['verify']);
}

/** Curves by the hex of their object identifiers (RFC 5480 §2.1.1.1), and how many bytes each number of a signature takes. */
const curves = [
  { name: 'P-256', id: '06082a8648ce3d030107', bytes: 32 },
  { name: 'P-384', id: '06052b81040022', bytes: 48 },
  { name: 'P-521', id: '06052b81040023', bytes: 66 },
];

function curveOf(spki: Uint8Array): (typeof curves)[number] | null {
  const head = toHex(spki.subarray(0, 40));
  return curves.find(({ id }) => head.includes(id)) ?? null;
}

/** The two numbers of a DER signature at their full lengths, as WebCrypto wants them; null when it is none. */
function fixedLength(der: Uint8Array, numberBytes: number): Bytes | null {
  const fixed = new Uint8Array(2 * numberBytes);
  const isLong = der[1] === 0x81;
  if (der[0] !== 0x30 || der[isLong ? 2 : 1] !== der.length - (isLong ? 3 : 2)) return null;
  let at = isLong ? 3 : 2;
  for (const end of [numberBytes, 2 * numberBytes]) {
    const length = der[at + 1] ?? 0;
    const number = der.subarray(at + 2, at + 2 + length);
    if (der[at] !== 0x02 || length === 0 || number.length < length) return null;
    const digits = number[0] === 0 ? number.subarray(1) : number;
    if (digits.length > numberBytes) return null;
    fixed.set(digits, end - digits.length);
    at += 2 + length;
  }
  return at === der.length ? fixed : null;
}

async function digest(hash: 'SHA-1' | 'SHA-256', parts: readonly Part[]): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest(hash, joined(parts)));
}

const encoder = new TextEncoder();

function joined(parts: readonly Part[]): Bytes {
  const pieces = parts.map((part) => (typeof part === 'string' ? encoder.encode(part) : part));
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** In a time that depends on the lengths alone. */
function isEqual(a: string, b: string): boolean {
  const left = encoder.encode(a);
  const right = encoder.encode(b);
  let difference = left.length ^ right.length;
  for (let i = 0; i < left.length; i += 1) difference |= left[i]! ^ (right[i] ?? 0);
  return difference === 0;
}
