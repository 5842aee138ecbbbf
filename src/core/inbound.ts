import { type ReceivedRequest, valuesAt } from '../../sdk/place.ts';
import type { Scheme } from '../../sdk/scheme.ts';
import { schemeNamed } from '../../sdk/schemes.ts';
import { verify } from '../../sdk/verify.ts';
import type { FlatHeaders } from './attempt.ts';
import { locate, stringAt } from './json.ts';
import * as limits from './limits.ts';
import { type Carried, carry, writeReceived } from './received.ts';
import type { Crypto } from './signing.ts';
import type { Source, Where } from './source.ts';

/** A request as it stood at the door. */
export interface InboundRequest extends ReceivedRequest {
  method: string;
  /** The address as the provider knows it, query included. */
  url: string;
  headers: FlatHeaders;
}

/** What is believed of a request: what its event will be made of. */
export interface Inbound {
  type: string;
  reference: string | null;
  data: string;
  /** The provider's body as text if it is JSON, else null. */
  json: string | null;
  received: string;
  /** Unique within the source for `limits.dedupeKeepMs`: the provider's id (`i:`) or the body's SHA-256 (`h:`). */
  key: string;
}

/** Why a request is not taken in, and what the provider is answered. */
export interface Refusal {
  status: number;
  reason: string;
  detail: string;
}

/** What came of looking at a request. */
export type Judged = { kind: 'believed'; inbound: Inbound } | ({ kind: 'refused' } & Refusal);

/** What an event is called whose provider does not say. */
export const typeOfUnnamed = 'webhook.received';

const defaultReferences = [['data', 'reference'], ['reference']];
const contentType = { header: 'content-type' };

/** The scheme that a source's requests are verified by; null when it names a preset that nobody knows any more. */
export function schemeOf(source: Pick<Source, 'scheme' | 'custom'>): Scheme | null {
  return source.custom ?? schemeNamed(source.scheme) ?? null;
}

/**
 * Whether a request is what it says it is, and what it says: verified on the raw bytes, as of the moment of its receipt. Pure,
 * linear time, and never throws for anything a stranger can send.
 */
export function judgeInbound(
  source: Source,
  request: InboundRequest,
  atMs: number,
  world: { crypto: Crypto; sha256(bytes: Uint8Array | string): string },
): Judged {
  const scheme = schemeOf(source);
  if (scheme === null)
    return refused(source, 'unknown_scheme', `There is no scheme ${JSON.stringify(source.scheme)} any more.`);
  const { secrets } = source;
  const judged = verify(scheme, { ...request, secrets, nowS: atMs / 1000 }, world.crypto);
  if (!judged.valid) return refused(source, judged.reason, judged.detail);
  return { kind: 'believed', inbound: readInbound(source, scheme, request, world.sha256) };
}

function refused(source: Source, reason: string, detail: string): Judged {
  // More than one signature is no forgery but a request that cannot be read.
  const status = reason === 'duplicate_header' ? 400 : (source.rejectStatus ?? defaultReject(source));
  return { kind: 'refused', status, reason, detail };
}

function defaultReject({ scheme }: Source): number {
  return scheme === 'digital-goods' ? 400 : 401;
}

function readInbound(
  source: Source,
  scheme: Scheme,
  request: InboundRequest,
  sha256: (bytes: Uint8Array | string) => string,
): Inbound {
  const carried = carry(request.body, valuesAt(contentType, request)[0]);
  const id = readAt(source.eventId ?? scheme.id ?? null, request, carried);
  return {
    type: typeName(readAt(source.eventType ?? scheme.type ?? null, request, carried)),
    reference: referenceOf(source.reference, request, carried),
    data: carried.data,
    json: carried.form === 'json' ? carried.data : null,
    received: writeReceived(carried.form, request.headers),
    key: keyOf(id, request.body, sha256),
  };
}

/** A text or a number as it is written; null when there is none, or more than one. */
function readAt(where: Where | null, request: InboundRequest, { form, data }: Carried): string | null {
  if (where === null) return null;
  if ('text' in where) return where.text;
  if (!('body' in where)) {
    const values = valuesAt(where, request);
    return values.length === 1 && values[0] !== '' ? values[0]! : null;
  }
  const steps = where.body.split('/').slice(1).map(unescapeStep);
  if (form === 'json') return scalarAt(data, steps);
  if (form !== 'form' || steps.length !== 1) return null;
  const raw = (JSON.parse(data) as { form: string }).form;
  return new URLSearchParams(raw).get(steps[0]!) || null;
}

function unescapeStep(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function scalarAt(json: string, steps: readonly string[]): string | null {
  const text = locate(json, steps);
  if (text === null) return null;
  const c = text.charCodeAt(0);
  if (c === 0x22) return stringAt(text, { start: 0, end: text.length }) || null;
  return c === 0x2d || (c >= 0x30 && c <= 0x39) ? text : null;
}

function referenceOf(where: Where | null, request: InboundRequest, carried: Carried): string | null {
  if (where !== null) return fit(readAt(where, request, carried));
  if (carried.form !== 'json') return null;
  for (const steps of defaultReferences) {
    const found = fit(scalarAt(carried.data, steps));
    if (found !== null) return found;
  }
  return null;
}

/** A provider's word is not refused for being no good reference: the event goes without. */
function fit(value: string | null): string | null {
  if (value === null || value.length > limits.referenceChars || !value.isWellFormed()) return null;
  for (let at = 0; at < value.length; at++) {
    const c = value.charCodeAt(at);
    if (c < 0x20 || c === 0x7f) return null;
  }
  return value;
}

/** A type as events have it: other characters become `_`, what is too long is cut. */
function typeName(given: string | null): string {
  if (given === null) return typeOfUnnamed;
  return given.slice(0, limits.eventTypeChars).replaceAll(/[^A-Za-z0-9_.:/-]/g, '_');
}

const plainId = /^[\x21-\x7e]{1,200}$/;

function keyOf(id: string | null, body: Uint8Array, sha256: (bytes: Uint8Array | string) => string): string {
  if (id === null) return `h:${sha256(body)}`;
  return plainId.test(id) ? `i:${id}` : `x:${sha256(id)}`;
}
