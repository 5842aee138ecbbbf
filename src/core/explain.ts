import { toHex } from '../../sdk/encoding.ts';
import { valuesAt } from '../../sdk/place.ts';
import { readRequest } from '../../sdk/read.ts';
import type { Proof, Reading, Reason } from '../../sdk/reading.ts';
import type { AnyScheme, Crypto, Place, Scheme } from '../../sdk/scheme.ts';
import { verify } from '../../sdk/verify.ts';
import { type Cause, likelyCauses } from './explain-causes.ts';
import type { InboundRequest } from './inbound.ts';
import * as limits from './limits/bins.ts';
import type { Credentials, Preset } from './sources/preset.ts';
import { type Moment, verifyInputOf } from './sources/receive.ts';

/** One step of a verification, in the order they are taken. `ok` is null where it only says what was done. */
export interface Step {
  step: 'key' | 'signature' | 'timestamp' | 'bytes' | 'comparison';
  ok: boolean | null;
  detail: string;
}

/** Why a signature holds or not. Holds no secret. */
export interface Explanation {
  valid: boolean;
  reason: Reason | null;
  detail: string | null;
  steps: Step[];
  /** The bytes that are signed, as far as they could be put together: how many, their hash, and their beginning as text. */
  signed: { bytes: number; sha256: string; text: string } | null;
  /** Signatures that would have been right, one for each secret; none where only the provider can make them or where it is the secret itself. */
  expected: string[];
  /** What came where the signature should be. */
  received: string[];
  /** What went wrong, likeliest first; nothing when it is valid. */
  likely: Cause[];
}

/**
 * A verification step by step: which key, which signature, which timestamp, which bytes, expected and received; and, when it does not
 * hold, what most likely went wrong. Never throws for anything a stranger can send; bounded by `limits.explainBytes`.
 */
export function explain(
  preset: Preset,
  request: InboundRequest,
  credentials: Credentials & Moment,
  crypto: Crypto,
): Explanation {
  const { scheme } = preset;
  const input = verifyInputOf(preset, request, credentials);
  const verdict = verify(scheme, input, crypto);
  // Whatever the time is, to see what else there is to see.
  const timeless = { ...input, toleranceS: Number.POSITIVE_INFINITY };
  const reading = 'read' in scheme ? scheme.read(timeless) : readRequest(scheme, timeless);
  const proofs = 'checks' in reading ? reading.checks.flat() : [];
  const reason = verdict.valid ? null : verdict.reason;
  const parts = proofs.find((proof) => 'parts' in proof);
  const signed = parts !== undefined && 'parts' in parts ? signedOf(parts.parts, crypto) : null;
  const expected = [...new Set(proofs.flatMap((proof) => expectedOf(scheme, proof, crypto)))];
  const received = receivedOf(scheme, timeless, proofs);
  return {
    valid: verdict.valid,
    reason,
    detail: verdict.valid ? null : verdict.detail,
    steps: [
      keyStep(preset, credentials, reason),
      signatureStep(scheme, received, reason),
      ...timestampSteps(scheme, reading, credentials.nowS, reason),
      ...(signed === null ? [] : [bytesStep(scheme, signed)]),
      ...(proofs.length === 0 ? [] : [comparisonStep(verdict.valid || isTime(reason), expected, received)]),
    ],
    signed,
    expected,
    received,
    likely: reason === null ? [] : likelyCauses(preset, input, reason, crypto),
  };
}

function isTime(reason: Reason | null): boolean {
  return reason === 'too_old' || reason === 'too_new';
}

function keyStep(preset: Preset, { secrets, fields }: Credentials, reason: Reason | null): Step {
  const { scheme } = preset;
  const form = 'read' in scheme ? scheme.keyForm : scheme;
  const detail =
    preset.secret === null && secrets.length === 0
      ? `${preset.name} has no secret${Object.keys(fields).length > 0 ? '; its fields take its place' : ''}.`
      : `${secrets.length === 1 ? 'One secret' : `${secrets.length} secrets`}, ${keyWords(form)}.`;
  return { step: 'key', ok: !['no_secret', 'bad_secret', 'missing_field'].includes(reason ?? ''), detail };
}

function keyWords(form: Pick<Scheme, 'algorithm' | 'keyEncoding'> | undefined): string {
  if (form === undefined || form.algorithm === 'token') return 'compared as it is';
  const how = {
    utf8: 'the characters of the secret are the key, whatever they look like',
    base64: 'the key is the secret decoded from base64, without a leading whsec_',
    hex: 'the key is the secret decoded from hex',
  };
  return `for ${form.algorithm}: ${how[form.keyEncoding]}`;
}

