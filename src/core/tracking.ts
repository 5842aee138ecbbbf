import { SurehookError } from './errors.ts';
import { isEventType } from './event.ts';
import { checkJson, locate, scanObject } from './json.ts';
import * as limits from './limits/api.ts';
import { listItems, orderIdChars } from './limits/orders.ts';
import {
  type FinalState,
  isFinal,
  type Order,
  type OrderNews,
  type OrderPolicy,
  type OrderState,
} from './order.ts';
import { pointerPath, scalarAt, textAt } from './pointer.ts';

/** What an order can be said to be, by an event's type or by an answer. */
export type ToldState = 'pending' | FinalState;

/** How to ask about one order. Header values are plain here and sealed by the store. */
export interface OrderPoll {
  /** With `{orderId}` or `{reference}`. */
  url: string;
  headers: Record<string, string>;
  /** Where the answer says how it stands, and what its words mean. */
  status: string;
  states: Record<string, ToldState>;
  afterMs: number;
  everyMs: number;
  giveUpAfterMs: number;
  perSecond: number;
}

/** How to ask for a list of events since a moment. Pointers lead into one item, `items` and `more` into the answer. */
export interface ListPoll {
  /** With `{since}` (seconds since 1970) or `{sinceTime}` (RFC 3339). */
  url: string;
  headers: Record<string, string>;
  items: string;
  id: string;
  type: string;
  everyMs: number;
  overlapMs: number;
  /** Where the answer says that there is more, and the query parameter that takes the last item's id; null: one page. */
  more: { at: string; parameter: string } | null;
}

/** How a source's orders are followed: through its events, and by asking when they stop coming. */
export interface Tracking {
  reference: string | null;
  orderId: string | null;
  states: Record<string, ToldState>;
  poll: OrderPoll | null;
  list: ListPoll | null;
  slaMs: number | null;
}

/** A source as the tracker needs to know it. */
export interface TrackedSource {
  no: number;
  id: string;
  accountNo: number;
  /** Name of its scheme's preset, or any other text. */
  scheme: string;
  tracking: Tracking | null;
}

/** Schemes whose senders wrap their data in `{event,timestamp,data}`. */
const wrapping: ReadonlySet<string> = new Set([
  'standard',
  'standard-webhooks',
  'foxreload',
  'digital-goods',
  'petstore',
  'ecomm',
]);

/** By what the orders of a source are watched. */
export function policyOf({ poll, slaMs }: Tracking): OrderPolicy {
  if (poll === null) return { poll: null, slaMs };
  const { afterMs, everyMs, giveUpAfterMs, url } = poll;
  return { poll: { afterMs, everyMs, giveUpAfterMs, needsOrderId: url.includes('{orderId}') }, slaMs };
}

/**
 * What an event that came through a source says about an order. `body`: the raw body's text, null when it is not JSON; `newId`
 * names the order if it is a new one. Null: nothing, as the source does not track or the body holds no reference.
 */
export function orderNewsOf(
  source: TrackedSource,
  came: { type: string; body: string | null },
  newId: string,
): OrderNews | null {
  const { tracking } = source;
  if (tracking === null || tracking.reference === null || came.body === null) return null;
  const reference = nameAt(came.body, tracking.reference, limits.referenceChars);
  if (reference === null) return null;
  const orderId = tracking.orderId === null ? null : nameAt(came.body, tracking.orderId, orderIdChars);
  return {
    sourceId: source.id,
    reference,
    orderId,
    state: Object.hasOwn(tracking.states, came.type) ? tracking.states[came.type]! : null,
    via: 'webhook',
    newId,
    policy: policyOf(tracking),
  };
}

/** Null also for what is no name that could be written down: empty, too long, or with characters that no text holds everywhere. */
function nameAt(body: string, pointer: string, chars: number): string | null {
  const name = scalarAt(body, pointer);
  const isFit = name !== null && name !== '' && name.length <= chars && name.isWellFormed();
  return isFit && !/\p{Cc}/u.test(name) ? name : null;
}

