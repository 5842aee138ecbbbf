import { fromBase64 } from '../../sdk/encoding.ts';
import { jsonOf, type ReceivedHeaders, type ReceivedRequest } from '../../sdk/place.ts';
import type { Crypto } from '../../sdk/scheme.ts';
import { schemes } from '../../sdk/schemes.ts';
import { type SignInput, sign } from '../../sdk/sign.ts';
import { SurehookError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import { parseScheme } from './profiles/scheme-input.ts';
import type { Credentials, Preset } from './sources/preset.ts';
import { presetNamed, presetOf } from './sources/presets.ts';
import { verifyRequest } from './sources/receive.ts';

export type { Crypto, Key, Part } from '../../sdk/scheme.ts';
export type { SignInput } from '../../sdk/sign.ts';

/** What came of looking at a request: `reason` and `detail` are null when it is valid. */
export interface Judgement {
  valid: boolean;
  reason: string | null;
  detail: string | null;
}

/**
 * What is known of a scheme by its name, or of one that is described in JSON (contract §6); else why that won't do, in words for
 * those who named it.
 */
export function presetFor(text: string): { preset: Preset } | { problem: string; detail: string } {
  const preset = presetNamed(text);
  if (preset !== undefined) return { preset };
  const known = Object.keys(schemes);
  if (!text.startsWith('{'))
    return {
      problem: `unknown scheme ${JSON.stringify(text)}`,
      detail: `${didYouMean(text, known)} Known schemes: ${known.join(', ')}.`.trimStart(),
    };
  const read = parseScheme(jsonOf(new TextEncoder().encode(text)), '');
  if ('scheme' in read) return { preset: presetOf(read.scheme) };
  const { pointer, detail } = read.problems[0]!;
  return { problem: 'not a scheme', detail: `${pointer === '' ? 'The scheme' : pointer} ${detail}.` };
}

/**
 * Verifies a request under a scheme as `presetFor` takes it. Never throws; a scheme nobody knows is a reason, too. `certificate` is the
 * PEM of what the address answers that a request names as its certificate's, once that is known for one of the provider.
 */
export function verifyAs(
  scheme: string,
  input: ReceivedRequest & Credentials & { nowS: number },
  crypto: Crypto,
  certificate?: string,
): Judgement {
  const known = presetFor(scheme);
  if ('problem' in known) return { valid: false, reason: known.problem, detail: known.detail };
  const { preset } = known;
  let result = verifyRequest(preset, input, input, crypto);
  if (!result.valid && result.certificateUrl !== undefined && certificate !== undefined) {
    const certificates = { [result.certificateUrl]: certificate };
    result = verifyRequest(preset, input, { ...input, certificates }, crypto);
  }
  return result.valid
    ? { valid: true, reason: null, detail: null }
    : { valid: false, reason: result.reason, detail: result.detail };
}

/** Headers that sign a body under a scheme as `presetFor` takes it; `invalid` when that or the input won't do. */
export function signAs(scheme: string, input: SignInput, crypto: Crypto): Record<string, string> {
  const known = presetFor(scheme);
  if ('problem' in known) throw new SurehookError('invalid', `${known.problem}: ${known.detail}`);
  try {
    return sign(known.preset.scheme, input, crypto);
  } catch (error) {
    throw new SurehookError('invalid', error instanceof Error ? error.message : String(error));
  }
}

/** One line of a test-vector run. */
export interface VectorResult {
  id: string;
  expected: boolean;
  valid: boolean;
  reason: string | null;
}

/** A test vector as the files write it; what is not listed here is ignored. */
interface Vector {
  id?: string;
  scheme?: string;
  profile?: string;
  secret?: string | null;
  additionalSecrets?: string[];
  publicKey?: string;
  /** What schemes need besides, each under the name it has where it comes from. */
  publicKeyId?: string;
  webhookId?: string;
  /** The certificate, wherever the request says it is. */
  certPem?: string;
  toleranceSeconds?: number;
  headers?: ReceivedHeaders;
  rawBodyBase64?: string;
  body?: string;
  method?: string;
  url?: string;
  now?: number | null;
  valid?: boolean;
}

/** Judges entry number `place` of a file of test vectors. Entries without an id are named by their place. */
export function judgeVector(entry: unknown, place: number, crypto: Crypto): VectorResult {
  const vector: Vector = entry !== null && typeof entry === 'object' ? entry : {};
  const body =
    typeof vector.rawBodyBase64 === 'string'
      ? fromBase64(vector.rawBodyBase64)
      : new TextEncoder().encode(vector.body ?? '');
  const line = { id: vector.id ?? String(place), expected: vector.valid === true };
  if (body === null) return { ...line, valid: false, reason: 'rawBodyBase64 is not base64' };
  const secrets = [vector.secret, ...(vector.additionalSecrets ?? []), vector.publicKey].filter(
    (secret) => typeof secret === 'string',
  );
  const request = {
    headers: vector.headers ?? {},
    body,
    method: vector.method ?? 'POST',
    url: vector.url ?? '',
    secrets,
    fields: fieldsOf(vector),
    // A scheme without a rule for freshness never looks at it.
    nowS: vector.now ?? 0,
  };
  const name = vector.scheme ?? vector.profile ?? '';
  const { valid, reason } = verifyAs(name, request, crypto, vector.certPem);
  return { ...line, valid, reason };
}

function fieldsOf({ publicKeyId, webhookId, toleranceSeconds }: Vector): Record<string, string> {
  return {
    ...(publicKeyId === undefined ? {} : { publicKey: publicKeyId }),
    ...(webhookId === undefined ? {} : { webhookId }),
    ...(toleranceSeconds === undefined ? {} : { tolerance: `${toleranceSeconds}s` }),
  };
}
