import type { Attempt, AttemptError } from '../../../core/attempt.ts';
import type { DeliveryState, Owed } from '../../../core/delivery.ts';
import type { Event, EventHead, Origin } from '../../../core/event.ts';
import type { Row } from '../session.ts';

export const open = 0;
export const delivered = 1;
export const dead = 2;
export const cancelled = 3;
/** In the order of their numbers. */
export const states: readonly DeliveryState[] = ['open', 'delivered', 'dead', 'cancelled'];

/** The due time of what waits behind another delivery of its reference: later than any. */
export const blocked = 8_640_000_000_000_000;

/** Keys of one event lie from `seq * 65536` up to the next one's. */
export const places = 65_536;

export const headColumns =
  'e.seq, e.account_no, e.id, e.type, e.timestamp, e.reference, e.source, e.origin, e.trace_id, e.created_at';
export const eventColumns = `${headColumns}, e.data, e.received`;

export function headOf(row: Row): EventHead {
  return {
    seq: row.seq as number,
    accountNo: row.account_no as number,
    id: row.id as string,
    type: row.type as string,
    timestamp: row.timestamp as string,
    reference: row.reference as string | null,
    source: row.source as string | null,
    origin: row.origin as Origin,
    traceId: row.trace_id as string | null,
    createdAtMs: row.created_at as number,
  };
}

export function eventOf(row: Row): Event {
  return { ...headOf(row), data: row.data as string, received: row.received as string | null };
}

/** From a delivery row joined with its event; leased, so never fresh. */
export function owedOf(row: Row): Owed {
  return {
    key: row.key as number,
    endpointNo: row.endpoint_no as number,
    event: eventOf(row),
    tries: row.tries as number,
    attempts: row.attempts as number,
    startedAtMs: row.started_at as number,
    replayNo: row.replay_no as number | null,
    fresh: false,
  };
}

/** Condition on events `e`: some target was begun and has no row yet. No node's checkpoint is beyond such an event. */
export const lacksRows = `e.seq >= (SELECT min(low_seq) FROM node) AND cardinality(e.targets) >
  (SELECT count(*) FROM open_delivery d WHERE d.key >= e.seq * ${places} AND d.key < (e.seq + 1) * ${places}) +
  (SELECT count(*) FROM ended_delivery d WHERE d.key >= e.seq * ${places} AND d.key < (e.seq + 1) * ${places})`;

export function attemptOf(row: Row): Attempt {
  return {
    n: row.n as number,
    atMs: row.at as number,
    durationMs: row.duration as number,
    httpStatus: row.http_status as number | null,
    error: row.error as AttemptError | null,
    detail: row.detail as string,
    url: row.url as string,
    requestHeaders: headersOf(row.request_headers as string),
    bodyHead: row.body_head as string,
    bodyWithData: row.body_with_data as boolean,
    bodyTail: row.body_tail as string,
    responseHeaders: headersOf(row.response_headers as string),
    responseBody: row.response_body as string,
    responseTruncated: row.response_truncated as boolean,
    nextAttemptAtMs: row.next_at as number | null,
  };
}

/** Headers hold no line ends, so they are kept as lines. */
export function headerLines(headers: string[]): string {
  return storable(headers.join('\n'));
}

function headersOf(lines: string): string[] {
  return lines === '' ? [] : lines.split('\n');
}

/** PostgreSQL's texts hold any character but one. What a receiver answers may hold that, too. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}
