import { toBase64, toHex } from './encoding.ts';
import { isPublic, keyOf } from './key.ts';
import { messageOf } from './message.ts';
import {
  type AnyScheme,
  type Crypto,
  type Encoding,
  type Key,
  type Part,
  type Scheme,
  type SpecialScheme,
  signaturesMax,
} from './scheme.ts';

/** One signature with its prefix, as it stands in the request. A `public` key can't sign: an Error says so. */
export function signature(scheme: Scheme, key: Key, parts: readonly Part[], crypto: Crypto): string {
  const { prefix = '', algorithm, encoding } = scheme;
  if (key.kind === 'hmac') {
    if (algorithm === 'token') return prefix + new TextDecoder().decode(key.bytes);
    if (algorithm === 'sha256') return prefix + written(crypto.sha256([key.bytes, ...parts]), encoding);
    if (!isPublic(algorithm)) return prefix + crypto.hmac(algorithm, key, parts, encoding);
  }
  if (key.kind !== 'private')
    throw new Error('A public key can only verify; sign with the private one (for ed25519: whsk_…).');
  const bytes = crypto.sign(key, parts);
  return algorithm === 'ed25519'
    ? prefix + written(bytes, encoding)
    : (scheme.ed25519Prefix ?? '') + toBase64(bytes);
}

function written(bytes: Uint8Array, encoding: Encoding): string {
  return encoding === 'hex' ? toHex(bytes) : toBase64(bytes);
}

/** What there is to sign with and to sign. */
export interface SignFrom {
  /** Valid keys, newest first; at least one. */
  keys: readonly Key[];
  /** Which key a scheme with room for one signature takes: the newest, or the one after it in `keys` while there is one. */
  signWith: 'new' | 'old';
  id: string;
  /** Milliseconds since 1970; what the scheme's timestamp is made of. */
  nowMs: number;
  method: string;
  url: string;
  body: Part;
}

/** The key that a scheme with room for one signature takes. */
export function singleKey(keys: readonly Key[], signWith: 'new' | 'old'): Key | undefined {
  return signWith === 'old' ? (keys[1] ?? keys[0]) : keys[0];
}

/**
 * Adds the scheme's headers to `headers` (name, value, name, value …): the id if it is signed, the timestamp, the signature.
 * Schemes that sign anywhere but in headers can't be used for sending: an Error says so.
 */
export function signInto(headers: string[], scheme: Scheme, from: SignFrom, crypto: Crypto): void {
  const { place, timestamp } = scheme;
  if (!('header' in place))
    throw new Error('This scheme has its signature outside the headers and is for receiving only.');
  const time = timestamp === undefined ? '' : timestampText(timestamp.unit, from.nowMs);
  const parts = messageOf(scheme, {
    id: from.id,
    timestamp: time,
    method: from.method,
    url: from.url,
    body: from.body,
  });
  if (parts === null)
    throw new Error('This scheme signs other parts of a request and is for receiving only.');
  if (timestamp !== undefined && !('header' in timestamp.place))
    throw new Error('This scheme has its timestamp outside the headers and is for receiving only.');
  if (scheme.id !== undefined && 'header' in scheme.id && scheme.message.includes('{id}'))
    headers.push(scheme.id.header, from.id);

  let value = '';
  if (timestamp !== undefined && 'header' in timestamp.place) {
    if (timestamp.prefix === undefined) headers.push(timestamp.place.header, time);
    else value = timestamp.prefix + time + (scheme.separator ?? '');
  }
  const key = singleKey(from.keys, from.signWith);
  if (key === undefined) throw new Error('There is no valid secret to sign with.');
  if (scheme.separator === undefined || from.keys.length === 1) {
    headers.push(place.header, value + signature(scheme, key, parts, crypto));
    return;
  }
  // The newest first and the old ones last: receivers that keep only the last entry go on working until they change over.
  const all = from.keys.slice(0, signaturesMax).map((each) => signature(scheme, each, parts, crypto));
  headers.push(place.header, value + all.join(scheme.separator));
}

function timestampText(unit: 's' | 'ms' | 'rfc3339', nowMs: number): string {
  if (unit === 'rfc3339') return new Date(nowMs).toISOString();
  return String(unit === 's' ? Math.floor(nowMs / 1000) : nowMs);
}

/** What a caller has to sign with and to sign. */
export interface SignInput {
  /** Newest first. */
  secrets: readonly string[];
  signWith?: 'new' | 'old';
  /** The event's id; needed when the scheme signs it. */
  id?: string;
  /** Seconds since 1970, the moment of this attempt. */
  timestampS: number;
  method?: string;
  url?: string;
  /** Headers that the request has anyway (name, value …), for schemes that look at its content type. */
  headers?: readonly string[];
  body: Part;
}

/** Headers that prove where a request comes from, names in lower case. Throws an Error that says what is wrong with the input. */
export function sign(scheme: AnyScheme, input: SignInput, crypto: Crypto): Record<string, string> {
  if ('read' in scheme) return signSpecially(scheme, input, crypto);
  const keys = input.secrets.map((secret) => keyOf(scheme, secret));
  const usable = keys.filter((key) => key !== null);
  if (usable.length === 0 || usable.length < keys.length) {
    throw new Error('A secret is missing or not written as this scheme wants it.');
  }
  const { signWith = 'new', id = '', method = 'POST', url = '' } = input;
  if (id === '' && scheme.message.includes('{id}'))
    throw new Error('This scheme signs the id of the event: give one.');
  const headers: string[] = [];
  const from = {
    keys: usable,
    signWith,
    id,
    nowMs: Math.floor(input.timestampS * 1000),
    method,
    url,
    body: input.body,
  };
  signInto(headers, scheme, from, crypto);
  const named: Record<string, string> = {};
  for (let i = 0; i < headers.length; i += 2) named[headers[i]!] = headers[i + 1]!;
  return named;
}

function signSpecially(scheme: SpecialScheme, input: SignInput, crypto: Crypto): Record<string, string> {
  const { secrets, signWith = 'new', url = '', body } = input;
  const secret = signWith === 'old' ? (secrets[1] ?? secrets[0]) : secrets[0];
  if (scheme.sign === undefined)
    throw new Error('This scheme puts its signature where only the provider does and is for receiving only.');
  if (secret === undefined || secret === '') throw new Error('There is no secret to sign with.');
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  return scheme.sign({ secret, url, headers: input.headers ?? [], body: bytes }, crypto);
}
