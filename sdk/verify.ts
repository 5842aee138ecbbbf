import { fromBase64 } from './encoding.ts';
import { keyOf } from './key.ts';
import { type ReceivedRequest, valuesAt } from './place.ts';
import {
  type Crypto,
  type Key,
  type Part,
  type Place,
  type Scheme,
  secretsMax,
  signaturesMax,
} from './scheme.ts';
import { messageOf } from './sign.ts';

/** Why a request is not believed. */
export type Reason =
  | 'no_secret'
  | 'bad_secret'
  | 'missing_signature'
  | 'missing_timestamp'
  | 'missing_id'
  | 'duplicate_header'
  | 'malformed_signature'
  | 'malformed_timestamp'
  | 'too_many_signatures'
  | 'unknown_version'
  | 'too_old'
  | 'too_new'
  | 'mismatch';

/** What came of looking at a request. */
export type Verification =
  /** `secret`: place of the secret that fitted; `timestampS`: when it was signed, null when the scheme does not say. */
  | { valid: true; secret: number; timestampS: number | null }
  /** `detail` says in plain words what to look for, and holds no secret. */
  | { valid: false; reason: Reason; detail: string };

/** A request as received, and what to judge it by. */
export interface VerifyInput extends ReceivedRequest {
  /** Every secret that is valid at present, at most `secretsMax`. */
  secrets: readonly string[];
  /** Seconds since 1970, the moment of receipt. */
  nowS: number;
}

const details: Record<Reason, string> = {
  no_secret: 'No secret was given; nothing can be believed without one.',
  bad_secret: 'A secret is empty or not written as this scheme wants it.',
  missing_signature: 'The request carries no signature where this scheme has it.',
  missing_timestamp: 'The request carries no timestamp where this scheme has it.',
  missing_id: 'The request carries no id, which this scheme signs.',
  duplicate_header: 'A signature, timestamp or id came more than once.',
  malformed_signature: 'The signature is not written as this scheme writes it.',
  malformed_timestamp: 'The timestamp is not a plain number.',
  too_many_signatures: `There are more than ${signaturesMax} signatures.`,
  unknown_version: 'There is no signature of a version that fits the secret.',
  too_old: 'It was signed too long ago, or the clocks differ.',
  too_new: 'It was signed in the future: the clocks differ.',
  mismatch:
    'No signature fits the bytes received: another secret, or the body was changed or parsed and written anew on the way.',
};

function refused(reason: Reason): Verification {
  return { valid: false, reason, detail: details[reason] };
}

/** Reads one value that may stand there once at most; a reason when it is absent or there twice. */
function only(
  place: Place,
  request: ReceivedRequest,
  absent: Reason,
): { value: string } | { reason: Reason } {
  const values = valuesAt(place, request);
  if (values.length > 1) return { reason: 'duplicate_header' };
  const value = values[0];
  return value === undefined || value === '' ? { reason: absent } : { value };
}

interface Listed {
  /** Signatures for HMAC keys and for ed25519 keys, without their prefixes. */
  hmac: string[];
  ed25519: string[];
  /** The timestamp, when it is one of the entries. */
  timestamp: string | null;
}

const hexDigits: Record<Scheme['algorithm'], number> = {
  'hmac-sha1': 40,
  'hmac-sha256': 64,
  'hmac-sha512': 128,
};

/** Whether a text can be a signature: right length, right alphabet, one way to write it. */
function isWellFormed(text: string, scheme: Scheme): boolean {
  const digits = hexDigits[scheme.algorithm];
  if (scheme.encoding === 'hex') return text.length === digits && /^[0-9a-f]+$/.test(text);
  return isBase64Of(text, digits / 2);
}

function isBase64Of(text: string, byteCount: number): boolean {
  return text.length === Math.ceil(byteCount / 3) * 4 && fromBase64(text)?.length === byteCount;
}

