import { placeOf } from '../../../sdk/message.ts';
import type { Algorithm, Encoding, KeyEncoding, Place, Scheme, TimestampRule } from '../../../sdk/scheme.ts';
import { durationForm, parseDuration } from '../duration.ts';
import type { Problem } from '../errors.ts';
import * as limits from '../limits/wire.ts';

const algorithms: readonly Algorithm[] = [
  'hmac-sha256',
  'hmac-sha1',
  'hmac-sha512',
  'sha256',
  'token',
  'ed25519',
  'rsa-sha1',
  'rsa-sha256',
  'ecdsa-sha1',
  'ecdsa-sha256',
];
const keyEncodings: readonly KeyEncoding[] = ['utf8', 'base64', 'hex'];
const encodings: readonly Encoding[] = ['hex', 'base64'];
const messageFields = ['{id}', '{timestamp}', '{method}', '{url}', '{body}', '{crc32}'];
const placeFields = ['{header:NAME}', '{body:POINTER}', '{query:NAME}', '{form:NAME}'];

/** A header name as RFC 9110 has it, short enough to be one. */
export const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

/** An object that came in, or null for anything else. */
export function asObject(value: unknown): Record<string, unknown> | null {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** Members of `object` that `known` doesn't have: mistyped options must not pass for left-out ones. */
export function unknownMembers(
  object: Record<string, unknown>,
  known: readonly string[],
  at: string,
): Problem[] {
  const unknown = Object.keys(object).filter((name) => !known.includes(name));
  return unknown.map((name) => ({
    pointer: `${at}/${name}`,
    detail: `is not known here; known: ${known.join(', ')}`,
  }));
}

class Reading {
  readonly problems: Problem[] = [];

  problem(pointer: string, detail: string): void {
    this.problems.push({ pointer, detail });
  }

  text(value: unknown, at: string, pattern: RegExp, wanted: string): string | undefined {
    if (typeof value === 'string' && value.length <= limits.wirePartChars && pattern.test(value))
      return value;
    this.problem(at, `must be ${wanted}`);
    return undefined;
  }

  oneOf<T extends string>(value: unknown, at: string, choices: readonly T[]): T | undefined {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) this.problem(at, `must be one of ${choices.join(', ')}`);
    return found;
  }

  place(value: unknown, at: string): Place | undefined {
    const entries = Object.entries(asObject(value) ?? {});
    const [name, text] = entries[0] ?? [];
    if (entries.length === 1 && typeof text === 'string' && text.length <= limits.wirePartChars) {
      if (name === 'header' && headerName.test(text)) return { header: text.toLowerCase() };
      if (name === 'body' && /^(\/.*)?$/s.test(text)) return { body: text };
      if (name === 'query' && text !== '') return { query: text };
      if (name === 'form' && text !== '') return { form: text };
    }
    this.problem(at, 'must be {"header":NAME}, {"body":JSON pointer}, {"query":NAME} or {"form":NAME}');
    return undefined;
  }

  message(value: unknown, at: string): string[] | undefined {
    const fields = [...messageFields, ...placeFields].join(', ');
    const wanted = `must be a list of 1–${limits.wireParts} texts, each ${fields} or fixed text`;
    if (!Array.isArray(value) || value.length < 1 || value.length > limits.wireParts) {
      this.problem(at, wanted);
      return undefined;
    }
    for (const [place, part] of value.entries()) {
      const fits = typeof part === 'string' && part !== '' && part.length <= limits.wirePartChars;
      // Text in braces that is no field is a slip of the pen, not something to sign.
      if (!fits || (/[{}]/.test(part) && !messageFields.includes(part) && !this.isPlaceField(part, at)))
        this.problem(`${at}/${place}`, wanted);
    }
    if (!value.includes('{body}'))
      this.problem(at, 'must hold {body}: a signature that leaves it out proves nothing about it');
    return value as string[];
  }

  noMessage(value: unknown, at: string): string[] | undefined {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
    this.problem(at, 'must be left out or empty: a token is the secret itself and signs nothing');
    return undefined;
  }

  /** Whether a part of a message is a place that is written as places are. */
  isPlaceField(part: string, at: string): boolean {
    const place = placeOf(part);
    return place !== null && new Reading().place(place, at) !== undefined;
  }

  tolerance(value: unknown, at: string): number | null {
    const ms = value === null ? null : parseDuration(value);
    if (value !== null && (ms === null || ms < 1000 || ms > limits.toleranceMaxMs))
      this.problem(at, `must be ${durationForm} from 1s to 24h, or null for any age`);
    return ms === null ? null : ms / 1000;
  }

  timestamp(value: unknown, at: string): TimestampRule | undefined {
    const input = asObject(value);
    if (input === null) {
      this.problem(at, 'must be an object {place,unit,tolerance}');
      return undefined;
    }
    const known = ['place', 'prefix', 'unit', 'tolerance', 'futureTolerance'];
    this.problems.push(...unknownMembers(input, known, at));
    const place = this.place(input.place, `${at}/place`);
    const unit = this.oneOf(input.unit ?? 's', `${at}/unit`, ['s', 'ms', 'rfc3339'] as const);
    const tolerance = input.tolerance === undefined ? '5m' : input.tolerance;
    const rule: Partial<TimestampRule> = { toleranceS: this.tolerance(tolerance, `${at}/tolerance`) };
    if (input.futureTolerance !== undefined) {
      const futureS = this.tolerance(input.futureTolerance, `${at}/futureTolerance`);
      if (futureS !== null) rule.futureS = futureS;
    }
    if (input.prefix !== undefined) {
      const prefix = this.text(input.prefix, `${at}/prefix`, /^[\x21-\x7e]+$/, 'visible ASCII characters');
      if (prefix !== undefined) rule.prefix = prefix;
    }
    return place && unit ? { ...rule, place, unit, toleranceS: rule.toleranceS ?? null } : undefined;
  }
}

