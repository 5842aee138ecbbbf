import { keyOf } from '../../sdk/key.ts';
import type { Key, Scheme } from '../../sdk/scheme.ts';
import { signature, signInto, singleKey } from '../../sdk/sign.ts';
import type { FlatHeaders, Request, RequestBody } from './attempt.ts';
import type { Endpoint } from './endpoint.ts';
import { SurehookError } from './errors.ts';
import type { Event } from './event.ts';
import * as limits from './limits/sending.ts';
import type { Wire } from './profiles/profile.ts';
import { signedHeaders, wireOf } from './profiles/wire.ts';
import { isQueueUrl } from './queue.ts';
import { bodyOf, formOf, headersOf } from './received.ts';
import type { Crypto } from './signing.ts';
import { uuidOf } from './uuid.ts';

/** A header whose value changes with the event: texts at even places, names of fields at odd ones. */
interface Template {
  name: string;
  parts: string[];
}

/** What stays the same for all requests to one endpoint, worked out once. Holds secrets: never show it. */
export interface Prepared {
  endpoint: Endpoint;
  wire: Wire;
  accountId: string;
  /** Newest first, in step with `untilMs`. */
  keys: Key[];
  untilMs: (number | null)[];
  /** Headers before and after the ones that change with each attempt. */
  before: FlatHeaders;
  templates: Template[];
  after: FlatHeaders;
  /** False when the endpoint's own headers bring a `traceparent`. */
  traced: boolean;
  toQueue: boolean;
}

/**
 * Prepares for sending to an endpoint. To be made again when the endpoint changes. Throws `invalid` when the profile is
 * unknown or a secret can't be used with the wire format, which `checkSecret` should have refused before.
 */