/** The address that answers about this order: its names take their places, encoded. */
export function orderUrl(poll: Pick<OrderPoll, 'url'>, order: Pick<Order, 'orderId' | 'reference'>): string {
  return poll.url
    .replaceAll('{orderId}', () => encodeURIComponent(order.orderId ?? ''))
    .replaceAll('{reference}', () => encodeURIComponent(order.reference));
}

/** What an answer says about the order, or in words why it says nothing. `body`: the answer's text. */
export function stateInAnswer(
  body: string,
  poll: Pick<OrderPoll, 'status' | 'states'>,
): ToldState | { problem: string } {
  const problem = jsonProblem(body);
  if (problem !== null) return { problem };
  const word = scalarAt(body, poll.status);
  if (word === null) return { problem: `the answer has no text or number at ${poll.status}` };
  if (Object.hasOwn(poll.states, word)) return poll.states[word]!;
  return {
    problem: `the answer's status ${JSON.stringify(word.slice(0, 100))} is not one of those in tracking.poll.states`,
  };
}

/** The event that a final answer stands for: the first type with that state, and its data. */
export function eventOfAnswer(
  source: Pick<TrackedSource, 'scheme'> & { tracking: Tracking },
  answer: { state: FinalState; body: string },
  timestamp: string,
): { type: string; data: string } {
  const found = Object.entries(source.tracking.states).find(([, state]) => state === answer.state);
  const type = found?.[0] ?? `order.${answer.state}`;
  const data = answer.body.trim();
  if (!wrapping.has(source.scheme)) return { type, data };
  return {
    type,
    data: `{"event":${JSON.stringify(type)},"timestamp":${JSON.stringify(timestamp)},"data":${data}}`,
  };
}

/** One event of a list. */
export interface ListedEvent {
  id: string;
  type: string;
  /** The item's JSON text. */
  body: string;
}

/** The events of a list's answer in its order, and whether another page follows; or in words why there are none to read. */
export function readList(
  body: string,
  list: ListPoll,
): { events: ListedEvent[]; more: boolean } | { problem: string } {
  const problem = jsonProblem(body);
  if (problem !== null) return { problem };
  const path = pointerPath(list.items) ?? [];
  const array = locate(body, path);
  if (array === null || !array.startsWith('['))
    return { problem: `the answer has no list at ${list.items || 'its top'}` };
  const wrapped = `{"items":${array}}`;
  const items = scanObject(wrapped, { itemsOf: 'items', maxDepth: limits.jsonDepth + 1 }).items!;
  if (items.length > listItems)
    return { problem: `the list has more than ${listItems} items: let a page hold fewer` };
  const events: ListedEvent[] = [];
  for (const { start, end } of items) {
    const item = wrapped.slice(start, end);
    const [id, type] = [scalarAt(item, list.id), scalarAt(item, list.type)];
    if (id === null || id === '') return { problem: `an item has no text or number at ${list.id}` };
    if (type === null || !isEventType(type)) return { problem: `an item has no event type at ${list.type}` };
    events.push({ id, type, body: item });
  }
  return { events, more: list.more !== null && textAt(body, list.more.at) === 'true' };
}

/** The address of a page of a list: since a moment, after an item. */
export function listUrl(list: ListPoll, sinceMs: number, afterId: string | null): string {
  const url = list.url
    .replaceAll('{since}', String(Math.floor(sinceMs / 1000)))
    .replaceAll('{sinceTime}', encodeURIComponent(new Date(sinceMs).toISOString()));
  if (afterId === null || list.more === null) return url;
  const sign = url.includes('?') ? '&' : '?';
  return `${url}${sign}${encodeURIComponent(list.more.parameter)}=${encodeURIComponent(afterId)}`;
}

/** The final states among those that answers can mean. */
export function finalStatesOf(states: Record<string, OrderState>): FinalState[] {
  return [...new Set(Object.values(states).filter((state) => isFinal(state)))];
}

function jsonProblem(body: string): string | null {
  try {
    checkJson(body);
    return null;
  } catch (error) {
    if (!(error instanceof SurehookError)) throw error;
    return `the answer is not JSON that can be used: ${error.detail}`;
  }
}
