import { isUtf8 } from 'node:buffer';
import { type Attempt, type FlatHeaders, headerPairs, type Request } from '../core/attempt.ts';
import type { Endpoint } from '../core/endpoint.ts';
import { attemptId } from '../core/ids.ts';
import * as limits from '../core/limits/sending.ts';
import { masked } from '../core/masked.ts';
import type { Wire } from '../core/profiles/profile.ts';
import { profiles } from '../core/profiles/table.ts';
import { timeText } from '../core/time-text.ts';
import { timingsOf } from '../core/timings.ts';
import { maybeTimeText } from './time-query.ts';

/** Request headers that we make ourselves, for whoever they are sent to. */
const ours = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'host',
  'traceparent',
  'user-agent',
]);
const ourPrefixes = ['surehook-', 'webhook-', 'ce-'];
for (const profile of profiles) for (const name of wireHeaders(profile.wire)) ours.add(name);

/**
 * An attempt as the API shows it. Request headers are shown only when we made them: all others are the endpoint's own and may
 * be credentials, also those that it no longer has. `key` is null for a test.
 */
export function attemptView(
  attempt: Attempt,
  context: { key: number | null; endpoint: Endpoint | null; data: string },
): Record<string, unknown> {
  const sent = cut(requestBody(attempt, context.data), false);
  const got = cut(attempt.responseBody, attempt.responseTruncated);
  return {
    ...(context.key === null ? {} : { id: attemptId(context.key, attempt.n) }),
    n: attempt.n,
    at: timeText(attempt.atMs),
    durationMs: attempt.durationMs,
    timings: attempt.timings === null ? null : timingsOf(attempt.timings),
    outcome: attempt.error === null ? 'succeeded' : 'failed',
    httpStatus: attempt.httpStatus,
    error: attempt.error,
    detail: attempt.detail,
    request: { url: attempt.url, headers: maskedHeaders(attempt.requestHeaders, context.endpoint), ...sent },
    response: { headers: headersObject(attempt.responseHeaders, () => true), ...got },
    nextAttemptAt: maybeTimeText(attempt.nextAttemptAtMs),
  };
}

/** A request that has not been sent, whole, so that somebody can send it by hand. What is no text is told as base64. */
export function requestView(
  { url, headers, body: { bytes } }: Request,
  endpoint: Endpoint,
): Record<string, unknown> {
  const isText = isUtf8(bytes) && !bytes.includes(0);
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    url,
    headers: maskedHeaders(headers, endpoint),
    body: isText ? body.toString('utf8') : null,
    bodyBase64: isText ? null : body.toString('base64'),
  };
}

/** The bytes that were sent, made from the event's data instead of being stored twice. */
function requestBody(attempt: Attempt, data: string): string {
  return attempt.bodyWithData ? attempt.bodyHead + data + attempt.bodyTail : attempt.bodyHead;
}

/** At most `limits.attemptBodyBytes`, never half a character. */
function cut(text: string, truncatedBefore: boolean): { body: string; bodyTruncated: boolean } {
  if (text.length * 3 <= limits.attemptBodyBytes) return { body: text, bodyTruncated: truncatedBefore };
  const bytes = Buffer.from(text.slice(0, limits.attemptBodyBytes + 1));
  if (bytes.length <= limits.attemptBodyBytes) return { body: text, bodyTruncated: truncatedBefore };
  let end = limits.attemptBodyBytes;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return { body: bytes.toString('utf8', 0, end), bodyTruncated: true };
}

function maskedHeaders(flat: FlatHeaders, endpoint: Endpoint | null): Record<string, string> {
  const own = new Set(Object.keys(endpoint?.headers ?? {}).map((name) => name.toLowerCase()));
  const overridden = new Set(endpoint?.wire ? wireHeaders(endpoint.wire) : []);
  const isOurs = (name: string): boolean =>
    !own.has(name) &&
    (ours.has(name) || overridden.has(name) || ourPrefixes.some((prefix) => name.startsWith(prefix)));
  return headersObject(flat, isOurs);
}

function wireHeaders(wire: Partial<Wire>): string[] {
  const names = Object.keys(wire.headers ?? {});
  const signature = wire.signature;
  for (const place of [signature?.place, signature?.timestamp?.place, signature?.id, signature?.type]) {
    if (place !== undefined && 'header' in place) names.push(place.header);
  }
  return names.map((name) => name.toLowerCase());
}

function headersObject(flat: FlatHeaders, isShown: (name: string) => boolean): Record<string, string> {
  const headers = new Map<string, string>();
  for (const [given, text] of headerPairs(flat)) {
    const name = given.toLowerCase();
    const value = isShown(name) ? text : masked;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}
