import { fromBase64, fromHex } from './encoding.ts';
import { isPublic, keyOf } from './key.ts';
import { messageOf } from './message.ts';
import { type ReceivedRequest, valuesAt } from './place.ts';
import type { Proof, Reading, Reason, VerifyInput } from './reading.ts';
import {
  type Key,
  type Part,
  type Place,
  type Scheme,
  secretsMax,
  signaturesMax,
  type TimestampRule,
} from './scheme.ts';

/** Takes a request apart by a scheme's grammar, which has one way to write each thing. Never throws for anything a stranger can send. */
export function readRequest(scheme: Scheme, input: VerifyInput): Reading {
  if (scheme.otherwise !== undefined && !isAt(scheme.place, input) && isAt(scheme.otherwise.place, input))
    return readRequest(scheme.otherwise, input);
  const keys = keysOf(scheme, input.secrets);
  if ('reason' in keys) return keys;
  const found = only(scheme.place, input, 'missing_signature');
  if ('reason' in found) return found;
  const listed = scheme.algorithm === 'token' ? tokenOf(found.value) : readSignatures(scheme, found.value);
  if ('reason' in listed) return listed;

  const signed = readSigned(scheme, listed, input);
  if ('reason' in signed) return signed;
  const hasVersion = keys.some((key) => listed[listOf(scheme, key)].length > 0);
  if (!hasVersion)
    return { reason: listed.plain.length + listed.ed25519.length > 0 ? 'mismatch' : 'unknown_version' };
  const proofs = keys.map((key, secret) => proofOf(scheme, { key, secret }, listed, signed.parts));
  return { checks: [proofs], timestampS: signed.timestampS };
}

function isAt(place: Place, request: ReceivedRequest): boolean {
  return valuesAt(place, request).some((value) => value !== '');
}

/** The keys that secrets mean; a reason when there is none, or one that is not written as the scheme wants. */
export function keysOf(
  scheme: Parameters<typeof keyOf>[0],
  secrets: readonly string[],
): Key[] | { reason: Reason } {
  if (secrets.length === 0) return { reason: 'no_secret' };
  if (secrets.length > secretsMax) return { reason: 'bad_secret' };
  const keys = secrets.map((secret) => keyOf(scheme, secret)).filter((key) => key !== null);
  return keys.length < secrets.length ? { reason: 'bad_secret' } : keys;
}

/** Reads one value that may stand there once at most; a reason when it is absent or there twice. */
export function only(
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
  /** Signatures for the scheme's own keys and for `whsk_` and `whpk_` ones, without their prefixes. */
  plain: string[];
  ed25519: string[];
  /** The timestamp, when it is one of the entries. */
  timestamp: string | null;
}

/** A scheme whose own algorithm is ed25519 has no other list. */
function listOf({ algorithm }: Scheme, { kind }: Key): 'plain' | 'ed25519' {
  return algorithm !== 'ed25519' && (kind === 'private' || kind === 'public') ? 'ed25519' : 'plain';
}

function tokenOf(text: string): Listed {
  return { plain: [text], ed25519: [], timestamp: null };
}

const macBytes = { 'hmac-sha1': 20, 'hmac-sha256': 32, 'hmac-sha512': 64, sha256: 32 };
/** More than an RSA signature of 8192 bits takes. */
const signatureChars = 1500;

/** Whether a text can be a signature: right length, right alphabet, one way to write it. */
export function isWellFormed(
  text: string,
  { algorithm, encoding }: Pick<Scheme, 'algorithm' | 'encoding'>,
): boolean {
  if (algorithm === 'ed25519')
    // What is decoded before it is checked may be written in either case.
    return encoding === 'hex' ? /^[0-9a-fA-F]{128}$/.test(text) : isBase64Of(text, 64);
  if (algorithm === 'token' || isPublic(algorithm)) {
    const bytes = text.length > signatureChars ? null : encoding === 'hex' ? fromHex(text) : fromBase64(text);
    return bytes !== null && bytes.length > 0;
  }
  const bytes = macBytes[algorithm];
  return encoding === 'hex' ? text.length === 2 * bytes && /^[0-9a-f]+$/.test(text) : isBase64Of(text, bytes);
}

function isBase64Of(text: string, byteCount: number): boolean {
  return text.length === Math.ceil(byteCount / 3) * 4 && fromBase64(text)?.length === byteCount;
}

