import type { Reading, VerifyInput } from './reading.ts';

/**
 * Where a value sits in a request: a header (lower case), a JSON pointer into the body, a query parameter, or a field of a
 * form body.
 */
export type Place = { header: string } | { body: string } | { query: string } | { form: string };

/**
 * What a signature is made with, unless the secret asks for ed25519. `sha256` is the plain digest of secret and message;
 * `token` is no signature but the secret itself.
 */
export type Algorithm = Mac | 'sha256' | 'token' | PublicAlgorithm;
/** What a signature is made with by a key that both sides know. */
export type Mac = 'hmac-sha256' | 'hmac-sha1' | 'hmac-sha512';
/** What a signature is made with by a key of which the receiver knows the public half. ECDSA signatures are DER. */
export type PublicAlgorithm = 'ed25519' | 'rsa-sha1' | 'rsa-sha256' | 'ecdsa-sha1' | 'ecdsa-sha256';

/**
 * How a secret's text becomes a key. `utf8`: its characters, whatever they look like. `base64`: decoded, after an optional
 * leading `whsec_`. `hex`: decoded. Public keys are PEM, or SPKI in that encoding; those of ed25519 also the bare 32 bytes.
 */
export type KeyEncoding = 'utf8' | 'base64' | 'hex';

/** How a signature is written: lower-case hex, or base64 with padding. Nothing else is accepted. */
export type Encoding = 'hex' | 'base64';

/** Where a request says when it was signed, and how far that may be from now, in both directions. */
export interface TimestampRule {
  place: Place;
  /** Set when the timestamp is one of the entries of the signature's own list: the text before it (`t=`). */
  prefix?: string;
  unit: 's' | 'ms' | 'rfc3339';
  /** Null: any age is accepted. */
  toleranceS: number | null;
  /** How far ahead of now it may be, when that differs from `toleranceS`. */
  futureS?: number;
}

/** How a signature is made and checked: data over a handful of primitives. The same entry signs and verifies. */
export interface Scheme {
  /** Where the signature sits. */
  place: Place;
  /** Text before each signature (`sha256=`, `v1,`). Entries of a list that begin otherwise are other versions and are passed over. */
  prefix?: string;
  /** Between the entries of a list; absent when there is room for exactly one signature. */
  separator?: string;
  /**
   * What is signed, put together without anything between: `{id}`, `{timestamp}`, `{method}`, `{url}`, `{body}`, `{crc32}` (of
   * the body, as a decimal number), `{header:NAME}`, `{body:POINTER}`, `{query:NAME}`, `{form:NAME}` or literal text.
   */
  message: readonly string[];
  algorithm: Algorithm;
  keyEncoding: KeyEncoding;
  encoding: Encoding;
  timestamp?: TimestampRule;
  /** Where the event's id sits. Required of a request when the message holds `{id}`. */
  id?: Place;
  /** Where the event's type sits. */
  type?: Place;
  /**
   * Set when keys written `whsk_…` (private) and `whpk_…` (public) sign and verify with ed25519, under this prefix.
   * Which algorithm a signature is checked with follows from the secret, never from what the request says.
   */
  ed25519Prefix?: string;
  /** The scheme that counts for requests without a value at `place`: another generation of the same provider's. */
  otherwise?: Scheme;
}

/** A part of a message: text stands for its UTF-8 bytes. */
export type Part = string | Uint8Array;

/** A secret made ready. `id` names it among all keys of a process (it holds the secret: never show it). */
export type Key =
  /** `isHashed`: what counts is the SHA-1 of the bytes. */
  | { kind: 'hmac'; id: string; bytes: Uint8Array; isHashed?: true }
  /** The 32-byte seed of an ed25519 key pair. */
  | { kind: 'private'; id: string; bytes: Uint8Array }
  /** The 32 bytes of an ed25519 public key. */
  | { kind: 'public'; id: string; bytes: Uint8Array }
  /** The DER of an X.509 SubjectPublicKeyInfo: an RSA or elliptic-curve public key. */
  | { kind: 'spki'; id: string; bytes: Uint8Array };

/** A scheme that the table's grammar can't describe: it reads a request by itself. */
export interface SpecialScheme {
  /** How secrets are read; absent when there is none. */
  keyForm?: Pick<Scheme, 'algorithm' | 'keyEncoding'>;
  /** Takes a request apart. Never throws for anything a stranger can send. */
  read(input: VerifyInput): Reading;
  /** The headers that sign, by name; absent when signing takes more than headers or a key that nobody but the provider has. */
  sign?(request: SpecialSignInput, crypto: Crypto): Record<string, string>;
}

/** What a special scheme signs. */
export interface SpecialSignInput {
  secret: string;
  url: string;
  headers: readonly string[];
  body: Uint8Array;
}

/** Any entry of the table. */
export type AnyScheme = Scheme | SpecialScheme;

/**
 * The cryptography that signing and verifying need, synchronous. Implementations may keep prepared keys by `Key.id`.
 * Only malformed keys may make them throw, and `verify` not even then.
 */
export interface Crypto {
  /** HMAC over all parts one after another, as lower-case hex or padded base64. */
  hmac(algorithm: Mac, key: Key, parts: readonly Part[], encoding: Encoding): string;
  /** An ed25519 signature (64 bytes) by a `private` key. */
  sign(key: Key, parts: readonly Part[]): Uint8Array;
  /**
   * Whether it is a signature of that algorithm by that `public` or `spki` key, or by the public half of a `private` one.
   * False for a key of another kind. Never throws.
   */
  verify(key: Key, parts: readonly Part[], signature: Uint8Array, algorithm?: PublicAlgorithm): boolean;
  /** SHA-1, for UUIDs made from names and for keys. */
  sha1(parts: readonly Part[]): Uint8Array;
  /** SHA-256 over all parts one after another. */
  sha256(parts: readonly Part[]): Uint8Array;
  /** Whether two texts are the same, in a time that depends on their lengths alone. */
  equal(a: string, b: string): boolean;
}

/** The most signatures a verifier looks at, so that a hostile header costs little. */
export const signaturesMax = 10;
/** The most secrets that can be valid at once. */
export const secretsMax = 10;
/** The most fields of a form that a verifier looks at. */
export const formFieldsMax = 1000;
/** The most items of a batch that are signed one by one. */
export const batchItemsMax = 100;
/** How deep JSON may be nested. */
export const jsonDepthMax = 64;
/** The longest address of a certificate. */
export const certificateUrlChars = 500;
/** The largest body that is a token (JWT). */
export const tokenBytesMax = 1024 * 1024;
