import { placeOf } from '../../../sdk/message.ts';
import type { Scheme } from '../../../sdk/scheme.ts';
import type { Endpoint } from '../endpoint.ts';
import { type Problem, SurehookError } from '../errors.ts';
import * as limits from '../limits/wire.ts';
import type { Envelope, Wire, WireOverride } from './profile.ts';
import { asObject, headerName, parseScheme, unknownMembers } from './scheme-input.ts';
import { profileNamed } from './table.ts';

const memberFields = ['{id}', '{type}', '{timestamp}', '{data}', '{signature}'];
const headerFields = /\{(?:id|uuid|type|time|account|reference)\}/g;
const refusedHeaders =
  /^(host|content-.*|transfer-encoding|connection|keep-alive|te|trailer|expect|upgrade|cookie|proxy-.*|surehook-.*)$/i;

/** The wire format of an endpoint: its profile's, each part replaced by the endpoint's own. `invalid` when there is no such profile. */
export function wireOf(endpoint: Pick<Endpoint, 'profile' | 'wire'>): Wire {
  const profile = profileNamed(endpoint.profile);
  if (profile === undefined) {
    throw new SurehookError(
      'invalid',
      `There is no profile ${JSON.stringify(endpoint.profile)}: give the endpoint another.`,
    );
  }
  return endpoint.wire === null ? profile.wire : { ...profile.wire, ...endpoint.wire };
}

/** The request headers, in lower case, that carry the event or prove its origin: those of templates and of the signature. */
export function carriedHeaders(wire: Wire): Set<string> {
  const names = new Set(Object.keys(wire.headers).map((name) => name.toLowerCase()));
  if (wire.signature !== null) for (const name of signedHeaders(wire.signature)) names.add(name);
  return names;
}

/** The headers that signing sets. */
export function signedHeaders(scheme: Scheme): string[] {
  const places = [
    scheme.place,
    scheme.timestamp?.place,
    scheme.message.includes('{id}') ? scheme.id : undefined,
  ];
  return places.flatMap((place) => (place !== undefined && 'header' in place ? [place.header] : []));
}

/**
 * Reads an endpoint's own parts of the wire format as the API takes them: `{envelope?,signature?,headers?}`, a signature in
 * the grammar of schemes, or null to sign nothing. Pointers of the problems begin with `/wire`.
 */
export function parseWireOverride(value: unknown): { wire: WireOverride } | { problems: Problem[] } {
  const input = asObject(value);
  if (input === null)
    return { problems: [{ pointer: '/wire', detail: 'must be {envelope?,signature?,headers?}' }] };
  const problems = unknownMembers(input, ['envelope', 'signature', 'headers'], '/wire');
  const wire: WireOverride = {};
  if (input.envelope !== undefined) {
    const read = parseEnvelope(input.envelope);
    if ('problems' in read) problems.push(...read.problems);
    else wire.envelope = read.envelope;
  }
  if (input.signature !== undefined) {
    const read = input.signature === null ? { scheme: null } : parseSendingScheme(input.signature);
    if ('problems' in read) problems.push(...read.problems);
    else wire.signature = read.scheme;
  }
  if (input.headers !== undefined) {
    const read = parseHeaders(input.headers);
    if ('problems' in read) problems.push(...read.problems);
    else wire.headers = read.headers;
  }
  return problems.length === 0 ? { wire } : { problems };
}

function parseSendingScheme(value: unknown): { scheme: Scheme } | { problems: Problem[] } {
  const at = '/wire/signature';
  const read = parseScheme(value, at);
  if ('problems' in read) return read;
  const { scheme } = read;
  const places = [
    ['/place', scheme.place],
    ['/timestamp/place', scheme.timestamp?.place],
    ['/id', scheme.message.includes('{id}') ? scheme.id : undefined],
  ] as const;
  const problems: Problem[] = [];
  if (!scheme.algorithm.startsWith('hmac-'))
    problems.push({ pointer: `${at}/algorithm`, detail: 'must be an HMAC when sending' });
  for (const [place, part] of scheme.message.entries()) {
    if (placeOf(part) !== null)
      problems.push({ pointer: `${at}/message/${place}`, detail: 'is for receiving only' });
  }
  for (const [pointer, place] of places) {
    if (place === undefined) continue;
    if (!('header' in place))
      problems.push({ pointer: at + pointer, detail: 'must be a header when sending' });
    else if (refusedHeaders.test(place.header))
      problems.push({ pointer: at + pointer, detail: 'names a header that is not free' });
  }
  return problems.length === 0 ? read : { problems };
}

