import type { Attempt, AttemptError } from '../../core/attempt.ts';
import {
  type DeliveryState,
  type DeliveryStatus,
  type DeliveryView,
  deliveryKey,
  type Owed,
  statusOf,
  type TriedFilter,
} from '../../core/delivery.ts';
import type { Event, EventHead, Origin } from '../../core/event.ts';
import * as limits from '../../core/limits/lists.ts';
import type { DeliveryFilter, EventFilter } from '../store.ts';
import type { Row } from './row.ts';

/** The number of the state that is kept for what still has to be done. */
export const open = 0;

/** The number of the state that is kept for what arrived. */
export const delivered = 1;

/** The number of the state that is kept for what has no try left. */
export const dead = 2;

/** The number of the state that is kept for what a person ended. */
export const cancelled = 3;

/** In the order of their numbers. */
export const states: readonly DeliveryState[] = ['open', 'delivered', 'dead', 'cancelled'];

/** The due time of what waits behind another delivery of its reference: later than any. */
export const blocked = 8_640_000_000_000_000;

/** Keys of one event lie from `seq * places` up to the next one's. */
export const places = deliveryKey(1, 0);

/** The columns of an event `e` that `headOf` reads. */
export const headColumns =
  'e.seq, e.account_no, e.id, e.type, e.timestamp, e.reference, e.source, e.origin, e.trace_id, e.created_at';

/** The columns of an event `e` that `eventOf` reads. */
export const eventColumns = `${headColumns}, e.data, e.received`;

/** What an event says of itself, without its payload. */
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

/** An event with its payload, as its row tells it. */
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

/** An attempt as its row tells it. */
export function attemptOf(row: Row): Attempt {
  return {
    n: row.n as number,
    atMs: row.at as number,
    durationMs: row.duration as number,
    timings: row.timings as string | null,
    httpStatus: row.http_status as number | null,
    error: row.error as AttemptError | null,
    detail: row.detail as string,
    url: row.url as string,
    requestHeaders: headersOf(row.request_headers as string),
    bodyHead: row.body_head as string,
    bodyWithData: Boolean(row.body_with_data),
    bodyTail: row.body_tail as string,
    responseHeaders: headersOf(row.response_headers as string),
    responseBody: row.response_body as string,
    responseTruncated: Boolean(row.response_truncated),
    nextAttemptAtMs: row.next_at as number | null,
  };
}

function headersOf(lines: string): string[] {
  return lines === '' ? [] : lines.split('\n');
}

/** The newest of them, newest first; the array itself is sorted. */
export function newest(views: DeliveryView[], limit: number): DeliveryView[] {
  return views.sort((a, b) => b.key - a.key).slice(0, limit);
}

/** A delivery as people see it, from its row joined with event and endpoint. Open work of a deleted endpoint counts as cancelled. */
export function viewOf(row: Row): DeliveryView {
  const gone = row.state === open && row.deleted_at !== null;
  const status = gone
    ? 'cancelled'
    : statusOf({
        state: states[row.state as number]!,
        leased: row.lease !== null || row.pulled_at !== null,
        tries: row.tries as number,
        endpointActive: row.status === 'active',
      });
  const waits = (status === 'pending' || status === 'retrying') && row.due_at !== blocked;
  return {
    key: row.key as number,
    eventId: row.id as string,
    eventType: row.type as string,
    reference: row.reference as string | null,
    accountNo: row.account_no as number,
    endpointId: row.endpoint_id as string,
    status,
    attempts: row.attempts as number,
    createdAtMs: row.created_at as number,
    nextAttemptAtMs: waits ? (row.due_at as number) : null,
    lastAttemptAtMs: row.last_at as number | null,
    httpStatus: row.last_status as number | null,
    error: row.last_error as AttemptError | null,
    endedAtMs: gone
      ? (row.deleted_at as number)
      : row.state === open
        ? null
        : (row.ended_at as number | null),
  };
}

/** Whether a delivery is as a filter asks; what the filter asks of its event is not looked at. */
export function isAsked(view: DeliveryView, filter: Pick<DeliveryFilter, 'statuses'> & TriedFilter): boolean {
  return (filter.statuses?.includes(view.status) ?? true) && isTried(view, filter);
}

/** Whether a delivery was attempted and answered as a filter asks. */
export function isTried(
  { httpStatus, attempts }: Pick<DeliveryView, 'httpStatus' | 'attempts'>,
  { httpStatus: answer, minAttempts = 0 }: TriedFilter,
): boolean {
  if (answer !== undefined && (httpStatus === null || httpStatus < answer.from || httpStatus > answer.to))
    return false;
  return attempts >= minAttempts;
}

/**
 * The same filter with what follows from it: what is delivered was answered 2xx, so that another answer is looked for among the few
 * others. Left out by this is what was delivered once, then replayed in vain, and taken back by its replay.
 */
export function narrowed(filter: DeliveryFilter): DeliveryFilter {
  const { httpStatus, statuses = undelivered } = filter;
  if (httpStatus === undefined || (httpStatus.from < 300 && httpStatus.to >= 200)) return filter;
  return { ...filter, statuses: statuses.filter((status) => status !== 'delivered') };
}

const undelivered: readonly DeliveryStatus[] = [
  'pending',
  'sending',
  'retrying',
  'held',
  'dead',
  'cancelled',
];

/** How many deliveries a page along events looks at. */
export function rowsToLookAt({ httpStatus, minAttempts }: DeliveryFilter): number {
  return httpStatus === undefined && minAttempts === undefined ? limits.filterRows : limits.triedRows;
}

/** What a filter of deliveries asks of their events. */
export function eventFilterOf(
  filter: DeliveryFilter,
): Pick<EventFilter, 'type' | 'reference' | 'sinceMs' | 'untilMs' | 'q'> {
  const { eventType, reference, sinceMs, untilMs, q } = filter;
  return {
    ...(eventType !== undefined && { type: eventType }),
    ...(reference !== undefined && { reference }),
    ...(sinceMs !== undefined && { sinceMs }),
    ...(untilMs !== undefined && { untilMs }),
    ...(q !== undefined && { q }),
  };
}
