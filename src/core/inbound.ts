import { valuesAt } from '../../sdk/place.ts';
import type { Place } from '../../sdk/scheme.ts';
import type { FlatHeaders } from './attempt.ts';
import { locate, stringAt } from './json.ts';
import * as limits from './limits/api.ts';
import { type Carried, carry, writeReceived } from './received.ts';
import type { Crypto } from './signing.ts';
import type { Source } from './source.ts';
import { eventIdOf, eventTypeOf, referenceOf } from './sources/derived.ts';
import type { Handshake, Preset } from './sources/preset.ts';
import { presetNamed, presetOf } from './sources/presets.ts';
import { answerHandshake, verifyRequest } from './sources/receive.ts';

/** A request as it stood at the door. */
export interface InboundRequest {
  method: string;
  /** The address as the provider knows it, query included. */
  url: string;
  /** As they came: a header that came twice is there twice. */
  headers: FlatHeaders;
  body: Uint8Array;
  /** Of a message from a queue: what the broker calls it, null when it has no name for it. */
  messageId?: string | null;
}

/** What is believed of a request: what its event will be made of. */
export interface Inbound {
  type: string;
  reference: string | null;
  data: string;
  /** The provider's body as text if it is JSON, else null. */
  json: string | null;
  received: string;
  /** Unique within the source for `dedupeKeepMs`. */
  key: string;
}

/** Why a request is not taken in, and what the provider is answered. */
export interface Refusal {
  status: number;
  reason: string;
  detail: string;
}

/** What came of looking at a request. */
export type Judged =
  | { kind: 'believed'; inbound: Inbound }
  | { kind: 'handshake'; handshake: Handshake }
  /** A GET that asks nothing. */
  | { kind: 'nothing' }
  /** The certificate behind this address of the provider has to be fetched first. */
  | { kind: 'unsure'; certificateUrl: string; refusal: Refusal }
  | { kind: 'refused'; refusal: Refusal };

/** When a request came, and what was fetched for it. */
export interface Receipt {
  atMs: number;
  /** As PEM, by their address. */
  certificates: Readonly<Record<string, string>>;
}

const contentType = { header: 'content-type' };
/** Where most bodies say what they are about. */
const usualReferences = [['data', 'reference'], ['reference']];

/** What is known of a source's provider; null when it names a preset that nobody knows any more. */
export function presetFor({ scheme, custom }: Pick<Source, 'scheme' | 'custom'>): Preset | null {
  return custom === null ? (presetNamed(scheme) ?? null) : presetOf(custom);
}

/**
 * Whether a request is what it says it is, and what it says: verified on the raw bytes, as of the moment of its receipt.
 * Never throws for anything a stranger can send.
 */
export function judgeInbound(
  source: Source,
  request: InboundRequest,
  { atMs, certificates }: Receipt,
  crypto: Crypto,
): Judged {
  const preset = presetFor(source);
  if (preset === null) {
    const detail = `There is no scheme ${JSON.stringify(source.scheme)} any more.`;
    return { kind: 'refused', refusal: { status: 401, reason: 'unknown_scheme', detail } };
  }
  const handshake = answerHandshake(preset, request, source, crypto);
  if (handshake !== null && !handshake.isSigned) return { kind: 'handshake', handshake };
  // Somebody who looks at the address, not a provider.
  if (handshake === null && request.method === 'GET' && !signsMethod(preset)) return { kind: 'nothing' };
  const { secrets, fields } = source;
  const credentials = { secrets, fields, nowS: atMs / 1000, certificates };
  const verified = verifyRequest(preset, request, credentials, crypto);
  if (!verified.valid) {
    const { reason, detail, certificateUrl } = verified;
    const refusal = { status: statusFor(reason, source, preset), reason, detail };
    return certificateUrl === undefined
      ? { kind: 'refused', refusal }
      : { kind: 'unsure', certificateUrl, refusal };
  }
  if (handshake !== null) return { kind: 'handshake', handshake };
  return { kind: 'believed', inbound: readInbound(source, preset, request, crypto) };
}

/** Whether its provider sends events by other methods than POST, and says so in what it signs. */
function signsMethod({ scheme }: Preset): boolean {
  return !('read' in scheme) && scheme.message.includes('{method}');
}

function statusFor(reason: string, source: Source, preset: Preset): number {
  // More than one signature is no forgery but a request that cannot be read.
  if (reason === 'duplicate_header') return 400;
  // Nobody's fault but the moment's: the provider should come again.
  if (reason === 'certificate_needed') return 503;
  return source.rejectStatus ?? preset.rejectStatus;
}

function readInbound(source: Source, preset: Preset, request: InboundRequest, crypto: Crypto): Inbound {
  const carried = carry(request.body, valuesAt(contentType, request)[0]);
  const { eventType } = source;
  const isText = eventType !== null && 'text' in eventType;
  return {
    type: isText ? eventType.text : eventTypeOf(preset, eventType ?? typePlaceOf(preset, request), request),
    reference: fit(referenceOf(preset, source.reference, request)) ?? usualReference(source, preset, carried),
    data: carried.data,
    json: carried.form === 'json' ? carried.data : null,
    received: writeReceived(carried.form, request.headers, source.secrets),
    key: eventIdOf(preset, source.eventId, request, crypto),
  };
}

/** Where a message says what it is, when nobody has said where to look; Surehook itself writes the first. */
const messageTypes: readonly Place[] = [
  { header: 'surehook-event-type' },
  { header: 'ce-type' },
  { header: 'type' },
  { body: '/type' },
];

function typePlaceOf(preset: Preset, request: InboundRequest): Place | null {
  if (request.messageId === undefined || preset.type !== null) return null;
  return messageTypes.find((place) => valuesAt(place, request)[0]) ?? null;
}

function usualReference(source: Source, preset: Preset, { form, data }: Carried): string | null {
  if (source.reference !== null || preset.reference !== null || form !== 'json') return null;
  for (const steps of usualReferences) {
    const found = fit(scalarAt(data, steps));
    if (found !== null) return found;
  }
  return null;
}

/** A text, or a number as it is written. */
function scalarAt(json: string, steps: readonly string[]): string | null {
  const text = locate(json, steps);
  if (text === null) return null;
  const c = text.charCodeAt(0);
  if (c === 0x22) return stringAt(text, { start: 0, end: text.length }) || null;
  return c === 0x2d || (c >= 0x30 && c <= 0x39) ? text : null;
}

/** A provider's word is not refused for being no good reference: the event goes without. */
function fit(value: string | null): string | null {
  if (value === null || value === '' || value.length > limits.referenceChars || !value.isWellFormed())
    return null;
  for (let at = 0; at < value.length; at++) {
    const c = value.charCodeAt(at);
    if (c < 0x20 || c === 0x7f) return null;
  }
  return value;
}
