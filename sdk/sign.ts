import { toBase64 } from './encoding.ts';
import { keyOf } from './key.ts';
import { type Crypto, type Key, type Part, type Scheme, signaturesMax } from './scheme.ts';

/** What a message can be made of. `timestamp` is text, exactly as it stands in the request. */
export interface MessageParts {
  id: string;
  timestamp: string;
  method: string;
  url: string;
  body: Part;
}

/** The parts that a scheme signs, neighbouring texts put together. */
export function messageOf(scheme: Scheme, from: MessageParts): Part[] {
  const parts: Part[] = [];
  let text = '';
  for (const part of scheme.message) {
    if (part === '{body}') {
      if (text !== '') parts.push(text);
      text = '';
      parts.push(from.body);
    } else if (part === '{id}') text += from.id;
    else if (part === '{timestamp}') text += from.timestamp;
    else if (part === '{method}') text += from.method;
    else if (part === '{url}') text += from.url;
    else text += part;
  }
  if (text !== '') parts.push(text);
  return parts;
}

/** One signature with its prefix, as it stands in the request. A `public` key can't sign: an Error says so. */
export function signature(scheme: Scheme, key: Key, parts: readonly Part[], crypto: Crypto): string {
  if (key.kind === 'hmac')
    return (scheme.prefix ?? '') + crypto.hmac(scheme.algorithm, key, parts, scheme.encoding);
  if (key.kind === 'public')
    throw new Error('A public key (whpk_…) can only verify; sign with the private one (whsk_…).');
  return (scheme.ed25519Prefix ?? '') + toBase64(crypto.sign(key, parts));
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
  const time =
    timestamp === undefined
      ? ''
      : String(timestamp.unit === 's' ? Math.floor(from.nowMs / 1000) : from.nowMs);
  const parts = messageOf(scheme, {
    id: from.id,
    timestamp: time,
    method: from.method,
    url: from.url,
    body: from.body,
  });
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
  body: Part;
}

/** Headers that prove where a request comes from, names in lower case. Throws an Error that says what is wrong with the input. */
export function sign(scheme: Scheme, input: SignInput, crypto: Crypto): Record<string, string> {
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