function parseEnvelope(value: unknown): { envelope: Envelope } | { problems: Problem[] } {
  const at = '/wire/envelope';
  const input = asObject(value);
  const kind = input?.kind;
  if (input === null || (kind !== 'data' && kind !== 'text' && kind !== 'members' && kind !== 'original')) {
    return { problems: [{ pointer: at, detail: 'must have the kind members, data, text or original' }] };
  }
  const problems = unknownMembers(input, kind === 'members' ? ['kind', 'members'] : ['kind'], at);
  if (kind !== 'members') return problems.length === 0 ? { envelope: { kind } } : { problems };
  const list: readonly unknown[] = Array.isArray(input.members) ? input.members : [];
  const members: [string, string][] = [];
  for (const [place, entry] of list.slice(0, limits.wireParts + 1).entries()) {
    const pair: readonly unknown[] = Array.isArray(entry) ? entry : [];
    const [name, template] = pair;
    if (
      pair.length !== 2 ||
      !isPart(name) ||
      !isPart(template) ||
      members.some(([other]) => other === name)
    ) {
      problems.push({ pointer: `${at}/members/${place}`, detail: 'must be [NAME,TEMPLATE], each name once' });
    } else if (/[{}]/.test(template) && !memberFields.includes(template)) {
      problems.push({
        pointer: `${at}/members/${place}/1`,
        detail: `must be ${memberFields.join(', ')} or fixed text`,
      });
    } else members.push([name, template]);
  }
  const templates = members.map(([, template]) => template);
  if (list.length < 1 || list.length > limits.wireParts) {
    problems.push({ pointer: `${at}/members`, detail: `must be a list of 1–${limits.wireParts} members` });
  } else if (templates.filter((template) => template === '{data}').length !== 1) {
    problems.push({ pointer: `${at}/members`, detail: 'must hold {data} exactly once' });
  }
  if (templates.slice(0, -1).includes('{signature}')) {
    problems.push({ pointer: `${at}/members`, detail: 'can hold {signature} as the last member only' });
  }
  return problems.length === 0 ? { envelope: { kind: 'members', members } } : { problems };
}

function isPart(value: unknown): value is string {
  return typeof value === 'string' && value.length <= limits.wirePartChars;
}

function parseHeaders(value: unknown): { headers: Record<string, string> } | { problems: Problem[] } {
  const at = '/wire/headers';
  const input = asObject(value);
  const entries = Object.entries(input ?? {});
  if (input === null || entries.length > limits.wireParts) {
    return {
      problems: [{ pointer: at, detail: `must be an object of at most ${limits.wireParts} headers` }],
    };
  }
  const problems: Problem[] = [];
  const headers: Record<string, string> = {};
  for (const [name, template] of entries) {
    const pointer = `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!headerName.test(name) || refusedHeaders.test(name) || Object.hasOwn(headers, name.toLowerCase())) {
      problems.push({ pointer, detail: 'is not a header name that is free' });
    } else if (!isPart(template) || !/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(template)) {
      problems.push({ pointer, detail: `must be 1–${limits.wirePartChars} visible ASCII characters` });
    } else if (/[{}]/.test(template.replace(headerFields, ''))) {
      problems.push({
        pointer,
        detail: 'knows the fields {id}, {uuid}, {type}, {time}, {account} and {reference} only',
      });
    } else headers[name.toLowerCase()] = template;
  }
  return problems.length === 0 ? { headers } : { problems };
}
