import type { Account } from '../core/account.ts';
import { invalid, SurehookError } from '../core/errors.ts';
import { idBytes, newId } from '../core/ids.ts';
import { timerMaxMs } from '../core/limits/dispatch.ts';
import * as limits from '../core/limits/orders.ts';
import type { Order } from '../core/order.ts';
import { readNewOrder } from '../core/order-input.ts';
import { planPolls } from '../core/polling.ts';
import { policyOf, type TrackedSource, type Tracking } from '../core/tracking.ts';
import type { OrderStore } from '../ports/order-store.ts';
import { InFlight } from './in-flight.ts';
import { Poller, type PollParts } from './poll.ts';

export interface TrackParts extends PollParts {
  store: OrderStore;
  /** Every source there is; one by its id, null when there is none. */
  sources(): Iterable<TrackedSource>;
  source(id: string): TrackedSource | null;
  /** Something happened that people want to hear of. */
  signalled(): void;
}

type Tracked = TrackedSource & { tracking: Tracking };

/** What is asked of one source. */
interface Asking {
  /** Orders that were taken, each a place. */
  places: number;
  /** The last question failed: it is asked one thing at a time. */
  failing: boolean;
  /** What waits for its moment, by number of the order: how it is called off. */
  waiting: Map<number, () => void>;
}

/** Follows orders: says when they are overdue or stuck, and asks about those that nobody tells of. */
export class Tracker {
  readonly #parts: TrackParts;
  readonly #poller: Poller;
  readonly #asking = new Map<string, Asking>();
  readonly #lists = new Set<string>();
  /** Of each source, when its list is due next, as far as is known. */
  readonly #listAtMs = new Map<string, number>();
  readonly #inFlight = new InFlight();
  #places = limits.pollsUnderWay;
  /** Orders wait for a question that is under way to end. */
  #isCrowded = false;
  /** When time alone changes the next order, as far as is known. */
  #passAtMs = 0;
  #wakeAtMs = Infinity;
  #cancel: (() => void) | null = null;
  #looking = false;
  #stopped = false;

  constructor(parts: TrackParts) {
    this.#parts = parts;
    this.#poller = new Poller(parts);
  }

  start(): void {
    this.#wake(0);
  }

  /** Begins nothing more; resolves when what was asked is dealt with. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    for (const [sourceId, { waiting }] of this.#asking)
      for (const no of waiting.keys()) this.#callOff(sourceId, no);
    return this.#inFlight.none();
  }

  /** An order may be due earlier than was known. */
  look(): void {
    this.#passAtMs = 0;
    this.#wake(limits.trackSoonMs);
  }

  /** The body of `POST /v1/orders`. `isNew` false: it was registered before. */
  async register(account: Account, body: unknown): Promise<{ order: Order; isNew: boolean }> {
    const { store, clock, random } = this.#parts;
    const { sourceId, reference, orderId } = readNewOrder(body);
    const source = this.#parts.source(sourceId);
    if (source === null || source.accountNo !== account.no)
      throw invalid([
        { pointer: '/sourceId', detail: `there is no source ${JSON.stringify(sourceId)} in this account` },
      ]);
    if (source.tracking === null)
      throw invalid([
        {
          pointer: '/sourceId',
          detail: 'is a source without tracking; give it one with PATCH /v1/sources/:id',
        },
      ]);
    const nowMs = clock.nowMs();
    const id = newId('ord_', nowMs, random.bytes(idBytes));
    const { kind, order } = await store.registerOrder({
      order: { id, accountNo: account.no, sourceId, reference, orderId },
      policy: policyOf(source.tracking),
      nowMs,
    });
    if (kind === 'other')
      throw new SurehookError(
        'conflict',
        `The order ${JSON.stringify(reference)} of this source is registered with the order id ${JSON.stringify(order.orderId)}.`,
      );
    this.look();
    return { order, isNew: kind === 'made' };
  }

  /** A source was made, or its tracking changed: its open orders are followed by the new one. */
  async sourceChanged(source: TrackedSource): Promise<void> {
    const { store, clock } = this.#parts;
    const policy = source.tracking === null ? { poll: null, slaMs: null } : policyOf(source.tracking);
    let after: number | null = 0;
    while (after !== null && !this.#stopped) {
      const input = { sourceId: source.id, policy, after, limit: limits.rewatchOrders, nowMs: clock.nowMs() };
      after = await store.rewatchOrders(input);
    }
    this.look();
  }

  #wake(delayMs: number): void {
    const atMs = this.#parts.clock.nowMs() + delayMs;
    if (this.#stopped || this.#wakeAtMs <= atMs) return;
    this.#cancel?.();
    this.#wakeAtMs = atMs;
    this.#cancel = this.#parts.clock.after(Math.min(delayMs, timerMaxMs), () => {
      this.#wakeAtMs = Infinity;
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    if (this.#looking) return this.#wake(limits.trackSoonMs);
    this.#looking = true;
    this.#inFlight.begin();
    let nextMs: number = limits.trackEveryMs;
    try {
      nextMs = Math.min(await this.#pass(), await this.#claim(), await this.#claimLists());
    } catch (error) {
      this.#parts.telemetry.warn('orders could not be looked at; it is tried again', {
        cause: String(error),
      });
    } finally {
      this.#looking = false;
      this.#inFlight.end();
    }
    this.#wake(Math.max(0, Math.min(nextMs, limits.trackEveryMs)));
  }

