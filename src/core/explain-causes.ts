import { fromBase64, toHex } from '../../sdk/encoding.ts';
import { isPublic } from '../../sdk/key.ts';
import type { Reason, VerifyInput } from '../../sdk/reading.ts';
import type { AnyScheme, Crypto, Mac, Scheme } from '../../sdk/scheme.ts';
import { verify } from '../../sdk/verify.ts';
import { bodyVariants, bodyWithout } from './explain-bodies.ts';
import * as limits from './limits/bins.ts';
import type { Preset } from './sources/preset.ts';
import { presets } from './sources/presets.ts';

/** What can go wrong between a sender's key and our comparison, each under one name. */
export type CauseName =
  | 'body_reserialised'
  | 'body_cut'
  | 'body_reencoded'
  | 'wrong_secret'
  | 'secret_decoded'
  | 'secret_not_decoded'
  | 'prefix_left_on'
  | 'prefix_dropped'
  | 'hex_for_base64'
  | 'base64_for_hex'
  | 'wrong_header'
  | 'clock_off'
  | 'stale'
  | 'other_scheme';

/** A mistake that explains what came. `isProven`: with just this mistake the signature holds; else it is what remains. */
export interface Cause {
  cause: CauseName;
  detail: string;
  isProven: boolean;
}

/** One mistake as data: what would have to be different for the signature to hold. */
interface Guess {
  cause: CauseName;
  detail: string;
  scheme?: AnyScheme;
  input?: Partial<VerifyInput>;
}

/** What most likely went wrong with a request that was refused for this reason: mistakes that are tried one by one and hold, else what remains. */
export function likelyCauses(preset: Preset, given: VerifyInput, reason: Reason, crypto: Crypto): Cause[] {
  const input = { ...given, toleranceS: Number.POSITIVE_INFINITY };
  const holds = ({ scheme = preset.scheme, input: changed = {} }: Guess): boolean =>
    verify(scheme, { ...input, ...changed }, crypto).valid;
  const time = timeCause(reason);
  if (time !== null && holds(time)) return [time];
  const isLarge = input.body.length > limits.explainBytes;
  const proven = isLarge ? [] : provenOf(guessesOf(preset, input), holds);
  if (time === null) return proven.length > 0 ? proven : remaining(preset, input, reason);
  return [time, ...(proven.length > 0 ? proven : remaining(preset, input, 'mismatch'))];
}

function timeCause(reason: Reason): Cause | null {
  if (reason === 'too_old') {
    const detail =
      'It was signed too long ago: it was sent again as it was instead of being signed anew, it waited on the way, or the clock of the sender is slow.';
    return { cause: 'stale', detail, isProven: true };
  }
  if (reason !== 'too_new') return null;
  const detail = 'It was signed in the future: the clock of the sender is fast, or ours is slow.';
  return { cause: 'clock_off', detail, isProven: true };
}

/** One of a name is enough. */
function provenOf(guesses: Iterable<Guess>, holds: (guess: Guess) => boolean): Cause[] {
  const found = new Map<CauseName, Cause>();
  for (const guess of guesses) {
    const { cause, detail } = guess;
    if (!found.has(cause) && holds(guess)) found.set(cause, { cause, detail, isProven: true });
  }
  return [...found.values()];
}

function* guessesOf(preset: Preset, input: VerifyInput): Iterable<Guess> {
  const { scheme } = preset;
  if (!('read' in scheme)) yield* guessesOfTable(scheme, input);
  for (const secret of input.secrets) {
    for (const changed of [secret.trim(), `${secret}\n`])
      if (changed !== secret)
        yield {
          cause: 'wrong_secret',
          detail: 'The secret has white space around it on one side.',
          input: { secrets: [changed] },
        };
  }
  for (const { cause, detail, body } of bodyVariants(input.body)) yield { cause, detail, input: { body } };
  for (const other of presets) {
    if (other.scheme === scheme || other.secret === null) continue;
    const detail = `It is signed as ${other.title} signs (scheme ${other.name}), with the same secret.`;
    yield { cause: 'other_scheme', detail, scheme: other.scheme };
  }
}

