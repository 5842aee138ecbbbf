import type { Order, OrderEntry, OrderPolicy, OrderState, PollAnswer } from '../core/order.ts';
import type { DuePolls, PollAsk } from '../core/polling.ts';
import type { Found, Page } from './store.ts';

/** All that is given must hold. */
export interface OrderFilter {
  state?: OrderState;
  overdue?: boolean;
  flagged?: boolean;
  sourceId?: string;
  reference?: string;
}

/** An order with what happened to it, oldest first. */
export interface OrderHistory {
  order: Order;
  history: OrderEntry[];
}

/** How many orders stand where, and what was found by asking alone. */
export interface OrderCounts {
  states: Record<OrderState, number>;
  overdue: number;
  /** Overdue or stuck: somebody has to look. */
  late: number;
  foundByPoll: number;
}

/**
 * Orders that are followed. What an event makes of one is part of `accept` (`AcceptItem.order`). Every decision is `core/order.ts`;
 * what people are to be told of is written down in the same act (`AlertStore.signals`).
 */
export interface OrderStore {
  /** `made`: it is new, or known by events only. `known`: it was registered before and nothing changed. `other`: it was, under another order id. */
  registerOrder(input: {
    order: Pick<Order, 'id' | 'accountNo' | 'sourceId' | 'reference' | 'orderId'>;
    policy: OrderPolicy;
    nowMs: number;
  }): Promise<{ kind: 'made' | 'known' | 'other'; order: Order }>;
  /** Up to `limit` orders that time alone changes, as it has changed them. `nextAtMs`: when it changes the next one. */
  passOrders(input: { nowMs: number; limit: number }): Promise<{ changed: Order[]; nextAtMs: number | null }>;
  /** Every source with orders to be asked about, now or later. */
  duePolls(): Promise<DuePolls[]>;
  /**
   * Due orders of each source, longest due first, each with the moment to ask about it, by the caller alone. Moments of one source
   * keep its rate, whoever else asks, and none is further ahead than `pollAheadMs`. An order is put off by its `every` from its
   * moment on, so that none is asked about sooner if the caller dies.
   */
  claimPolls(input: { nowMs: number; asks: PollAsk[] }): Promise<{ order: Order; atMs: number }[]>;
  /**
   * Writes down what came of asking, when it was no final state. After `limits.pollFailuresTold` failures people are told that the
   * source does not answer. Where it says when to come back, it has no moment for any order before. Answers the order as it is then;
   * null: it is gone.
   */
  notePoll(input: {
    no: number;
    answer: PollAnswer;
    policy: OrderPolicy;
    nowMs: number;
  }): Promise<Order | null>;
  /** The source is followed by another policy from now on: up to `limit` of its open orders after the number `after`. Answers the last one's number while there are more. */
  rewatchOrders(input: {
    sourceId: string;
    policy: OrderPolicy;
    after: number;
    limit: number;
    nowMs: number;
  }): Promise<number | null>;
  getOrder(accountNo: number, id: string): Promise<OrderHistory | null>;
  listOrders(accountNo: number, filter: OrderFilter, page: Page): Promise<Found<Order>>;
  /** Of one account; null: of all. */
  orderCounts(accountNo: number | null): Promise<OrderCounts>;
  /** Whether the source's list is to be asked for now, by the caller alone, and since when; it is put off by `everyMs`. */
  claimList(input: {
    sourceId: string;
    everyMs: number;
    nowMs: number;
  }): Promise<{ due: true; sinceMs: number } | { due: false; nextAtMs: number }>;
  /** What came of asking for the list: all of it was taken in, and the next one is asked for since then; or why not. */
  noteList(input: {
    sourceId: string;
    accountNo: number;
    answer: { kind: 'all'; sinceMs: number } | { kind: 'failure'; reason: string };
    nowMs: number;
  }): Promise<void>;
}
