import * as limits from './limits/orders.ts';
import { retryAfterMaxMs } from './limits/sending.ts';

/** Where an order stands. `stuck`: nobody would say, and asking was given up; it still takes news. */
export type OrderState = 'pending' | 'fulfilled' | 'failed' | 'refunded' | 'stuck';

/** Every state, in the order in which an order can reach them. */
export const orderStates = ['pending', 'fulfilled', 'failed', 'refunded', 'stuck'] as const;

/** States that the other side ends an order in. */
export type FinalState = 'fulfilled' | 'failed' | 'refunded';

/** What an order is watched by: its source's tracking, in short. Times are milliseconds; null: not at all. */
export interface OrderPolicy {
  /** How long an order may be pending before it is asked about, and how long to wait after each answer. */
  poll: { afterMs: number; everyMs: number; giveUpAfterMs: number; needsOrderId: boolean } | null;
  slaMs: number | null;
}

/** An order that is followed until it is fulfilled, failed or refunded. */
export interface Order {
  no: number;
  id: string;
  accountNo: number;
  sourceId: string;
  /** The store's own name of the order; unique within the source. */
  reference: string;
  /** The other side's name of it, once known. */
  orderId: string | null;
  state: OrderState;
  /** The store told us that it placed it. */
  registered: boolean;
  /** An event came for it although nobody had registered it. */
  flagged: boolean;
  overdue: boolean;
  /** Final states that an event was handed on for: none is handed on twice. */
  reached: FinalState[];
  /** Age counts from here: the registration or the first event. */
  createdAtMs: number;
  updatedAtMs: number;
  /** When to ask next; null: not to be asked about. */
  nextPollAtMs: number | null;
  /** How long to wait after a question at least; null: not asked about. */
  everyMs: number | null;
  /** When asking is given up, and when the order becomes overdue; null: never, or no longer. */
  giveUpAtMs: number | null;
  overdueAtMs: number | null;
  /** Failed questions in a row. */
  pollFailures: number;
  /** What found the final state; null before. */
  foundBy: 'webhook' | 'poll' | null;
}

/** An order before the store has given it a number. */
export type NewOrder = Omit<Order, 'no'>;

/** What happened to an order, written once. */
export interface OrderEntry {
  atMs: number;
  /** `registered` · `event` (came by webhook or API) · `poll` (a question and what came of it) · `decision` (ours). */
  kind: 'registered' | 'event' | 'poll' | 'decision';
  /** The state it left the order in. */
  state: OrderState;
  /** The event's type and id, where there is one. */
  eventType: string | null;
  eventId: string | null;
  /** In words; holds no secret. */
  note: string;
}

/** Things about orders that people are told of. */
export type OrderSignal = 'order.failed' | 'order.overdue' | 'order.stuck' | 'order.unknown';

/** What becomes of an order: how it is now, what is written down, and what people are told. */
export interface OrderChange<O = Order> {
  order: O;
  entries: OrderEntry[];
  signals: OrderSignal[];
}

/** An event about an order, as its source's tracking reads it. */
export interface OrderNews {
  sourceId: string;
  reference: string;
  orderId: string | null;
  /** What the event's type means; null: nothing about the state. */
  state: OrderState | null;
  via: 'webhook' | 'poll';
  /** For an order that is not known yet. */
  newId: string;
  policy: OrderPolicy;
}

/** Whether this is one of the states that the other side ends an order in. */
export function isFinal(state: OrderState | null): state is FinalState {
  return state === 'fulfilled' || state === 'failed' || state === 'refunded';
}

/** Whether an order may go from one state to another: final ones never go back, and only `refunded` may follow `fulfilled`. */
export function mayFollow(from: OrderState, to: OrderState): boolean {
  if (from === to) return false;
  if (from === 'pending') return true;
  if (from === 'stuck') return isFinal(to);
  return from === 'fulfilled' && to === 'refunded';
}