/** Takes a signature's place apart by the scheme's one grammar; anything else is a reason. */
function readSignatures(scheme: Scheme, text: string): Listed | { reason: Reason } {
  const { prefix = '', separator, ed25519Prefix, timestamp } = scheme;
  const listed: Listed = { plain: [], ed25519: [], timestamp: null };
  let malformed = 0;
  // One more than can be accepted is enough to know that there are too many.
  const entries = separator === undefined ? [text] : text.split(separator, signaturesMax + 2);
  for (const entry of entries) {
    if (!/^[\x21-\x7e]+$/.test(entry) || isJoined(entry, scheme)) return { reason: 'malformed_signature' };
    if (timestamp?.prefix !== undefined && entry.startsWith(timestamp.prefix)) {
      if (listed.timestamp !== null) return { reason: 'duplicate_header' };
      listed.timestamp = entry.slice(timestamp.prefix.length);
    } else if (ed25519Prefix !== undefined && entry.startsWith(ed25519Prefix)) {
      const signature = entry.slice(ed25519Prefix.length);
      if (isBase64Of(signature, 64)) listed.ed25519.push(signature);
      else malformed += 1;
    } else if (entry.startsWith(prefix)) {
      const signature = entry.slice(prefix.length);
      if (isWellFormed(signature, scheme)) listed.plain.push(signature);
      else malformed += 1;
    } else if (separator === undefined) return { reason: 'malformed_signature' };
  }
  const others = entries.length - (listed.timestamp === null ? 0 : 1);
  if (others > signaturesMax) return { reason: 'too_many_signatures' };
  // A wrong entry takes nothing from a right one beside it.
  return malformed > 0 && listed.plain.length + listed.ed25519.length === 0
    ? { reason: 'malformed_signature' }
    : listed;
}

/** Whether an entry ends as two headers do that something on the way made one of. */
function isJoined(entry: string, { separator, prefix = '' }: Scheme): boolean {
  return separator !== ',' && entry.startsWith(prefix) && /[,;]/.test(entry.slice(prefix.length));
}

/** What is signed, and when it was: judged before any signature is looked at. */
function readSigned(
  scheme: Scheme,
  listed: Listed,
  input: VerifyInput,
): { parts: Part[]; timestampS: number | null } | { reason: Reason } {
  const { timestamp: rule, id: idPlace } = scheme;
  let timestamp = '';
  let timestampS: number | null = null;
  if (rule !== undefined) {
    const given =
      rule.prefix === undefined ? only(rule.place, input, 'missing_timestamp') : listedTimestamp(listed);
    if ('reason' in given) return given;
    const judged = judgeTimestamp(rule, given.value, input);
    if ('reason' in judged) return judged;
    timestamp = given.value;
    timestampS = judged.atS;
  }
  let id = '';
  if (idPlace !== undefined && scheme.message.includes('{id}')) {
    const given = only(idPlace, input, 'missing_id');
    if ('reason' in given) return given;
    id = given.value;
  }
  const { method = 'POST', url = '', fields = {} } = input;
  const from = {
    id,
    timestamp,
    method,
    url: fields.notificationUrl ?? url,
    body: input.body,
    request: input,
  };
  const parts = messageOf(scheme, from);
  return parts === null ? { reason: 'missing_part' } : { parts, timestampS };
}

function listedTimestamp({ timestamp }: Listed): { value: string } | { reason: Reason } {
  return timestamp === null ? { reason: 'missing_timestamp' } : { value: timestamp };
}

const digits = {
  s: /^\d{1,12}$/,
  ms: /^\d{1,15}$/,
  rfc3339: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/,
};

/** When a request was signed, if that is near enough to the moment of receipt. */
export function judgeTimestamp(
  rule: Omit<TimestampRule, 'place'>,
  text: string,
  { nowS, toleranceS }: Pick<VerifyInput, 'nowS' | 'toleranceS'>,
): { atS: number } | { reason: Reason } {
  const { unit } = rule;
  if (!digits[unit].test(text)) return { reason: 'malformed_timestamp' };
  const atS = unit === 's' ? Number(text) : (unit === 'ms' ? Number(text) : Date.parse(text)) / 1000;
  if (Number.isNaN(atS)) return { reason: 'malformed_timestamp' };
  const pastS = toleranceS ?? rule.toleranceS;
  if (pastS === null) return { atS };
  // Written so that a clock that is no number refuses everything.
  if (!(nowS - atS <= pastS)) return { reason: 'too_old' };
  if (!(atS - nowS <= (toleranceS ?? rule.futureS ?? pastS))) return { reason: 'too_new' };
  return { atS };
}

function proofOf(
  scheme: Scheme,
  { key, secret }: { key: Key; secret: number },
  listed: Listed,
  parts: readonly Part[],
): Proof {
  const { algorithm, encoding } = scheme;
  if (listOf(scheme, key) === 'ed25519') {
    const signatures = listed.ed25519.map((text) => fromBase64(text)!);
    return { secret, kind: 'public', algorithm: 'ed25519', key, parts, signatures };
  }
  return ownProof({ algorithm, encoding, key, secret, parts, signatures: listed.plain });
}

/** The proof that well-formed signatures over some parts are for one key. */
export function ownProof({
  algorithm,
  encoding,
  key,
  secret,
  parts,
  signatures,
}: Pick<Scheme, 'algorithm' | 'encoding'> & {
  key: Key;
  secret: number;
  parts: readonly Part[];
  signatures: readonly string[];
}): Proof {
  if (algorithm === 'token')
    return { secret, kind: 'text', expected: new TextDecoder().decode(key.bytes), signatures };
  if (algorithm === 'sha256')
    return { secret, kind: 'digest', parts: [key.bytes, ...parts], encoding, signatures };
  if (!isPublic(algorithm)) return { secret, kind: 'mac', algorithm, key, parts, encoding, signatures };
  const decoded = signatures.map((text) => (encoding === 'hex' ? fromHex(text)! : fromBase64(text)!));
  return { secret, kind: 'public', algorithm, key, parts, signatures: decoded };
}