/** Reads a place: an object as schemes have it, or a text that is a JSON pointer into the body; `at` is where it stands in the request. */
export function parsePlace(value: unknown, at: string): { place: Place } | { problems: Problem[] } {
  const read = new Reading();
  const place = read.place(typeof value === 'string' ? { body: value } : value, at);
  return place === undefined ? { problems: read.problems } : { place };
}

/** Reads a scheme in the grammar of contract §6; `at` is where it stands in the request, for the problems' pointers. */
export function parseScheme(value: unknown, at: string): { scheme: Scheme } | { problems: Problem[] } {
  const input = asObject(value);
  if (input === null)
    return { problems: [{ pointer: at, detail: 'must be an object in the grammar of schemes' }] };
  const read = new Reading();
  const known =
    'place prefix separator message algorithm keyEncoding encoding timestamp id type ed25519Prefix'.split(
      ' ',
    );
  read.problems.push(...unknownMembers(input, known, at));
  const place = read.place(input.place, `${at}/place`);
  const algorithm = read.oneOf(input.algorithm ?? 'hmac-sha256', `${at}/algorithm`, algorithms);
  const message =
    algorithm === 'token'
      ? read.noMessage(input.message, `${at}/message`)
      : read.message(input.message, `${at}/message`);
  const keyEncoding = read.oneOf(input.keyEncoding ?? 'utf8', `${at}/keyEncoding`, keyEncodings);
  const encoding = read.oneOf(input.encoding ?? 'hex', `${at}/encoding`, encodings);
  const more: Partial<Scheme> = {};
  for (const name of ['prefix', 'ed25519Prefix'] as const) {
    if (input[name] === undefined) continue;
    const text = read.text(input[name], `${at}/${name}`, /^[\x21-\x7e]*$/, 'visible ASCII characters');
    if (text !== undefined) more[name] = text;
  }
  if (input.separator !== undefined) {
    const text = read.text(
      input.separator,
      `${at}/separator`,
      /^[\x20-\x7e]+$/,
      'printable ASCII characters',
    );
    if (text !== undefined) more.separator = text;
  }
  if (input.timestamp !== undefined) {
    const rule = read.timestamp(input.timestamp, `${at}/timestamp`);
    if (rule !== undefined) more.timestamp = rule;
  }
  for (const name of ['id', 'type'] as const) {
    if (input[name] === undefined) continue;
    const found = read.place(input[name], `${at}/${name}`);
    if (found !== undefined) more[name] = found;
  }
  if (read.problems.length === 0 && place && message && algorithm && keyEncoding && encoding) {
    const scheme: Scheme = { place, message, algorithm, keyEncoding, encoding, ...more };
    const problems = contradictions(scheme, at);
    return problems.length === 0 ? { scheme } : { problems };
  }
  return { problems: read.problems };
}

/** What single members can't show: parts that need or exclude each other. */
function contradictions(scheme: Scheme, at: string): Problem[] {
  const problems: Problem[] = [];
  const problem = (pointer: string, detail: string) => problems.push({ pointer: at + pointer, detail });
  const { timestamp, place } = scheme;
  if (scheme.message.includes('{timestamp}') && timestamp === undefined) {
    problem('/timestamp', 'is needed because the message holds {timestamp}');
  }
  if (scheme.message.includes('{id}') && scheme.id === undefined) {
    problem('/id', 'is needed because the message holds {id}');
  }
  if (timestamp === undefined) return problems;
  const isSamePlace = JSON.stringify(timestamp.place) === JSON.stringify(place);
  if (isSamePlace !== (timestamp.prefix !== undefined)) {
    problem('/timestamp/prefix', "goes with the signature's own place: give both or neither");
  } else if (isSamePlace && scheme.separator === undefined) {
    problem('/separator', 'is needed to tell timestamp and signatures apart');
  }
  return problems;
}