/** When time alone changes an order; null: never. Questions are apart from that: they wait for their turn. */
export function dueAtMs(order: Pick<Order, 'giveUpAtMs' | 'overdueAtMs'>): number | null {
  const times = [order.giveUpAtMs, order.overdueAtMs].filter((at) => at !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/** The store placed an order. One that events made known before is no longer flagged; `orderId` null: not known. */
export function register(
  current: Order | null,
  input: Pick<Order, 'id' | 'accountNo' | 'sourceId' | 'reference' | 'orderId'> & { policy: OrderPolicy },
  nowMs: number,
): OrderChange<NewOrder> {
  const { policy, ...names } = input;
  const before = current ?? fresh(names, policy, nowMs);
  const order = watched(
    {
      ...before,
      registered: true,
      flagged: false,
      orderId: input.orderId ?? before.orderId,
      updatedAtMs: nowMs,
    },
    policy,
    nowMs,
  );
  const note = current === null || current.registered ? '' : 'was known from events before';
  return { order, entries: [entryOf('registered', order.state, nowMs, { note })], signals: [] };
}

/**
 * An event about an order. Null: it makes no order known. `handOn` false: its final state was handed on before, so the event
 * is acknowledged and goes to nobody.
 */
export function hear(
  current: Order | null,
  news: OrderNews,
  event: { type: string; id: string; accountNo: number },
  nowMs: number,
): (OrderChange<NewOrder> & { handOn: boolean }) | null {
  if (current === null && news.state === null) return null;
  const { sourceId, reference, policy, state: next, via } = news;
  const names = { id: news.newId, accountNo: event.accountNo, sourceId, reference, orderId: news.orderId };
  const before = current ?? { ...fresh(names, policy, nowMs), flagged: true };
  const kind = via === 'poll' ? 'poll' : 'event';
  const about = { eventType: event.type, eventId: event.id };
  if (isFinal(next) && before.reached.includes(next)) {
    const note = `already ${next}: acknowledged, not handed on`;
    const order = { ...before, updatedAtMs: nowMs };
    return {
      order,
      entries: [entryOf(kind, order.state, nowMs, { ...about, note })],
      signals: [],
      handOn: false,
    };
  }
  const moves = next !== null && mayFollow(before.state, next);
  const moved: NewOrder = {
    ...before,
    orderId: before.orderId ?? news.orderId,
    state: moves ? next : before.state,
    reached: isFinal(next) ? [...before.reached, next] : before.reached,
    foundBy: moves && isFinal(next) ? (before.foundBy ?? via) : before.foundBy,
    updatedAtMs: nowMs,
  };
  const order = watched(moved, policy, nowMs);
  const signals: OrderSignal[] = current === null ? ['order.unknown'] : [];
  if (moves && next === 'failed') signals.push('order.failed');
  const note = noteOfEvent({ isNew: current === null, moves, next, before: before.state });
  return { order, entries: [entryOf(kind, order.state, nowMs, { ...about, note })], signals, handOn: true };
}

/** What came of asking about an order, when it was no final state. */
export type PollAnswer =
  | { kind: 'pending' }
  /** `retryAfterMs`: what the other side asked for, null when it did not. */
  | { kind: 'failure'; reason: string; retryAfterMs: number | null };

/** Takes an answer into account. The next question comes no sooner than `every`, whatever came. */
export function polled(order: Order, answer: PollAnswer, policy: OrderPolicy, nowMs: number): OrderChange {
  if (order.state !== 'pending' || policy.poll === null) return { order, entries: [], signals: [] };
  const failures = answer.kind === 'failure' ? order.pollFailures + 1 : 0;
  const nextPollAtMs = nowMs + waitMs(policy.poll.everyMs, failures, answer);
  const note = answer.kind === 'failure' ? answer.reason : 'still pending';
  return {
    order: { ...order, pollFailures: failures, nextPollAtMs },
    entries: [entryOf('poll', order.state, nowMs, { note })],
    signals: [],
  };
}

/** What time alone makes of an order: overdue past its bound, stuck when asking is given up. */
export function pass(order: Order, nowMs: number): OrderChange {
  const entries: OrderEntry[] = [];
  const signals: OrderSignal[] = [];
  let now = order;
  if (now.overdueAtMs !== null && now.overdueAtMs <= nowMs) {
    now = { ...now, overdue: true, overdueAtMs: null, updatedAtMs: nowMs };
    entries.push(entryOf('decision', now.state, nowMs, { note: 'overdue' }));
    signals.push('order.overdue');
  }
  if (now.giveUpAtMs !== null && now.giveUpAtMs <= nowMs && now.state === 'pending') {
    now = { ...now, state: 'stuck', giveUpAtMs: null, nextPollAtMs: null, everyMs: null, updatedAtMs: nowMs };
    entries.push(
      entryOf('decision', 'stuck', nowMs, { note: 'nobody said how it ended: asking is given up' }),
    );
    signals.push('order.stuck');
  }
  return { order: now, entries, signals };
}

/** The tracking of the order's source changed: it is watched by the new one from now on. */
export function rewatch<O extends NewOrder>(order: O, policy: OrderPolicy, nowMs: number): O {
  if (order.state !== 'pending') return order;
  const { slaMs, poll } = policy;
  return watched(
    {
      ...order,
      overdueAtMs: order.overdue || slaMs === null ? null : order.createdAtMs + slaMs,
      giveUpAtMs: poll === null ? null : order.createdAtMs + poll.giveUpAfterMs,
    },
    policy,
    nowMs,
  );
}

function fresh(
  names: Pick<Order, 'id' | 'accountNo' | 'sourceId' | 'reference' | 'orderId'>,
  policy: OrderPolicy,
  nowMs: number,
): NewOrder {
  return {
    ...names,
    state: 'pending',
    registered: false,
    flagged: false,
    overdue: false,
    reached: [],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    nextPollAtMs: null,
    everyMs: null,
    giveUpAtMs: policy.poll === null ? null : nowMs + policy.poll.giveUpAfterMs,
    overdueAtMs: policy.slaMs === null ? null : nowMs + policy.slaMs,
    pollFailures: 0,
    foundBy: null,
  };
}

/** The same order with a time to ask, if it is one to be asked about, and without any once it has ended. */
function watched<O extends NewOrder>(order: O, policy: OrderPolicy, nowMs: number): O {
  if (order.state !== 'pending') {
    const overdue = isFinal(order.state) ? false : order.overdue;
    return { ...order, overdue, nextPollAtMs: null, everyMs: null, giveUpAtMs: null, overdueAtMs: null };
  }
  const { poll } = policy;
  if (poll === null || (poll.needsOrderId && order.orderId === null))
    return { ...order, nextPollAtMs: null, everyMs: null };
  const { everyMs } = poll;
  if (order.nextPollAtMs !== null) return { ...order, everyMs };
  return { ...order, everyMs, nextPollAtMs: Math.max(order.createdAtMs + poll.afterMs, nowMs) };
}

function waitMs(everyMs: number, failures: number, answer: PollAnswer): number {
  if (answer.kind !== 'failure') return everyMs;
  const backOffMs = Math.min(everyMs * 2 ** Math.min(failures - 1, 30), limits.pollBackOffMaxMs);
  const askedMs = Math.min(answer.retryAfterMs ?? 0, retryAfterMaxMs);
  return Math.max(everyMs, backOffMs, askedMs);
}

function noteOfEvent(what: {
  isNew: boolean;
  moves: boolean;
  next: OrderState | null;
  before: OrderState;
}): string {
  if (what.isNew) return 'nobody had registered this order';
  if (what.next === null || what.moves || what.next === what.before) return '';
  return `says ${what.next}; the order stays ${what.before}`;
}

function entryOf(
  kind: OrderEntry['kind'],
  state: OrderState,
  atMs: number,
  more: { eventType?: string; eventId?: string; note: string },
): OrderEntry {
  const note = more.note.slice(0, limits.orderNoteChars);
  return { atMs, kind, state, eventType: more.eventType ?? null, eventId: more.eventId ?? null, note };
}