/** Where a place is, in words. */
export function placeText(place: Place): string {
  const [[kind, name] = ['', '']] = Object.entries(place);
  return kind === 'body' ? `${name} in the body` : `${kind} ${name}`;
}

function signatureStep(scheme: AnyScheme, received: readonly string[], reason: Reason | null): Step {
  const where = 'read' in scheme ? 'where this scheme has it' : `in ${placeText(scheme.place)}`;
  const wrong = ['missing_signature', 'malformed_signature', 'too_many_signatures', 'unknown_version'];
  const ok = !wrong.includes(reason ?? '') && reason !== 'duplicate_header';
  if (received.length === 0)
    return { step: 'signature', ok, detail: `Looked for ${where}: nothing is there.` };
  const form = 'read' in scheme ? '' : `, as ${scheme.prefix ?? ''}<${scheme.encoding}>`;
  return { step: 'signature', ok, detail: `Looked for ${where}${form}; found ${received.join(' ')}` };
}

function timestampSteps(scheme: AnyScheme, reading: Reading, nowS: number, reason: Reason | null): Step[] {
  const rule = 'read' in scheme ? undefined : scheme.timestamp;
  const ok = !isTime(reason) && reason !== 'missing_timestamp' && reason !== 'malformed_timestamp';
  const atS = 'checks' in reading ? reading.timestampS : null;
  if (atS === null) {
    if (rule === undefined && ok) return [];
    const detail =
      rule === undefined
        ? 'No timestamp could be read.'
        : `Looked for it in ${placeText(rule.place)}, in ${{ s: 'seconds', ms: 'milliseconds', rfc3339: 'RFC 3339' }[rule.unit]}: none could be read.`;
    return [{ step: 'timestamp', ok: ok ? null : false, detail }];
  }
  const ageS = Math.round(nowS - atS);
  const most = rule?.toleranceS == null ? '' : `; at most ${rule.toleranceS} s are allowed`;
  const age = ageS >= 0 ? `${ageS} s before it came` : `${-ageS} s after it came`;
  const at =
    Number.isFinite(atS * 1000) && Math.abs(atS) < 8e12 ? new Date(atS * 1000).toISOString() : String(atS);
  return [{ step: 'timestamp', ok, detail: `Signed at ${at}, ${age}${most}.` }];
}

function bytesStep(scheme: AnyScheme, signed: NonNullable<Explanation['signed']>): Step {
  const made = 'read' in scheme ? '' : `, put together as ${scheme.message.join('')}`;
  return {
    step: 'bytes',
    ok: null,
    detail: `Signed are ${signed.bytes} bytes${made}; their SHA-256 is ${signed.sha256}.`,
  };
}

function comparisonStep(ok: boolean, expected: readonly string[], received: readonly string[]): Step {
  if (expected.length === 0)
    return { step: 'comparison', ok, detail: ok ? 'It fits.' : 'What came does not fit.' };
  const detail = `Expected ${expected.join(' or ')}, received ${received.join(' ') || 'nothing'}: ${ok ? 'the same' : 'not the same'}.`;
  return { step: 'comparison', ok, detail };
}

const encoder = new TextEncoder();

function signedOf(
  parts: readonly (string | Uint8Array)[],
  crypto: Crypto,
): NonNullable<Explanation['signed']> {
  const all = parts.map((part) => (typeof part === 'string' ? encoder.encode(part) : part));
  const bytes = all.reduce((sum, part) => sum + part.length, 0);
  let text = '';
  for (const part of all)
    text += new TextDecoder().decode(part.subarray(0, Math.max(0, limits.explainTextChars - text.length)));
  return { bytes, sha256: toHex(crypto.sha256(all)), text };
}

function expectedOf(scheme: AnyScheme, proof: Proof, crypto: Crypto): string[] {
  const prefix = 'read' in scheme ? '' : (scheme.prefix ?? '');
  if (proof.kind === 'mac')
    return [prefix + crypto.hmac(proof.algorithm, proof.key, proof.parts, proof.encoding)];
  if (proof.kind === 'digest' && proof.encoding === 'hex')
    return [prefix + toHex(crypto.sha256(proof.parts))];
  return [];
}

/** The signature as it stands in the request; a token is the secret itself and is not shown. */
function receivedOf(
  scheme: AnyScheme,
  input: Parameters<typeof readRequest>[1],
  proofs: readonly Proof[],
): string[] {
  if ('read' in scheme)
    return proofs.flatMap((proof) =>
      proof.kind === 'mac' || proof.kind === 'digest' ? proof.signatures : [],
    );
  if (scheme.algorithm === 'token') return [];
  return valuesAt(scheme.place, input).map((value) => value.slice(0, limits.explainTextChars));
}