/** Takes a signature's place apart by the scheme's one grammar; anything else is a reason. */
function readSignatures(scheme: Scheme, text: string): Listed | { reason: Reason } {
  const { prefix = '', separator, ed25519Prefix, timestamp } = scheme;
  const listed: Listed = { hmac: [], ed25519: [], timestamp: null };
  // One more than can be accepted is enough to know that there are too many.
  const entries = separator === undefined ? [text] : text.split(separator, signaturesMax + 2);
  for (const entry of entries) {
    if (!/^[\x21-\x7e]+$/.test(entry)) return { reason: 'malformed_signature' };
    if (timestamp?.prefix !== undefined && entry.startsWith(timestamp.prefix)) {
      if (listed.timestamp !== null) return { reason: 'duplicate_header' };
      listed.timestamp = entry.slice(timestamp.prefix.length);
    } else if (ed25519Prefix !== undefined && entry.startsWith(ed25519Prefix)) {
      const signature = entry.slice(ed25519Prefix.length);
      if (!isBase64Of(signature, 64)) return { reason: 'malformed_signature' };
      listed.ed25519.push(signature);
    } else if (entry.startsWith(prefix)) {
      const signature = entry.slice(prefix.length);
      if (!isWellFormed(signature, scheme)) return { reason: 'malformed_signature' };
      listed.hmac.push(signature);
    } else if (separator === undefined) return { reason: 'malformed_signature' };
  }
  const others = entries.length - (listed.timestamp === null ? 0 : 1);
  return others > signaturesMax ? { reason: 'too_many_signatures' } : listed;
}

function judgeTimestamp(scheme: Scheme, text: string, nowS: number): { atS: number } | { reason: Reason } {
  const rule = scheme.timestamp!;
  if (!(rule.unit === 's' ? /^\d{1,12}$/ : /^\d{1,15}$/).test(text)) return { reason: 'malformed_timestamp' };
  const atS = rule.unit === 's' ? Number(text) : Number(text) / 1000;
  if (rule.toleranceS === null) return { atS };
  // Written so that a clock that is no number refuses everything.
  if (!(nowS - atS <= rule.toleranceS)) return { reason: 'too_old' };
  if (!(atS - nowS <= rule.toleranceS)) return { reason: 'too_new' };
  return { atS };
}

/** Looks at every signature with every key, so that the time says nothing about which one fitted. */
function findKey(
  scheme: Scheme,
  keys: readonly Key[],
  listed: Listed,
  parts: readonly Part[],
  crypto: Crypto,
): number {
  let found = -1;
  for (const [place, key] of keys.entries()) {
    if (key.kind === 'hmac') {
      if (listed.hmac.length === 0) continue;
      const expected = crypto.hmac(scheme.algorithm, key, parts, scheme.encoding);
      for (const text of listed.hmac) if (crypto.equal(expected, text) && found < 0) found = place;
    } else {
      for (const text of listed.ed25519)
        if (crypto.verify(key, parts, fromBase64(text)!) && found < 0) found = place;
    }
  }
  return found;
}

/**
 * Whether a request was signed under the scheme with one of the secrets, recently enough. Works on the raw bytes, compares in
 * constant time, accepts one way to write each thing, and never throws for anything a stranger can send.
 */
export function verify(scheme: Scheme, input: VerifyInput, crypto: Crypto): Verification {
  if (input.secrets.length === 0) return refused('no_secret');
  if (input.secrets.length > secretsMax) return refused('bad_secret');
  const keys: Key[] = [];
  for (const secret of input.secrets) {
    const key = keyOf(scheme, secret);
    if (key === null) return refused('bad_secret');
    keys.push(key);
  }

  const found = only(scheme.place, input, 'missing_signature');
  if ('reason' in found) return refused(found.reason);
  const listed = readSignatures(scheme, found.value);
  if ('reason' in listed) return refused(listed.reason);

  let timestamp = '';
  let timestampS: number | null = null;
  if (scheme.timestamp !== undefined) {
    const inList = scheme.timestamp.prefix !== undefined;
    const given = inList
      ? listed.timestamp === null
        ? { reason: 'missing_timestamp' as const }
        : { value: listed.timestamp }
      : only(scheme.timestamp.place, input, 'missing_timestamp');
    if ('reason' in given) return refused(given.reason);
    const judged = judgeTimestamp(scheme, given.value, input.nowS);
    if ('reason' in judged) return refused(judged.reason);
    timestamp = given.value;
    timestampS = judged.atS;
  }

  let id = '';
  if (scheme.id !== undefined) {
    const isSigned = scheme.message.includes('{id}');
    const given = isSigned ? only(scheme.id, input, 'missing_id') : null;
    if (given !== null && 'reason' in given) return refused(given.reason);
    if (given !== null) id = given.value;
  }

  const hasVersion = keys.some((key) => (key.kind === 'hmac' ? listed.hmac : listed.ed25519).length > 0);
  if (!hasVersion)
    return refused(listed.hmac.length + listed.ed25519.length > 0 ? 'mismatch' : 'unknown_version');
  const { method = 'POST', url = '' } = input;
  const parts = messageOf(scheme, { id, timestamp, method, url, body: input.body });
  const place = findKey(scheme, keys, listed, parts, crypto);
  return place < 0 ? refused('mismatch') : { valid: true, secret: place, timestampS };
}