export function prepare(endpoint: Endpoint, more: { accountId: string; version: string }): Prepared {
  const wire = wireOf(endpoint);
  const own = new Map(Object.entries(endpoint.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const signed = new Set(['content-type', ...(wire.signature === null ? [] : signedHeaders(wire.signature))]);
  const before = ['content-type', 'application/json'];
  if (!own.has('user-agent')) before.push('user-agent', `Surehook/${more.version}`);
  const templates: Template[] = [];
  for (const [name, template] of Object.entries(wire.headers)) {
    if (own.has(name) || signed.has(name)) continue;
    if (template.includes('{')) templates.push({ name, parts: template.split(/\{([a-z]+)\}/) });
    else before.push(name, template);
  }
  const after: FlatHeaders = [];
  // What proves the origin can't be replaced; two headers of one name would make it worthless, too.
  for (const [name, value] of own) if (!signed.has(name)) after.push(name, value);
  return {
    endpoint,
    wire,
    accountId: more.accountId,
    ...keysOf(endpoint, wire.signature),
    before,
    templates,
    after,
    traced: !own.has('traceparent'),
    toQueue: isQueueUrl(endpoint.url),
  };
}

function keysOf(endpoint: Endpoint, scheme: Scheme | null): Pick<Prepared, 'keys' | 'untilMs'> {
  const keys: Key[] = [];
  const untilMs: (number | null)[] = [];
  if (scheme === null) return { keys, untilMs };
  for (const secret of endpoint.secrets) {
    const key = keyOf(scheme, secret.value);
    if (key === null || key.kind === 'public') {
      const detail = `A secret of endpoint ${endpoint.id} is not written as its wire format wants it: rotate the secret.`;
      throw new SurehookError('invalid', detail);
    }
    keys.push(key);
    untilMs.push(secret.validUntilMs);
  }
  if (keys.length > 0) return { keys, untilMs };
  throw new SurehookError(
    'invalid',
    `Endpoint ${endpoint.id} has no secret to sign with: rotate the secret.`,
  );
}

/**
 * The keys that are valid now, newest first, and which of them signs alone. The newest has no end, so that there always is one.
 * `old` means the one before the newest: once it has ended the newest signs, even while an older one still lasts.
 */
function validKeys(prepared: Prepared, nowMs: number): { keys: Key[]; signWith: 'new' | 'old' } {
  const { keys, untilMs, endpoint } = prepared;
  if (keys.length === 1) return { keys, signWith: 'new' };
  const valid = (place: number): boolean => {
    const endMs = untilMs[place] ?? null;
    return place === 0 || endMs === null || endMs > nowMs;
  };
  return { keys: keys.filter((_, place) => valid(place)), signWith: valid(1) ? endpoint.signWith : 'new' };
}

/**
 * Whether a body depends on the event and the envelope alone: then all endpoints whose wires have the same `envelope` object
 * can share it, at every attempt. A body that holds a signature depends on the endpoint's secrets and the time.
 */
export function bodyIsShared(wire: Wire): boolean {
  const { envelope } = wire;
  return envelope.kind !== 'members' || envelope.members.at(-1)?.[1] !== '{signature}';
}

const encoder = new TextEncoder();

/** The body of an event in an endpoint's envelope: no white space around `data`, and `data` byte for byte. */
export function buildBody(input: {
  event: Event;
  prepared: Prepared;
  nowMs: number;
  crypto: Crypto;
}): RequestBody {
  const { event, prepared } = input;
  const { envelope } = prepared.wire;
  if (envelope.kind === 'original') return originalBody(event);
  if (envelope.kind === 'data')
    return { head: '', withData: true, tail: '', bytes: encoder.encode(event.data) };
  if (envelope.kind === 'text') {
    const head = JSON.stringify({ text: textOf(event) });
    return { head, withData: false, tail: '', bytes: encoder.encode(head) };
  }
  let head = '';
  let tail = '';
  let text = '{';
  for (const [name, template] of envelope.members) {
    const comma = text === '{' ? '' : ',';
    if (template === '{data}') {
      head = `${text}${comma}${JSON.stringify(name)}:`;
      text = '';
    } else if (template === '{signature}') {
      const value = bodySignature(input, `${head}${event.data}${text}}`);
      text += `${comma}${JSON.stringify(name)}:${JSON.stringify(value)}`;
    } else text += `${comma}${JSON.stringify(name)}:${memberValue(template, event)}`;
  }
  tail = `${text}}`;
  return { head, withData: true, tail, bytes: encoder.encode(head + event.data + tail) };
}

/** The provider's bytes. What is not JSON stands in no part of the data as it was, so that a beginning of it is shown. */
function originalBody({ data, received }: Event): RequestBody {
  if (received === null || formOf(received) === 'json')
    return { head: '', withData: true, tail: '', bytes: encoder.encode(data) };
  const bytes = bodyOf(data, received);
  const head = new TextDecoder().decode(bytes.subarray(0, limits.attemptBodyBytes + 1));
  return { head, withData: false, tail: '', bytes };
}

function memberValue(template: string, event: Event): string {
  if (template === '{id}') return JSON.stringify(event.id);
  if (template === '{type}') return JSON.stringify(event.type);
  return JSON.stringify(template === '{timestamp}' ? event.timestamp : template);
}

/** The body's own signature: one, over the text without it, written as the header's is. Empty when nothing is signed. */
function bodySignature(input: { prepared: Prepared; nowMs: number; crypto: Crypto }, text: string): string {
  const { prepared } = input;
  const scheme = prepared.wire.signature;
  const { keys, signWith } = validKeys(prepared, input.nowMs);
  const key = singleKey(keys, signWith);
  return scheme === null || key === undefined ? '' : signature(scheme, key, [text], input.crypto);
}

/** `*type* reference` and the beginning of the data, with the characters escaped that chat programs take for commands. */
function textOf(event: Event): string {
  const escaped = (text: string) =>
    text.replace(/[&<>]/g, (sign) => (sign === '&' ? '&amp;' : sign === '<' ? '&lt;' : '&gt;'));
  const start = [...event.data.slice(0, 2 * limits.textDataChars)].slice(0, limits.textDataChars).join('');
  const title = event.reference === null ? `*${event.type}*` : `*${event.type}* ${escaped(event.reference)}`;
  return `${title}\n${escaped(start)}`;
}

/** What one attempt adds to what is prepared. */
export interface RequestInput {
  prepared: Prepared;
  event: Event;
  /** As `buildBody` made it, for this endpoint or for one that shares it; made anew when absent. */
  body?: RequestBody | undefined;
  /** Counts from 1. */
  attemptNumber: number;
  nowMs: number;
  /** 24 random bytes, new for each attempt: the trace (used when the event brought none of its own) and the span. */
  traceBytes: Uint8Array;
  /** A test delivery says so in a header. */
  test?: boolean;
  crypto: Crypto;
}

/** One request exactly as it goes out: signed for this moment, header names in lower case, no content-length. */
export function buildRequest(input: RequestInput): Request {
  const { prepared, event, nowMs, crypto } = input;
  const { endpoint, wire } = prepared;
  const body = input.body ?? buildBody(input);
  const isOriginal = wire.envelope.kind === 'original' && event.received !== null;
  const headers = isOriginal ? headersOf(event.received!) : prepared.before.slice();
  for (const template of prepared.templates) {
    headers.push(template.name, fill(template, event, prepared.accountId, crypto));
  }
  if (wire.signature !== null) {
    const valid = validKeys(prepared, nowMs);
    signInto(
      headers,
      wire.signature,
      { ...valid, id: event.id, nowMs, method: 'POST', url: endpoint.url, body: body.bytes },
      crypto,
    );
  }
  headers.push('surehook-attempt', String(input.attemptNumber));
  if (prepared.traced && !(isOriginal && headers.includes('traceparent')))
    headers.push('traceparent', traceparent(event.traceId, input.traceBytes));
  if (event.origin !== 'api') originHeaders(headers, event, isOriginal && !prepared.toQueue);
  if (prepared.toQueue) eventHeaders(headers, event);
  if (input.test === true) headers.push('surehook-test', 'true');
  for (const part of prepared.after) headers.push(part);
  const request: Request = { url: endpoint.url, headers, body };
  if (prepared.toQueue) {
    const { id: eventId, type: eventType, reference } = event;
    request.queue = { eventId, eventType, reference, password: endpoint.password };
  }
  return request;
}

/** Who takes a message from a queue may sort it without reading its body, whatever the wire format. */
function eventHeaders(headers: FlatHeaders, event: Event): void {
  headers.push('surehook-event-id', event.id, 'surehook-event-type', event.type);
  headers.push('surehook-event-timestamp', event.timestamp);
  if (event.reference !== null && event.origin === 'api')
    headers.push('surehook-reference', headerSafe(event.reference, false));
}

/** How an inbound event came, and what it is about: its body may say that in the provider's words only. */
function originHeaders(headers: string[], event: Event, isOriginal: boolean): void {
  headers.push('surehook-origin', event.origin);
  if (event.source !== null) headers.push('surehook-source', event.source);
  if (event.reference !== null) headers.push('surehook-reference', headerSafe(event.reference, false));
  if (isOriginal) headers.push('surehook-event-id', event.id);
}

const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** W3C trace context, version 00, sampled. */
function traceparent(traceId: string | null, bytes: Uint8Array): string {
  let trace = traceId ?? '';
  if (traceId === null) for (let place = 0; place < 16; place += 1) trace += hexPairs[bytes[place]!]!;
  let span = '';
  for (let place = 16; place < 24; place += 1) span += hexPairs[bytes[place]!]!;
  return `00-${trace}-${span}-01`;
}

function fill(template: Template, event: Event, accountId: string, crypto: Crypto): string {
  const { name, parts } = template;
  let value = parts[0]!;
  for (let place = 1; place < parts.length; place += 2) {
    value += fieldOf(parts[place]!, event, accountId, crypto) + parts[place + 1]!;
  }
  return headerSafe(value, name.startsWith('ce-'));
}

function fieldOf(field: string, event: Event, accountId: string, crypto: Crypto): string {
  if (field === 'id') return event.id;
  if (field === 'uuid') return uuidOf(event.id, crypto);
  if (field === 'type') return event.type;
  if (field === 'time') return event.timestamp;
  return field === 'account' ? accountId : (event.reference ?? '');
}

/**
 * Percent-encodes what a header value can't hold. CloudEvents attributes also encode space, `"` and `%`, so that they can be
 * decoded again (CloudEvents 1.0.2, HTTP binding §3.1.3.2).
 */
function headerSafe(value: string, isCloudEvents: boolean): string {
  for (let place = 0; place < value.length; place += 1) {
    const code = value.charCodeAt(place);
    const isFree = code > 0x20 && code < 0x7f && !(isCloudEvents && (code === 0x22 || code === 0x25));
    if (!isFree && (isCloudEvents || code !== 0x20)) return encodeHeader(value, isCloudEvents);
  }
  return value;
}

function encodeHeader(value: string, isCloudEvents: boolean): string {
  return value
    .toWellFormed()
    .replace(isCloudEvents ? /[^\x21\x23\x24\x26-\x7e]/gu : /[^\x20-\x7e]/gu, (character) => {
      let text = '';
      for (const byte of encoder.encode(character))
        text += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
      return text;
    });
}