function* guessesOfTable(scheme: Scheme, input: VerifyInput): Iterable<Guess> {
  const keys = [...keyGuesses(scheme, input)];
  yield* keys;
  const writings = [...writingGuesses(scheme)];
  yield* writings;
  // Who takes the key for something else often writes the signature otherwise, too.
  for (const key of keys)
    for (const writing of writings)
      if (key.scheme !== undefined && writing.scheme !== undefined)
        yield {
          ...key,
          detail: `${key.detail} ${writing.detail}`,
          scheme: { ...writing.scheme, keyEncoding: 'hex' } as Scheme,
        };
  yield* headerGuesses(scheme, input);
  yield* messageGuesses(scheme);
}

/** The key taken for something else. Keys are given as hex, so that any bytes can be one. */
function* keyGuesses(scheme: Scheme, { secrets }: VerifyInput): Iterable<Guess> {
  if (isPublic(scheme.algorithm) || scheme.algorithm === 'token') return;
  const guess = (cause: CauseName, detail: string, bytes: Uint8Array | null): Guess[] =>
    bytes === null || bytes.length === 0
      ? []
      : [{ cause, detail, scheme: { ...scheme, keyEncoding: 'hex' }, input: { secrets: [toHex(bytes)] } }];
  const encoder = new TextEncoder();
  for (const secret of secrets) {
    const bare = secret.replace(/^whsec_/, '');
    const text = encoder.encode(bare);
    if (scheme.keyEncoding === 'utf8') {
      const decoded = 'The sender takes the secret decoded from';
      yield* guess(
        'secret_decoded',
        `${decoded} base64 as its key; this scheme takes its characters.`,
        fromBase64(bare),
      );
      if (/^(?:[0-9a-fA-F]{2})+$/.test(bare))
        yield* guess(
          'secret_decoded',
          `${decoded} hex as its key; this scheme takes its characters.`,
          hexBytes(bare),
        );
      if (bare !== secret)
        yield* guess(
          'prefix_dropped',
          'The sender leaves out the whsec_ of the secret; here it belongs to the key.',
          text,
        );
      else
        yield* guess(
          'prefix_left_on',
          'The sender takes whsec_ for a part of the secret.',
          encoder.encode(`whsec_${secret}`),
        );
      continue;
    }
    const wanted = `this scheme decodes it from ${scheme.keyEncoding}`;
    yield* guess(
      'secret_not_decoded',
      `The sender takes the characters of the secret as its key; ${wanted}.`,
      text,
    );
    const whole = encoder.encode(bare === secret ? `whsec_${secret}` : secret);
    yield* guess(
      'secret_not_decoded',
      `The sender takes the characters of the secret, whsec_ included, as its key; ${wanted}.`,
      whole,
    );
    yield* guess(
      'prefix_left_on',
      'The sender decodes the secret with the whsec_ still before it.',
      leniently(`whsec_${bare}`),
    );
  }
}

/** As lenient decoders do: both alphabets, and nothing is an error. */
function leniently(text: string): Uint8Array | null {
  const digits = text
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replaceAll(/[^A-Za-z0-9+/]/g, '');
  return fromBase64(digits.slice(0, digits.length - (digits.length % 4)));
}

function hexBytes(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, at) =>
    Number.parseInt(text.slice(2 * at, 2 * at + 2), 16),
  );
}

const signaturePrefixes = ['sha256=', 'sha1=', 'sha512=', 'v1,', 'v1=', 'v0='];

