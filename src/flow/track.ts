import type { Account } from '../core/account.ts';
import { invalid, SurehookError } from '../core/errors.ts';
import { idBytes, newId } from '../core/ids.ts';
import * as limits from '../core/limits.ts';
import type { Order } from '../core/order.ts';
import { readNewOrder } from '../core/order-input.ts';
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

/** What waits to be asked of one source: in turn, no more at once than it may be, no sooner than its rate allows. */
interface Queue {
  orders: Order[];
  underWay: number;
  nextAtMs: number;
  /** The source wants to be left alone until then. */
  quietUntilMs: number;
}

/** Follows orders: says when they are overdue or stuck, and asks about those that nobody tells of. */
export class Tracker {
  readonly #parts: TrackParts;
  readonly #poller: Poller;
  readonly #queues = new Map<string, Queue>();
  readonly #lists = new Set<string>();
  /** Numbers of orders that wait to be asked about or are asked about now. */
  readonly #asking = new Set<number>();
  readonly #inFlight = new InFlight();
  #underWay = 0;
  #wakeAtMs = Infinity;
  #cancel: (() => void) | null = null;
  #cancelPump: (() => void) | null = null;
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
    this.#cancelPump?.();
    return this.#inFlight.none();
  }

  /** An order may be due earlier than was known. */
  look(): void {
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
    this.#cancel = this.#parts.clock.after(Math.min(delayMs, limits.timerMaxMs), () => {
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
      nextMs = Math.min(await this.#claim(), await this.#claimLists());
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

  /** Answers how long nothing is due. */
  async #claim(): Promise<number> {
    const { store, clock } = this.#parts;
    const nowMs = clock.nowMs();
    const room = limits.dueOrders - this.#asking.size;
    if (room <= 0) return limits.trackSoonMs;
    const { due, nextAtMs } = await store.claimDueOrders({ nowMs, limit: room });
    let changed = false;
    for (const { order, ask } of due) {
      if (ask && !this.#asking.has(order.no)) {
        this.#asking.add(order.no);
        this.#queueOf(order.sourceId).orders.push(order);
      }
      changed ||= order.updatedAtMs === nowMs;
    }
    if (changed) this.#parts.signalled();
    this.#pump();
    return nextAtMs === null ? Infinity : nextAtMs - clock.nowMs();
  }

  #queueOf(sourceId: string): Queue {
    let queue = this.#queues.get(sourceId);
    if (queue === undefined) {
      queue = { orders: [], underWay: 0, nextAtMs: 0, quietUntilMs: 0 };
      this.#queues.set(sourceId, queue);
    }
    return queue;
  }

  /** Asks whatever may be asked now, and comes back when more may. */
  #pump(): void {
    this.#cancelPump?.();
    if (this.#stopped) return;
    const nowMs = this.#parts.clock.nowMs();
    let nextAtMs = Infinity;
    for (const [sourceId, queue] of this.#queues) {
      const source = this.#parts.source(sourceId);
      // Whose source or way of asking is gone is not asked about: what comes instead watches it anew.
      if (source?.tracking?.poll == null)
        for (const { no } of queue.orders.splice(0)) this.#asking.delete(no);
      else nextAtMs = Math.min(nextAtMs, this.#serve(source as Tracked, queue, nowMs));
      if (
        queue.orders.length + queue.underWay === 0 &&
        queue.quietUntilMs <= nowMs &&
        queue.nextAtMs <= nowMs
      )
        this.#queues.delete(sourceId);
    }
    if (nextAtMs !== Infinity)
      this.#cancelPump = this.#parts.clock.after(Math.max(1, nextAtMs - nowMs), () => this.#pump());
  }

  /** Answers when more may be asked of this source; infinity: when something under way has ended, or nothing waits. */
  #serve(source: Tracked, queue: Queue, nowMs: number): number {
    const gapMs = 1000 / source.tracking.poll!.perSecond;
    while (queue.orders.length > 0) {
      const full = queue.underWay >= limits.pollsUnderWayPerSource || this.#underWay >= limits.pollsUnderWay;
      if (full) return Infinity;
      const isQuiet = queue.quietUntilMs > nowMs;
      if (!isQuiet && queue.nextAtMs > nowMs) return queue.nextAtMs;
      const order = queue.orders.shift()!;
      if (!isQuiet) queue.nextAtMs = Math.max(queue.nextAtMs, nowMs) + gapMs;
      void this.#ask(source, order, queue, isQuiet ? queue.quietUntilMs - nowMs : null);
    }
    return Infinity;
  }

  async #ask(source: Tracked, order: Order, queue: Queue, quietForMs: number | null): Promise<void> {
    this.#inFlight.begin();
    this.#underWay += 1;
    queue.underWay += 1;
    try {
      if (quietForMs !== null) await this.#poller.leave(source, order, quietForMs);
      else {
        const alone = await this.#poller.ask(source, order);
        if (alone !== null)
          queue.quietUntilMs = this.#parts.clock.nowMs() + Math.min(alone, limits.retryAfterMaxMs);
      }
      this.#parts.signalled();
    } catch (error) {
      // The order was put off when it was claimed: it is asked about again.
      this.#parts.telemetry.warn('asking about an order failed', { order: order.id, cause: String(error) });
    } finally {
      this.#asking.delete(order.no);
      this.#underWay -= 1;
      queue.underWay -= 1;
      this.#inFlight.end();
      this.#wake(limits.trackSoonMs);
      this.#pump();
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
      const claimed = await store.claimList({ sourceId: source.id, everyMs: list.everyMs, nowMs });
      nextMs = Math.min(nextMs, claimed.due ? list.everyMs : claimed.nextAtMs - nowMs);
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
