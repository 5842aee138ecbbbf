import type { Account } from '../core/account.ts';
import { alertKindOfEvent } from '../core/alert.ts';
import type { Owed } from '../core/delivery.ts';
import { deliveryKey } from '../core/delivery.ts';
import type { Endpoint } from '../core/endpoint.ts';
import { invalid, StoreError, SurehookError } from '../core/errors.ts';
import type { Event, NewEvent } from '../core/event.ts';
import { type EventInput, parseBatch, parseEvent } from '../core/event-input.ts';
import { matchesFilter } from '../core/filter.ts';
import { newId } from '../core/ids.ts';
import * as limits from '../core/limits/store.ts';
import type { OrderNews } from '../core/order.ts';
import { isPulled } from '../core/pull.ts';
import { timeText } from '../core/time-text.ts';
import { isInvolved } from '../ports/accept-item.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { AcceptItem, AcceptResult, EventSummary, TargetMode } from '../ports/store.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Directory } from './directory.ts';
import type { Dispatcher, Reservation } from './dispatch.ts';
import type { Doubt } from './doubt.ts';
import { InFlight } from './in-flight.ts';
import { together } from './together.ts';

export interface AcceptParts {
  clock: Clock;
  random: Random;
  telemetry: Telemetry;
  directory: Directory;
  dispatcher: Dispatcher;
  doubt: Doubt;
  /** Stored with whatever else the next commit holds. Results in order. */
  store(items: AcceptItem[]): Promise<AcceptResult[]>;
  /** Reads the directory anew: another node, or a consequence of a delivery, changed the endpoints. */
  refresh(): Promise<void>;
  /** An event that speaks of an order was stored, or its order's history was written. */
  orderHeard(accountNo: number, order: OrderNews): void;
  /** An event of a type that people want to hear of was stored. */
  signalled(): void;
  /** Several nodes work on the store: what must be exact over all of them is decided by its claims. */
  isShared: boolean;
  sha256(text: string): string;
  maxDataBytes: number;
}

/** What an event that was not published by API brings along. */
export interface TakenIn {
  inbound?: AcceptItem['inbound'];
  order?: OrderNews;
  /** It goes to this endpoint alone, whatever that or others subscribed to. */
  only?: Endpoint;
}

export interface Accepted {
  /** 202: stored now. 200: the id was known. */
  status: 200 | 202;
  event: EventSummary;
  /** The id was known with another type or other data. */
  conflict: boolean;
  /** The answer is the first one of this idempotency key. */
  replayed: boolean;
}

export interface PublishOptions {
  /** The key may act for every account, so the event may name another one. */
  anyAccount: boolean;
  /** The request itself has named the account, so the event must not name another one. */
  accountNamed?: boolean;
  idempotencyKey: string | null;
  /** `traceparent` as sent (W3C Trace Context), if any; unreadable ones are ignored. */
  traceparent: string | null;
}

const traceparentPattern = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;
/** How often a match is made again because the endpoints changed during the commit, before the publisher is asked to come back. */
const matchTries = 5;

/** What is to be stored, and how. */
interface Draft extends TakenIn {
  event: NewEvent;
  deliverAtMs: number | null;
  idempotency: AcceptItem['idempotency'];
  beganAtMs: number;
}

/** Nothing was stored, for it is known already. */
type Known = Exclude<AcceptResult, { kind: 'stored' | 'stale' }>;

/** Takes events in: parse → match → store event and what is owed in one act → and only then say so. */
export class Accepter {
  readonly #parts: AcceptParts;
  readonly #inFlight = new InFlight();
  /** Idempotency keys whose first request is under way, with the account that the store keeps them under. */
  readonly #keysUnderWay = new Set<string>();
  /** Alone, or together with what comes up with it. */
  readonly #store: (item: AcceptItem) => Promise<AcceptResult>;
  #stopping = false;
  /** Position after the newest event that was stored here; 0 before the first. */
  nextSeq = 0;

  constructor(parts: AcceptParts) {
    this.#parts = parts;
    this.#store = together((items) => parts.store(items), isInvolved);
  }

