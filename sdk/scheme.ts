/** Where a value sits in a request: a header (lower case), a JSON pointer into the body, or a query parameter. */
export type Place = { header: string } | { body: string } | { query: string };

/** What a signature is made with, unless the secret asks for ed25519. */
export type Algorithm = 'hmac-sha256' | 'hmac-sha1' | 'hmac-sha512';

/**
 * How a secret's text becomes a key. `utf8`: its characters, whatever they look like. `base64`: decoded, after an optional
 * leading `whsec_`. `hex`: decoded.
 */
export type KeyEncoding = 'utf8' | 'base64' | 'hex';

/** How a signature is written: lower-case hex, or base64 with padding. Nothing else is accepted. */
export type Encoding = 'hex' | 'base64';

/** Where a request says when it was signed, and how far that may be from now, in both directions. */
export interface TimestampRule {
  place: Place;
  /** Set when the timestamp is one of the entries of the signature's own list: the text before it (`t=`). */
  prefix?: string;
  unit: 's' | 'ms';
  /** Null: any age is accepted. */
  toleranceS: number | null;
}

/** How a signature is made and checked: data over a handful of primitives. The same entry signs and verifies. */
export interface Scheme {
  /** Where the signature sits. */
  place: Place;
  /** Text before each signature (`sha256=`, `v1,`). Entries of a list that begin otherwise are other versions and are passed over. */
  prefix?: string;
  /** Between the entries of a list; absent when there is room for exactly one signature. */
  separator?: string;
  /** What is signed, put together without anything between: `{id}`, `{timestamp}`, `{method}`, `{url}`, `{body}` or literal text. */
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
}

/** A part of a message: text stands for its UTF-8 bytes. */
export type Part = string | Uint8Array;

/** A secret made ready. `id` names it among all keys of a process (it holds the secret: never show it). */
export type Key =
  | { kind: 'hmac'; id: string; bytes: Uint8Array }
  /** The 32-byte seed of an ed25519 key pair. */
  | { kind: 'private'; id: string; bytes: Uint8Array }
  /** The 32 bytes of an ed25519 public key. */
  | { kind: 'public'; id: string; bytes: Uint8Array };

/**
 * The cryptography that signing and verifying need, synchronous. Implementations may keep prepared keys by `Key.id`.
 * Only malformed keys may make them throw, and `verify` not even then.
 */
export interface Crypto {
  /** HMAC over all parts one after another, as lower-case hex or padded base64. */
  hmac(algorithm: Algorithm, key: Key, parts: readonly Part[], encoding: Encoding): string;
  /** An ed25519 signature (64 bytes) by a `private` key. */
  sign(key: Key, parts: readonly Part[]): Uint8Array;
  /** Whether it is an ed25519 signature by that `public` key, or by the public half of a `private` one. Never throws. */
  verify(key: Key, parts: readonly Part[], signature: Uint8Array): boolean;
  /** SHA-1, for UUIDs made from names. */
  sha1(parts: readonly Part[]): Uint8Array;
  /** Whether two texts are the same, in a time that depends on their lengths alone. */
  equal(a: string, b: string): boolean;
}

/** The most signatures a verifier looks at, so that a hostile header costs little. */
export const signaturesMax = 10;
/** The most secrets that can be valid at once. */
export const secretsMax = 10;
