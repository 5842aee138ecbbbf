import { StoreError } from '../../core/errors.ts';
import * as limits from '../../core/limits/store.ts';
import { isInvolved, isKeyed, isWatched } from '../../ports/accept-item.ts';
import type { AcceptItem, AcceptResult, DeliveryStore, Settlement, SettleResult } from '../../ports/store.ts';
import { acceptEvents, acceptKeyed, acceptWatched, type Holder } from './acts/accept.ts';
import { beat, claim, join, lanes, leave, reclaim, release, spill } from './acts/lease.ts';
import { settle } from './acts/settle.ts';
import type { Connections } from './connections.ts';
import { Grouped } from './grouped.ts';
import type { Link } from './link.ts';

interface Settling {
  epoch: number;
  nowMs: number;
  settlement: Settlement;
}

interface Accepting {
  epoch: number;
  nowMs: number;
  item: AcceptItem;
}

/** The server's time, and the position that was given out last. */
export const timeSql =
  'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now, last_value AS seq FROM event_seq';

const nodesSql = `SELECT t.*, (SELECT array_agg(epoch) FROM node) AS epochs FROM (${timeSql}) t`;

/** The way of an event. Each act is one statement; accepts and settlements that come together share one. */
export class Hot implements Omit<DeliveryStore, 'watch'> {
  readonly #connections: Connections;
  readonly #link: Link;
  readonly #timed: ((nowMs: number) => void) | undefined;
  #epoch: number | null = null;
  /** Raised by each look for what nobody holds. */
  #generation = 0;
  /** Something may be ours in the store that nobody here knows of: the checkpoint stays until that is looked up. */
  #inDoubt = false;
  /** The highest position that this node was told of; whatever is asked for later gets a higher one. */
  #highest = 0;
  /** The checkpoint as it was moved last, and how far positions were given out at the last beat. */
  #low = 0;
  #positionsAtBeat = 0;
  /** Of the nodes there were then. */
  #epochs: ReadonlySet<number> = new Set();
  /** For each accept under way, the highest position that was known when it began. */
  readonly #accepting = new Set<{ above: number }>();
  readonly #accepts: Grouped<Accepting, AcceptResult>;
  readonly #settles: Grouped<Settling, SettleResult>;