  /** The body of `POST /v1/events`. Resolves once it is on disk. */
  async publish(account: Account, body: string, options: PublishOptions): Promise<Accepted> {
    const { clock, maxDataBytes } = this.#parts;
    const beganAtMs = clock.monotonicMs();
    const input = parseEvent(body, { nowMs: clock.nowMs(), maxDataBytes });
    const owner = this.#ownerOf(account, input.account, options);
    const key = options.idempotencyKey;
    const idempotency = key === null ? null : { key, requestHash: this.#parts.sha256(body) };
    const slot = key === null ? null : `${owner.no} ${key}`;
    if (slot !== null) this.#occupy(slot);
    this.#inFlight.begin();
    try {
      const event = this.#eventOf(owner, input, options);
      const problems = this.#parts.directory.checkData(owner.no, event.type, event.data);
      if (problems.length > 0) throw invalid(problems);
      const { deliverAtMs } = input;
      const result = await this.#take({
        event,
        deliverAtMs,
        idempotency,
        beganAtMs,
      });
      return answerOf(result, event);
    } finally {
      if (slot !== null) this.#keysUnderWay.delete(slot);
      this.#inFlight.end();
    }
  }

  /** The body of `POST /v1/events/batch`: one result an item, in order. An item's fault is its own. */
  async publishBatch(
    account: Account,
    body: string,
    accounts: Pick<PublishOptions, 'anyAccount' | 'accountNamed'>,
  ): Promise<(Accepted | Error)[]> {
    const options = { idempotencyKey: null, traceparent: null, ...accounts };
    const settled = await Promise.allSettled(
      parseBatch(body).map((item) => this.publish(account, item, options)),
    );
    return settled.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error)));
  }

  /**
   * An event that no publisher wrote: it came through a source, was found by asking, or is told by the platform itself. Resolves
   * once it is on disk; throws `unavailable` when nothing is promised. `isNew` false: nothing was stored and nobody is told, as
   * it is known as that event, or its order has been in this final state before (then `eventId` is null).
   */
  async takeIn(event: NewEvent, more: TakenIn = {}): Promise<{ eventId: string | null; isNew: boolean }> {
    const beganAtMs = this.#parts.clock.monotonicMs();
    this.#inFlight.begin();
    try {
      const result = await this.#take({ event, deliverAtMs: null, idempotency: null, ...more, beganAtMs });
      if (result.kind === 'seen') return { eventId: result.eventId, isNew: false };
      if (result.kind === 'order_known') return { eventId: null, isNew: false };
      return { eventId: event.id, isNew: result.kind === 'stored' };
    } finally {
      this.#inFlight.end();
    }
  }

  /** Refuses from now on; resolves when what was taken in before is answered. */
  stop(): Promise<void> {
    this.#stopping = true;
    return this.#inFlight.none();
  }

  #occupy(slot: string): void {
    if (this.#keysUnderWay.has(slot)) {
      throw new SurehookError(
        'conflict',
        'The first request with this Idempotency-Key is still under way. Ask again shortly.',
        { retryAfterS: limits.busyRetryAfterS },
      );
    }
    this.#keysUnderWay.add(slot);
  }

  #ownerOf(account: Account, named: string | null, options: PublishOptions): Account {
    if (named === null || named === account.id) return account;
    if (options.anyAccount && options.accountNamed) {
      const detail = `is ${JSON.stringify(named)}, but Surehook-Account names ${JSON.stringify(account.id)}; leave one of them out`;
      throw invalid([{ pointer: '/account', detail }]);
    }
    if (options.anyAccount) {
      const owner = this.#parts.directory.accountById(named);
      if (owner !== null) return owner;
      throw invalid([{ pointer: '/account', detail: `there is no account ${JSON.stringify(named)}` }]);
    }
    throw new SurehookError(
      'forbidden',
      `This request acts for the account ${JSON.stringify(account.id)}, but the event names ${JSON.stringify(named)}.`,
    );
  }

  #eventOf(account: Account, input: EventInput, options: PublishOptions): NewEvent {
    const { clock, random } = this.#parts;
    const nowMs = clock.nowMs();
    return {
      accountNo: account.no,
      id: input.id ?? newId('evt_', nowMs, random.bytes(10)),
      type: input.type,
      timestamp: input.timestamp ?? timeText(nowMs),
      data: input.data,
      reference: input.reference,
      source: null,
      origin: 'api',
      traceId:
        options.traceparent === null ? null : (traceparentPattern.exec(options.traceparent)?.[1] ?? null),
      createdAtMs: nowMs,
      received: null,
    };
  }

  async #take(draft: Draft): Promise<Known | { kind: 'stored'; deliveries: number }> {
    const { event, deliverAtMs, idempotency, inbound = null, order, only, beganAtMs } = draft;
    const { directory, dispatcher, doubt, telemetry, clock } = this.#parts;
    for (let n = 0; n < matchTries; n++) {
      if (this.#stopping || doubt.exists) throw unavailable();
      const targets = only === undefined ? this.#match(event) : [only];
      const later = deliverAtMs !== null && deliverAtMs > clock.nowMs();
      const reserved: (Reservation | null)[] = [];
      const modes: TargetMode[] = [];
      for (const endpoint of targets) {
        const reservation = later || this.#isClaimed(endpoint) ? null : dispatcher.reserve(endpoint);
        reserved.push(reservation);
        modes.push(reservation !== null ? 'begun' : endpoint.ordered ? 'ordered' : 'queued');
      }
      const item: AcceptItem = {
        event,
        endpointNos: targets.map((endpoint) => endpoint.no),
        modes,
        dueAtMs: later ? deliverAtMs : event.createdAtMs,
        directoryVersion: directory.version(event.accountNo),
        idempotency,
        inbound,
        ...(order === undefined ? {} : { order }),
      };
      let result: AcceptResult;
      try {
        result = await this.#store(item);
      } catch (error) {
        this.#giveBack(reserved);
        throw error instanceof StoreError ? unavailable() : error;
      }
      if (result.kind === 'stored') {
        const stored = { ...event, seq: result.seq };
        this.#handOver(stored, item, reserved);
        const durationMs = clock.monotonicMs() - beganAtMs;
        telemetry.accepted(stored, { deliveries: targets.length, durationMs });
        if (order !== undefined) this.#parts.orderHeard(event.accountNo, order);
        else if (alertKindOfEvent(event.type) !== null) this.#parts.signalled();
        return { kind: 'stored', deliveries: targets.length };
      }
      this.#giveBack(reserved);
      if (result.kind === 'stale') await this.#parts.refresh();
      else return result;
    }
    throw unavailable();
  }

  /** Never handed over from memory: the order, and with several nodes the rate, is the store's to keep. */
  #isClaimed(endpoint: Endpoint): boolean {
    return (
      endpoint.ordered || isPulled(endpoint) || (this.#parts.isShared && endpoint.ratePerSecond !== null)
    );
  }

  #match(event: NewEvent): Endpoint[] {
    const matched = this.#parts.directory.match(event.accountNo, event.type, event.source);
    if (matched.length > limits.targetsPerEvent)
      throw new SurehookError('conflict', 'More endpoints want this event than one event can go to.');
    return matched.some((endpoint) => endpoint.filter !== null)
      ? matched.filter((endpoint) => endpoint.filter === null || matchesFilter(endpoint.filter, event))
      : matched;
  }

  #giveBack(reserved: (Reservation | null)[]): void {
    for (const reservation of reserved)
      if (reservation !== null) this.#parts.dispatcher.giveBack(reservation);
  }

  #handOver(event: Event, item: AcceptItem, reserved: (Reservation | null)[]): void {
    const { dispatcher } = this.#parts;
    const { seq } = event;
    if (seq >= this.nextSeq) this.nextSeq = seq + 1;
    for (let place = 0; place < reserved.length; place++) {
      const reservation = reserved[place]!;
      const endpointNo = item.endpointNos[place]!;
      if (reservation === null) {
        dispatcher.note(endpointNo, 'first', item.dueAtMs);
        continue;
      }
      const owed: Owed = {
        key: deliveryKey(seq, place),
        endpointNo,
        event,
        tries: 0,
        attempts: 0,
        startedAtMs: event.createdAtMs,
        replayNo: null,
        fresh: true,
      };
      dispatcher.begin(reservation, owed);
    }
  }
}

function answerOf(result: Known | { kind: 'stored'; deliveries: number }, event: NewEvent): Accepted {
  if (result.kind === 'stored') {
    const { id, type, createdAtMs } = event;
    const { deliveries } = result;
    return { status: 202, event: { id, type, createdAtMs, deliveries }, conflict: false, replayed: false };
  }
  if (result.kind === 'seen' || result.kind === 'order_known')
    throw new Error('An event that came through no source was taken for one that did.');
  if (result.kind === 'key_reused') {
    throw invalid([
      {
        pointer: 'Idempotency-Key',
        detail: 'was used with another request. Use a new key for a new request.',
      },
    ]);
  }
  if (result.kind === 'duplicate')
    return { status: 200, event: result.event, conflict: result.conflict, replayed: false };
  return {
    status: result.status === 202 ? 202 : 200,
    event: result.event,
    conflict: result.conflict,
    replayed: true,
  };
}

function unavailable(): SurehookError {
  return new SurehookError(
    'unavailable',
    'The store cannot take this now. Nothing is promised; send it again with the same id.',
    {
      retryAfterS: limits.busyRetryAfterS,
    },
  );
}