  /** What time alone does to orders. Answers how long it does nothing more. */
  async #pass(): Promise<number> {
    const { store, clock, signalled } = this.#parts;
    const nowMs = clock.nowMs();
    if (this.#passAtMs > nowMs) return this.#passAtMs - nowMs;
    this.#passAtMs = Infinity;
    const { changed, nextAtMs } = await store.passOrders({ nowMs, limit: limits.passedOrders });
    // News that came meanwhile stands.
    this.#passAtMs = Math.min(this.#passAtMs, nextAtMs ?? Infinity);
    if (changed.length > 0) signalled();
    return Math.max(limits.trackSoonMs, this.#passAtMs - nowMs);
  }

  /** Takes orders to ask about as far as there are places. Answers how long there are none to be taken. */
  async #claim(): Promise<number> {
    const { store, clock } = this.#parts;
    const nowMs = clock.nowMs();
    const room = { places: this.#places, of: (id: string) => this.#roomOf(id) };
    const { asks, nextAtMs, isCrowded } = planPolls(await store.duePolls(), room, nowMs);
    const claimed = asks.length === 0 ? [] : await store.claimPolls({ nowMs, asks });
    for (const { order, atMs } of claimed) this.#askAt(order, atMs);
    this.#isCrowded = isCrowded;
    return asks.length === 0 ? nextAtMs - nowMs : limits.trackSoonMs;
  }

  #roomOf(sourceId: string): { perSecond: number; places: number } | null {
    // Whose source or way of asking is gone is not asked about: what comes instead watches its orders anew.
    const poll = this.#parts.source(sourceId)?.tracking?.poll ?? null;
    if (poll === null) return null;
    const { places = 0, failing = false } = this.#asking.get(sourceId) ?? {};
    const most = failing ? limits.pollsUnderWayFailing : limits.pollsUnderWayEach;
    return { perSecond: poll.perSecond, places: most - places };
  }

  #askAt(order: Order, atMs: number): void {
    if (this.#stopped) return;
    const { sourceId, no } = order;
    const asking = this.#asking.get(sourceId) ?? { places: 0, failing: false, waiting: new Map() };
    this.#asking.set(sourceId, asking);
    asking.places += 1;
    this.#places -= 1;
    const begin = (): void => {
      asking.waiting.delete(no);
      void this.#ask(order, asking);
    };
    const delayMs = Math.max(0, atMs - this.#parts.clock.nowMs());
    asking.waiting.set(no, this.#parts.clock.after(delayMs, begin));
  }

  /** Not asked after all: it was put off when it was taken, and is taken again. */
  #callOff(sourceId: string, no: number): void {
    const asking = this.#asking.get(sourceId)!;
    asking.waiting.get(no)!();
    asking.waiting.delete(no);
    this.#vacate(sourceId, asking);
  }

  #vacate(sourceId: string, asking: Asking): void {
    asking.places -= 1;
    this.#places += 1;
    if (asking.places === 0 && !asking.failing) this.#asking.delete(sourceId);
  }

  async #ask(order: Order, asking: Asking): Promise<void> {
    const { telemetry, signalled } = this.#parts;
    const { sourceId } = order;
    const source = this.#parts.source(sourceId);
    this.#inFlight.begin();
    try {
      if (source?.tracking?.poll == null) return;
      const { failed, quiet } = await this.#poller.ask(source as Tracked, order);
      asking.failing = failed;
      if (quiet) for (const no of [...asking.waiting.keys()]) this.#callOff(sourceId, no);
      signalled();
    } catch (error) {
      // The order was put off when it was taken: it is asked about again.
      telemetry.warn('asking about an order failed', { order: order.id, cause: String(error) });
    } finally {
      this.#vacate(sourceId, asking);
      this.#inFlight.end();
      this.#wake(this.#isCrowded ? limits.pollAgainMs : limits.trackSoonMs);
    }
  }

  /** Answers how long no list is due. */
  async #claimLists(): Promise<number> {
    const { store, clock } = this.#parts;
    let nextMs = Infinity;
    for (const source of this.#parts.sources()) {
      const list = source.tracking?.list;
      if (list == null || this.#lists.has(source.id)) continue;
      const nowMs = clock.nowMs();
      const known = this.#listAtMs.get(source.id) ?? 0;
      if (known > nowMs) {
        nextMs = Math.min(nextMs, known - nowMs);
        continue;
      }
      const claimed = await store.claimList({ sourceId: source.id, everyMs: list.everyMs, nowMs });
      const nextAtMs = claimed.due ? nowMs + list.everyMs : claimed.nextAtMs;
      this.#listAtMs.set(source.id, nextAtMs);
      nextMs = Math.min(nextMs, nextAtMs - nowMs);
      if (claimed.due) void this.#list(source as Tracked, claimed.sinceMs);
    }
    return nextMs;
  }

  async #list(source: Tracked, sinceMs: number): Promise<void> {
    this.#lists.add(source.id);
    this.#inFlight.begin();
    try {
      await this.#poller.list(source, source.tracking.list!, sinceMs);
    } catch (error) {
      this.#parts.telemetry.warn('a list was not taken in; it is asked for again', {
        source: source.id,
        cause: String(error),
      });
    } finally {
      this.#lists.delete(source.id);
      this.#inFlight.end();
      this.#parts.signalled();
    }
  }
}