  constructor(connections: Connections, link: Link, timed?: (nowMs: number) => void) {
    this.#connections = connections;
    this.#link = link;
    this.#timed = timed;
    this.#accepts = new Grouped({
      flights: limits.statementFlights,
      run: (items) => this.#accept(items),
      mayMeet: (first, { epoch, item }) =>
        epoch === first.epoch && !isInvolved(first.item) && !isInvolved(item),
    });
    this.#settles = new Grouped({
      flights: limits.statementFlights,
      run: (settling) => this.#settle(settling),
      keyOf: ({ settlement }) => settlement.key,
      mayMeet: (first, { epoch }) => epoch === first.epoch,
    });
  }

  async join(input: Parameters<DeliveryStore['join']>[0]): ReturnType<DeliveryStore['join']> {
    const joined = await this.#connections.alone((session) => join(session, input));
    this.#epoch = joined.epoch;
    this.#generation = 0;
    this.#inDoubt = false;
    return { ...joined, beatEveryMs: limits.nodeBeatMs };
  }

  async beat({ epoch, nowMs }: Parameters<DeliveryStore['beat']>[0]): ReturnType<DeliveryStore['beat']> {
    const lowSeq = this.#idleLow();
    return await this.#link.act(async (session) => {
      const lost = await beat(session, epoch, { nowMs, lowSeq });
      const { now, seq, epochs } = (await session.get(nodesSql))!;
      this.#timed?.(now as number);
      this.#positionsAtBeat = seq as number;
      this.#lookForGone(epochs as number[]);
      return { lost };
    });
  }

  /** What a node changed last before it died it may have told nobody. */
  #lookForGone(epochs: number[]): void {
    const there = new Set(epochs);
    if ([...this.#epochs].some((epoch) => !there.has(epoch))) this.#link.hear('directory');
    this.#epochs = there;
  }

  /**
   * A node that takes nothing in has no checkpoint of its own to move; it moves with the others', or their events would be
   * looked through for what it may have begun. What it began up to the last beat would be under way, or told.
   */
  #idleLow(): number {
    const isIdle =
      this.#accepting.size === 0 && !this.#inDoubt && (this.#low > this.#highest || this.#highest === 0);
    return isIdle ? this.#positionsAtBeat : 0;
  }

  /** What this node could not give back is taken over at once, not when its silence is noticed. */
  async leave(): Promise<void> {
    const epoch = this.#epoch;
    if (epoch !== null) await this.#link.act((session) => leave(session, epoch)).catch(() => undefined);
  }

  lanes(): ReturnType<DeliveryStore['lanes']> {
    return this.#connections.reading(lanes);
  }

  accept({ epoch, items, nowMs }: Parameters<DeliveryStore['accept']>[0]): Promise<AcceptResult[]> {
    return this.#accepts.ask(items.map((item) => ({ epoch, nowMs, item })));
  }

  async settle({
    epoch,
    settlements,
    nowMs,
  }: Parameters<DeliveryStore['settle']>[0]): ReturnType<DeliveryStore['settle']> {
    const results = await this.#settles.ask(settlements.map((settlement) => ({ epoch, nowMs, settlement })));
    if (results.some((result) => typeof result === 'object')) this.#link.tell('directory');
    return results;
  }

  async claim({
    epoch,
    ...input
  }: Parameters<DeliveryStore['claim']>[0]): ReturnType<DeliveryStore['claim']> {
    return await this.#connections.alone((session) => claim(session, this.#holder(epoch), input));
  }

  async release({ epoch, ...input }: Parameters<DeliveryStore['release']>[0]): Promise<void> {
    await this.#leavingDoubt(() =>
      this.#connections.alone((session) => release(session, this.#holder(epoch), input)),
    );
  }

  async reclaim({
    epoch,
    ...input
  }: Parameters<DeliveryStore['reclaim']>[0]): ReturnType<DeliveryStore['reclaim']> {
    this.#generation = await this.#connections.alone((session) => reclaim(session, epoch, input));
    this.#inDoubt = false;
    return await this.lanes();
  }

  async spill({ epoch, owed, lowSeq, nowMs }: Parameters<DeliveryStore['spill']>[0]): Promise<void> {
    // What is being accepted has a position above all that was known when it began.
    let low = this.#inDoubt ? 0 : lowSeq;
    for (const { above } of this.#accepting) low = Math.min(low, above + 1);
    await this.#connections.alone((session) => spill(session, epoch, { owed, lowSeq: low, nowMs }));
    this.#low = low;
  }

  #holder(epoch: number): Holder {
    return { epoch, generation: this.#generation };
  }

  async #accept(accepting: Accepting[]): Promise<AcceptResult[]> {
    const mark = { above: this.#highest };
    this.#accepting.add(mark);
    try {
      const results = await this.#leavingDoubt(() => this.#store(accepting));
      for (const result of results)
        if (result.kind === 'stored') this.#highest = Math.max(this.#highest, result.seq);
      return results;
    } finally {
      this.#accepting.delete(mark);
    }
  }

  /** Keys are answered one by one: each decides whether there is anything to store. */
  async #store(accepting: Accepting[]): Promise<AcceptResult[]> {
    const holder = this.#holder(accepting[0]!.epoch);
    const items = accepting.map(({ item }) => item);
    if (!items.some(isInvolved))
      return await this.#connections.alone((session) => acceptEvents(session, holder, items));
    const each = async (session: Parameters<typeof acceptEvents>[0]): Promise<AcceptResult[]> => {
      const results: AcceptResult[] = [];
      for (const { item, nowMs } of accepting)
        results.push(
          isWatched(item)
            ? await acceptWatched(session, holder, item, nowMs)
            : isKeyed(item)
              ? await acceptKeyed(session, holder, item, nowMs)
              : (await acceptEvents(session, holder, [item]))[0]!,
        );
      return results;
    };
    return await (items.length === 1 && !isWatched(items[0]!)
      ? this.#connections.alone(each)
      : this.#connections.together(each));
  }

  async #settle(settling: Settling[]): Promise<SettleResult[]> {
    const { epoch, nowMs } = settling.at(-1)!;
    const settlements = settling.map(({ settlement }) => settlement);
    return await this.#connections.alone((session) => settle(session, { epoch, nowMs, settlements }));
  }

  /** An act whose failure may leave work ours that has no row and that nobody holds. */
  async #leavingDoubt<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof StoreError) this.#inDoubt = true;
      throw error;
    }
  }
}
