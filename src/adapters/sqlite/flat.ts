import type { Attempt, AttemptError } from '../../core/attempt.ts';
import type { Origin } from '../../core/event.ts';
import type { AcceptItem, DeliveryStore, EndpointHealth, Settlement, TargetMode } from '../../ports/store.ts';

/*
 * The two hot acts cross between threads as flat lists of values: a copy of those costs a third of a copy of the objects, on
 * both sides. Each list below is written and read in the same order.
 */

type AcceptInput = Parameters<DeliveryStore['accept']>[0];
type SettleInput = Parameters<DeliveryStore['settle']>[0];

/** Values and short lists; one value where a list has one. */
export type Flat = unknown[];

const itemValues = 21;
const settlementValues = 27;

export function flatAccept({ epoch, nowMs, items }: AcceptInput): Flat {
  const flat: Flat = [epoch, nowMs];
  for (const item of items) {
    const { event, endpointNos, modes, dueAtMs, directoryVersion, idempotency, inbound, order } = item;
    flat.push(
      event.accountNo,
      event.id,
      event.type,
      event.timestamp,
      event.data,
      event.reference,
      event.source,
    );
    flat.push(event.origin, event.traceId, event.createdAtMs, oneOrList(endpointNos), oneOrList(modes));
    flat.push(dueAtMs, directoryVersion, idempotency !== null, idempotency?.key, idempotency?.requestHash);
    flat.push(event.received, inbound?.sourceNo, inbound?.key);
    // Few events speak of an order: it goes over as the object it is.
    flat.push(order);
  }
  return flat;
}

export function acceptOf(flat: Flat): AcceptInput {
  const items: AcceptItem[] = [];
  for (let at = 2; at < flat.length; at += itemValues) items.push(itemOf(flat, at));
  return { epoch: flat[0] as number, nowMs: flat[1] as number, items };
}

export function flatSettle({ epoch, nowMs, settlements }: SettleInput): Flat {
  const flat: Flat = [epoch, nowMs];
  for (const { key, endpointNo, fresh, startedAtMs, replayNo, tries, attempt, next, health } of settlements) {
    flat.push(
      key,
      endpointNo,
      fresh,
      startedAtMs,
      replayNo,
      tries,
      next.state,
      next.state === 'open' ? next.dueAtMs : 0,
      health,
    );
    flat.push(
      attempt.n,
      attempt.atMs,
      attempt.durationMs,
      attempt.httpStatus,
      attempt.error,
      attempt.detail,
      attempt.url,
    );
    flat.push(
      lines(attempt.requestHeaders),
      attempt.requestHeaders.length,
      attempt.bodyHead,
      attempt.bodyWithData,
      attempt.bodyTail,
    );
    flat.push(
      lines(attempt.responseHeaders),
      attempt.responseHeaders.length,
      attempt.responseBody,
      attempt.responseTruncated,
    );
    flat.push(attempt.nextAttemptAtMs, attempt.timings);
  }
  return flat;
}

export function settleOf(flat: Flat): SettleInput {
  const settlements: Settlement[] = [];
  for (let at = 2; at < flat.length; at += settlementValues) settlements.push(settlementOf(flat, at));
  return { epoch: flat[0] as number, nowMs: flat[1] as number, settlements };
}

/** How many items or settlements it holds. */
export function countOf(name: 'accept' | 'settle', flat: Flat): number {
  return (flat.length - 2) / (name === 'accept' ? itemValues : settlementValues);
}

function itemOf(flat: Flat, at: number): AcceptItem {
  const order = flat[at + 20] as AcceptItem['order'];
  return {
    ...(order === undefined ? {} : { order }),
    event: {
      accountNo: flat[at] as number,
      id: flat[at + 1] as string,
      type: flat[at + 2] as string,
      timestamp: flat[at + 3] as string,
      data: flat[at + 4] as string,
      reference: flat[at + 5] as string | null,
      source: flat[at + 6] as string | null,
      origin: flat[at + 7] as Origin,
      traceId: flat[at + 8] as string | null,
      createdAtMs: flat[at + 9] as number,
      received: flat[at + 17] as string | null,
    },
    endpointNos: listOf<number>(flat[at + 10]),
    modes: listOf<TargetMode>(flat[at + 11]),
    dueAtMs: flat[at + 12] as number,
    directoryVersion: flat[at + 13] as number,
    idempotency:
      flat[at + 14] === true ? { key: flat[at + 15] as string, requestHash: flat[at + 16] as string } : null,
    inbound:
      flat[at + 18] === undefined
        ? null
        : { sourceNo: flat[at + 18] as number, key: flat[at + 19] as string },
  };
}

function settlementOf(flat: Flat, at: number): Settlement {
  const state = flat[at + 6] as Settlement['next']['state'];
  return {
    key: flat[at] as number,
    endpointNo: flat[at + 1] as number,
    fresh: flat[at + 2] as boolean,
    startedAtMs: flat[at + 3] as number,
    replayNo: flat[at + 4] as number | null,
    tries: flat[at + 5] as number,
    next: state === 'open' ? { state, dueAtMs: flat[at + 7] as number } : { state },
    health: flat[at + 8] as EndpointHealth | null,
    attempt: attemptOf(flat, at + 9),
  };
}

function attemptOf(flat: Flat, at: number): Attempt {
  return {
    n: flat[at] as number,
    atMs: flat[at + 1] as number,
    durationMs: flat[at + 2] as number,
    httpStatus: flat[at + 3] as number | null,
    error: flat[at + 4] as AttemptError | null,
    detail: flat[at + 5] as string,
    url: flat[at + 6] as string,
    requestHeaders: unlined(flat[at + 7], flat[at + 8]),
    bodyHead: flat[at + 9] as string,
    bodyWithData: flat[at + 10] as boolean,
    bodyTail: flat[at + 11] as string,
    responseHeaders: unlined(flat[at + 12], flat[at + 13]),
    responseBody: flat[at + 14] as string,
    responseTruncated: flat[at + 15] as boolean,
    nextAttemptAtMs: flat[at + 16] as number | null,
    timings: flat[at + 17] as string | null,
  };
}

function oneOrList<T>(list: T[]): T | T[] {
  return list.length === 1 ? list[0]! : list;
}

function listOf<T>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : [value as T];
}

/** Headers hold no line ends. */
function lines(headers: string[]): string {
  return headers.join('\n');
}

function unlined(text: unknown, count: unknown): string[] {
  return count === 0 ? [] : (text as string).split('\n');
}