/** The signature written otherwise. */
function* writingGuesses(scheme: Scheme): Iterable<Guess> {
  if (scheme.algorithm === 'token' || isPublic(scheme.algorithm)) return;
  const encoding = scheme.encoding === 'hex' ? ('base64' as const) : ('hex' as const);
  const other = encoding === 'hex' ? 'hex_for_base64' : 'base64_for_hex';
  yield {
    cause: other,
    detail: `The signature is written in ${encoding}; this scheme writes ${scheme.encoding}.`,
    scheme: { ...scheme, encoding },
  };
  const { prefix, ...rest } = scheme;
  for (const each of [scheme.encoding, encoding]) {
    const also = each === scheme.encoding ? '' : `, and it is written in ${each}`;
    if (prefix !== undefined) {
      const detail = `The signature stands there without ${prefix} before it${also}.`;
      yield { cause: 'prefix_dropped', detail, scheme: { ...rest, encoding: each } };
    }
    for (const added of signaturePrefixes.filter((text) => text !== prefix)) {
      const detail = `The signature has ${added} before it, which this scheme does not have${also}.`;
      yield { cause: 'prefix_left_on', detail, scheme: { ...scheme, encoding: each, prefix: added } };
    }
  }
}

function* headerGuesses(scheme: Scheme, { headers }: VerifyInput): Iterable<Guess> {
  if (!Array.isArray(headers)) return;
  const flat = headers as readonly string[];
  const { prefix: _prefix, ...bare } = scheme;
  for (let at = 0; at + 1 < flat.length && at < 2 * limits.explainHeaders; at += 2) {
    const name = flat[at]!.toLowerCase();
    if ('header' in scheme.place && scheme.place.header === name) continue;
    const detail = `The signature is in the header ${name}; this scheme has it elsewhere.`;
    for (const each of [scheme, bare])
      yield { cause: 'wrong_header', detail, scheme: { ...each, place: { header: name } } };
  }
}

const units = ['s', 'ms', 'rfc3339'] as const;
const macs: readonly Mac[] = ['hmac-sha256', 'hmac-sha1', 'hmac-sha512'];

/** Signed is something else, or by something else. */
function* messageGuesses(scheme: Scheme): Iterable<Guess> {
  if (scheme.message.length > 1) {
    const detail = `Only the body was signed; this scheme signs ${scheme.message.join('')}.`;
    yield { cause: 'other_scheme', detail, scheme: { ...scheme, message: ['{body}'] } };
  }
  const { timestamp } = scheme;
  if (timestamp !== undefined)
    for (const unit of units)
      if (unit !== timestamp.unit)
        yield {
          cause: 'other_scheme',
          detail: `The timestamp is written in another unit (${unit}); this scheme writes ${timestamp.unit}.`,
          scheme: { ...scheme, timestamp: { ...timestamp, unit } },
        };
  for (const algorithm of macs)
    if (algorithm !== scheme.algorithm && !isPublic(scheme.algorithm) && scheme.algorithm !== 'token')
      yield {
        cause: 'other_scheme',
        detail: `It is signed by ${algorithm}; this scheme takes ${scheme.algorithm}.`,
        scheme: { ...scheme, algorithm },
      };
}

/** Nothing that was tried holds: what is left to look at. */
function remaining({ name, scheme }: Preset, { body }: VerifyInput, reason: Reason): Cause[] {
  const cause = (cause: CauseName, detail: string): Cause => ({ cause, detail, isProven: false });
  if (reason === 'no_secret' || reason === 'bad_secret')
    return [cause('wrong_secret', `The secret given here is missing or not written as ${name} writes it.`)];
  if (reason === 'missing_signature') {
    const place = 'read' in scheme || !('header' in scheme.place) ? null : scheme.place.header;
    const detail = `There is no signature where ${name} has it${place === null ? '' : ` (header ${place})`}: the sender signs by another scheme or not at all, or something on the way took the header off.`;
    return [
      cause('wrong_header', detail),
      cause('other_scheme', 'Another scheme would have its signature elsewhere.'),
    ];
  }
  if (reason !== 'mismatch') return [cause('other_scheme', `What came is not written as ${name} writes it.`)];
  const found = bodyWithout(body).map(({ cause: each, detail }) => cause(each, detail));
  const detail = 'It is well made, but by another secret than the ones known here, or over other bytes.';
  return [
    ...found.filter(({ cause: each }) => each !== 'body_reserialised'),
    cause('wrong_secret', detail),
    ...found.filter(({ cause: each }) => each === 'body_reserialised'),
  ];
}
