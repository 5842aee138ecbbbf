import { alertKindOfEvent } from '../core/alert.ts';
import type { Owed } from '../core/delivery.ts';
import { deliveryKey } from '../core/delivery.ts';
import type { Endpoint } from '../core/endpoint.ts';
import { StoreError, SurehookError } from '../core/errors.ts';
import type { Event, NewEvent } from '../core/event.ts';
import { matchesFilter } from '../core/filter.ts';
import * as limits from '../core/limits/store.ts';
import type { OrderNews } from '../core/order.ts';
import { isPulled } from '../core/pull.ts';
import { isInvolved } from '../ports/accept-item.ts';
import type { Clock } from '../ports/clock.ts';
import type { AcceptItem, AcceptResult, TargetMode } from '../ports/store.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Directory } from './directory.ts';
import type { Dispatcher, Reservation } from './dispatch.ts';
import type { Doubt } from './doubt.ts';
import { InFlight } from './in-flight.ts';
import { together } from './together.ts';

export interface AcceptParts {
  clock: Clock;
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
}

/** What an event that was not published by API brings along. */
export interface TakenIn {
  inbound?: AcceptItem['inbound'];
  order?: OrderNews;
  /** It goes to this endpoint alone, whatever that or others subscribed to. */
  only?: Endpoint;
}

/** How often a match is made again because the endpoints changed during the commit, before the publisher is asked to come back. */
const matchTries = 5;

/** What is to be stored, and how. */
export interface Draft extends TakenIn {
  event: NewEvent;
  deliverAtMs: number | null;
  idempotency: AcceptItem['idempotency'];
  beganAtMs: number;
}

/** On disk, with what is owed. */
export interface Stored {
  kind: 'stored';
  deliveries: number;
}

/** Nothing was stored, for it is known already. */
export type Known = Exclude<AcceptResult, { kind: 'stored' | 'stale' }>;

/** Takes events in: match → store event and what is owed in one act → and only then say so. */
export class Accepter {
  readonly #parts: AcceptParts;
  readonly #inFlight = new InFlight();
  /** Alone, or together with what comes up with it. */
  readonly #store: (item: AcceptItem) => Promise<AcceptResult>;
  #stopping = false;
  /** Position after the newest event that was stored here; 0 before the first. */
  nextSeq = 0;

  constructor(parts: AcceptParts) {
    this.#parts = parts;
    this.#store = together((items) => parts.store(items), isInvolved);
  }

  /** Resolves once it is on disk, or known to have been before; throws `unavailable` when nothing is promised. */
  async accept(draft: Draft): Promise<Known | Stored> {
    const { event, deliverAtMs, idempotency, inbound = null, order, only, beganAtMs } = draft;
    const { directory, dispatcher, doubt, telemetry, clock } = this.#parts;
    this.#inFlight.begin();
    try {
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
    } finally {
      this.#inFlight.end();
    }
  }

  /**
   * An event that no publisher wrote: it came through a source, was found by asking, or is told by the platform itself. Resolves
   * once it is on disk; throws `unavailable` when nothing is promised. `isNew` false: nothing was stored and nobody is told, as
   * it is known as that event, or its order has been in this final state before (then `eventId` is null).
   */
  async takeIn(event: NewEvent, more: TakenIn = {}): Promise<{ eventId: string | null; isNew: boolean }> {
    const beganAtMs = this.#parts.clock.monotonicMs();
    const result = await this.accept({ event, deliverAtMs: null, idempotency: null, ...more, beganAtMs });
    if (result.kind === 'seen') return { eventId: result.eventId, isNew: false };
    if (result.kind === 'order_known') return { eventId: null, isNew: false };
    return { eventId: event.id, isNew: result.kind === 'stored' };
  }

  /** Refuses from now on; resolves when of all that was taken in before the outcome is known. */
  stop(): Promise<void> {
    this.#stopping = true;
    return this.#inFlight.none();
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

function unavailable(): SurehookError {
  return new SurehookError(
    'unavailable',
    'The store cannot take this now. Nothing is promised; send it again with the same id.',
    {
      retryAfterS: limits.busyRetryAfterS,
    },
  );
}
