import type { Outcome } from '../core/attempt.ts';
import type { Owed } from '../core/delivery.ts';
import type { Endpoint } from '../core/endpoint.ts';
import type { Lane, Line } from '../core/lane.ts';
import * as lanes from '../core/lane.ts';
import { isPulled } from '../core/pull.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClaimResult, LaneStart } from '../ports/store.ts';
import { type Claimed, Claimer } from './claim.ts';
import type { Directory } from './directory.ts';
import { InFlight } from './in-flight.ts';
import { expectedMs, hasPlace, isScarce, type Pool, Pools } from './pools.ts';
import { Standby } from './standby.ts';
import { AllUnderWay, type LaneState, type Place, type UnderWay } from './under-way.ts';

/** One for a delivery whose accept is being committed; without a pool it is one on standby. */
export type Reservation = Place | { state: LaneState; pool: null };

export interface DispatchParts {
  clock: Clock;
  directory: Directory;
  claim(requests: { endpointNo: number; take: Record<Line, number> }[]): Promise<ClaimResult[]>;
  release(owed: Owed[]): Promise<void>;
  /** Something waits where nothing is sent: the endpoint is fetched from, or gone. */
  unsent(endpointNo: number, dueAtMs: number): void;
  /** What is leased to this process is its own still. */
  holds(): boolean;
  /** Runs one delivery; must call `ended` exactly once, as soon as the outcome is known. */
  deliver(owed: Owed, endpoint: Endpoint, ended: (outcome: Outcome | null) => void): void;
}

/**
 * Who may send now. One lane per endpoint: bounded, with its own concurrency, rate and breaker, so that a slow or dead
 * endpoint is never in another's way. What does not fit waits on standby or, if much, in the store, to be claimed when there is room.
 */
export class Dispatcher {
  readonly #parts: DispatchParts;
  readonly #lanes = new Map<number, LaneState>();
  readonly #pools = new Pools();
  readonly #claimer: Claimer;
  /** Deliveries that wait in memory. */
  readonly standby: Standby;
  /** Requests under way. */
  readonly underWay = new AllUnderWay();
  /** Places taken in either pool: by requests under way, and by accepts and claims that are on their way to the store. */
  readonly #taken = new InFlight();
  #stopping = false;

  constructor(parts: DispatchParts) {
    this.#parts = parts;
    this.standby = new Standby({
      clock: parts.clock,
      release: parts.release,
      returned: (endpointNo, count) => {
        this.#taken.end(count);
        this.note(endpointNo, 'first', parts.clock.nowMs());
      },
    });
    this.#claimer = new Claimer({
      clock: parts.clock,
      claim: parts.claim,
      wake: (state) => this.#serve(state),
      claimed: (results) => this.#claimed(results),
    });
  }

  /** Takes up the work that waits in the store. */
  start(starts: LaneStart[]): void {
    for (const { endpointNo, nextAtMs } of starts)
      for (const line of lanes.lines)
        if (nextAtMs[line] !== null) this.note(endpointNo, line, nextAtMs[line]);
  }

  /** The directory was read anew, after others changed it: settings are taken over, and what was resumed goes on. */
  refreshed(): void {
    for (const state of [...this.#lanes.values()]) {
      const endpoint = this.#parts.directory.endpoint(state.lane.endpointNo);
      if (endpoint !== null) lanes.reconfigure(state.lane, endpoint);
      if (state.isHeld && endpoint?.status === 'active') this.nudge(endpoint.no);
      else this.#serve(state);
    }
  }

  /** A place in the endpoint's lane for an event that is about to be stored, or null: then its delivery waits in the store. */
  reserve(endpoint: Endpoint): Reservation | null {
    if (this.#stopping || this.underWay.isHeavy || endpoint.status !== 'active') return null;
    const state = this.#laneOf(endpoint.no);
    if (state === undefined) return null;
    const { lane } = state;
    const pool = this.#pools.of(lane);
    const nowMs = this.#parts.clock.nowMs();
    if (!lanes.takesFresh(lane, nowMs)) return null;
    const isNext = !this.standby.has(endpoint.no) && hasPlace(pool);
    if (isNext && lanes.hasRoom(lane, nowMs)) {
      lanes.begin(lane);
      this.#occupy(pool, 1);
      return { state, pool };
    }
    if (!lanes.mayStandBy(lane) || !this.standby.reserve(endpoint.no)) return null;
    this.#taken.begin();
    return { state, pool: null };
  }

  /** Nothing is sent from this place after all. */
  giveBack(reservation: Reservation): void {
    const { state, pool } = reservation;
    if (pool === null) {
      this.standby.giveBack(state.lane.endpointNo);
      this.#taken.end();
      return;
    }
    lanes.unbegin(state.lane);
    this.#free(pool, state);
  }

  /** The event is on disk: its delivery goes out from memory, when its lane has room. */
  begin(reservation: Reservation, owed: Owed): void {
    const { state, pool } = reservation;
    if (pool === null) {
      this.standby.add(owed);
      if (this.#stopping) this.standby.return(owed.endpointNo);
      else this.#serve(state);
    } else this.#start(owed, { state, pool });
  }

  /** Work was stored for this endpoint. */
  note(endpointNo: number, line: Line, dueAtMs: number): void {
    const state = this.#laneOf(endpointNo);
    if (state === undefined) {
      this.#parts.unsent(endpointNo, dueAtMs);
      return;
    }
    if (dueAtMs < state.lane.nextAtMs[line]) state.lane.nextAtMs[line] = dueAtMs;
    if (state.claiming && dueAtMs < state.noted[line]) state.noted[line] = dueAtMs;
    this.#serve(state);
  }

  /** A person or API client acted on the endpoint or its deliveries: a fresh chance, and a look at what waits. */
  nudge(endpointNo: number): void {
    const state = this.#laneOf(endpointNo);
    if (state === undefined) {
      this.look(endpointNo);
      return;
    }
    const endpoint = this.#parts.directory.endpoint(endpointNo);
    if (endpoint !== null) lanes.reconfigure(state.lane, endpoint);
    lanes.closeBreaker(state.lane);
    this.look(endpointNo);
  }

  /** Something may be waiting in any line of this endpoint. */
  look(endpointNo: number): void {
    const nowMs = this.#parts.clock.nowMs();
    for (const line of lanes.lines) this.note(endpointNo, line, nowMs);
  }

  /** A request takes long: it leaves the quick places to others. Slow ones can thus be `quickInFlightMax` more than their own bound. */
  moveToSlow(underWay: UnderWay): void {
    if (underWay.pool !== this.#pools.quick) return;
    underWay.pool = this.#pools.slow;
    this.#occupy(this.#pools.slow, 1);
    this.#free(this.#pools.quick, null);
  }

  /** Begins nothing more; resolves when nothing is under way and what came too late is given back. */
  stop(): Promise<void> {
    this.#stopping = true;
    this.#claimer.stop();
    this.standby.returnAll();
    return this.#taken.none();
  }

  figures(): { lanes: number; quick: number; slow: number; breakersOpen: number } {
    let breakersOpen = 0;
    for (const { lane } of this.#lanes.values()) if (lane.breakerOpen) breakersOpen += 1;
    return {
      lanes: this.#lanes.size,
      quick: this.#pools.quick.used,
      slow: this.#pools.slow.used,
      breakersOpen,
    };
  }

  #laneOf(endpointNo: number): LaneState | undefined {
    const known = this.#lanes.get(endpointNo);
    if (known !== undefined) return known;
    const endpoint = this.#parts.directory.endpoint(endpointNo);
    if (endpoint === null || isPulled(endpoint)) return undefined;
    const lane = lanes.newLane({
      endpointNo,
      accountNo: endpoint.accountNo,
      concurrency: endpoint.concurrency,
      ratePerSecond: endpoint.ratePerSecond,
      failing: endpoint.failingSinceMs !== null,
      nowMs: this.#parts.clock.nowMs(),
    });
    const state = {
      lane,
      claiming: false,
      isHeld: false,
      noted: { first: Infinity, retry: Infinity, replayed: Infinity },
    };
    this.#lanes.set(endpointNo, state);
    return state;
  }

  /** Claims what the lane may send now, or sets when to look again. */
  #serve(state: LaneState, when: 'now' | 'later' = 'now'): void {
    const { lane } = state;
    if (this.#stopping || state.claiming) return;
    const endpoint = this.#parts.directory.endpoint(lane.endpointNo);
    state.isHeld = endpoint?.status !== 'active';
    if (endpoint === null || endpoint.status !== 'active') {
      this.#claimer.wakeAt(state, Infinity);
      this.standby.return(lane.endpointNo);
      if (endpoint === null && lane.inFlight === 0) this.#forget(lane);
      return;
    }
    const nowMs = this.#parts.clock.nowMs();
    const wakeAtMs = lanes.wakeAtMs(lane, nowMs, this.standby.has(lane.endpointNo));
    this.#claimer.wakeAt(state, wakeAtMs > nowMs ? wakeAtMs : Infinity);
    if (wakeAtMs > nowMs) return;
    const pool = this.#pools.of(lane);
    if (pool.waiting.size === 0 && !isScarce(pool) && !this.underWay.isHeavy) {
      this.#claim(state, pool, Math.ceil((pool.max - pool.used) / 2));
      return;
    }
    pool.waiting.add(lane.accountNo, lane.endpointNo);
    if (when === 'now') this.#takeTurns(pool);
  }

  #takeTurns(pool: Pool): void {
    while (pool.used < pool.max && pool.waiting.size > 0 && !this.#stopping && !this.underWay.isHeavy) {
      const free = pool.max - pool.used;
      const places = Math.max(1, Math.floor(free / (pool.waiting.size + 1)));
      const endpointNo = pool.waiting.next();
      if (endpointNo === undefined) return;
      const state = this.#lanes.get(endpointNo);
      const endpoint = state && this.#parts.directory.endpoint(state.lane.endpointNo);
      if (state !== undefined && !state.claiming && endpoint?.status === 'active')
        this.#claim(state, pool, places);
    }
    pool.waiting.rest();
  }

  #claim(state: LaneState, pool: Pool, places: number): void {
    const { lane } = state;
    const nowMs = this.#parts.clock.nowMs();
    const take = lanes.room(lane, nowMs, places - this.#startStanding(state, pool, places));
    const count = take.first + take.retry + take.replayed;
    if (count === 0) return;
    if (take.first + take.replayed > 0) lanes.probeBegins(lane, nowMs);
    for (let i = 0; i < count; i++) lanes.begin(lane);
    this.#occupy(pool, count);
    // Charged at once, or whoever comes back from the store first would seem to have used nothing.
    const chargedMs = expectedMs(lane);
    pool.waiting.take(lane.accountNo);
    pool.waiting.charge(lane.accountNo, lane.endpointNo, count * chargedMs);
    state.claiming = true;
    state.noted = { first: Infinity, retry: Infinity, replayed: Infinity };
    this.#claimer.claim(state, take, { pool, count, chargedMs });
  }

  /** What waits in memory came before what would be claimed: it goes first. Answers how many places it took. */
  #startStanding(state: LaneState, pool: Pool, places: number): number {
    const { lane } = state;
    const nowMs = this.#parts.clock.nowMs();
    let started = 0;
    for (; started < places && lanes.hasRoom(lane, nowMs); started++) {
      const owed = this.standby.take(lane.endpointNo);
      if (owed === undefined) break;
      lanes.begin(lane);
      this.#occupy(pool, 1);
      this.#taken.end();
      this.#start(owed, { state, pool });
    }
    if (this.standby.has(lane.endpointNo) && lanes.hasRoom(lane, nowMs))
      pool.waiting.add(lane.accountNo, lane.endpointNo);
    return started;
  }

  /** Lanes that claimed together queue up together, so that turns decide who goes on, not the order of the answers. */
  #claimed(results: Claimed[]): void {
    const pools = new Set<Pool>();
    for (const { state, kept, result } of results) {
      const { lane } = state;
      const { chargedMs, count } = kept;
      const pool = kept.pool as Pool;
      state.claiming = false;
      const owed = result?.owed ?? [];
      const unused = count - owed.length;
      for (let i = 0; i < unused; i++) lanes.unbegin(lane);
      pool.waiting.charge(lane.accountNo, lane.endpointNo, -unused * chargedMs);
      this.#vacate(pool, unused);
      if (result !== null) {
        for (const line of lanes.lines)
          lane.nextAtMs[line] = Math.min(result.nextAtMs[line] ?? Infinity, state.noted[line]);
      }
      lanes.goOut(lane, owed.length, this.#parts.clock.nowMs());
      for (const one of owed) this.#run(one, { state, pool }, chargedMs);
      pools.add(pool);
    }
    for (const { state } of results) this.#serve(state, 'later');
    // Who wants more stands in the order by now, with what it used.
    for (const { state, kept } of results) (kept.pool as Pool).waiting.taken(state.lane.accountNo);
    for (const pool of pools) this.#takeTurns(pool);
  }

  #start(owed: Owed, place: Place): void {
    const { lane } = place.state;
    const chargedMs = expectedMs(lane);
    place.pool.waiting.charge(lane.accountNo, lane.endpointNo, chargedMs);
    this.#run(owed, place, chargedMs);
  }

  #run(owed: Owed, place: Place, chargedMs: number): void {
    const { state, pool } = place;
    const { lane } = state;
    const endpoint = this.#parts.directory.endpoint(lane.endpointNo);
    // The lease is looked at right before each send: paused, disabled or deleted meanwhile means not sent.
    if (endpoint === null || endpoint.status !== 'active' || this.#stopping || !this.#parts.holds()) {
      pool.waiting.charge(lane.accountNo, lane.endpointNo, -chargedMs);
      void this.#putBack(owed, place);
      return;
    }
    const underWay: UnderWay = { owed, state, pool, sinceMs: this.#parts.clock.monotonicMs(), chargedMs };
    const slot = this.underWay.put(underWay);
    this.#parts.deliver(owed, endpoint, (outcome) => this.#ended(underWay, slot, outcome));
  }

  async #putBack(owed: Owed, place: Place): Promise<void> {
    await this.standby.release([owed]);
    this.giveBack(place);
    this.note(owed.endpointNo, lineOf(owed), this.#parts.clock.nowMs());
  }

  #ended(underWay: UnderWay, slot: number, outcome: Outcome | null): void {
    const { lane } = underWay.state;
    const wasHeavy = this.underWay.isHeavy;
    this.underWay.take(slot);
    if (outcome === null) lanes.unbegin(lane);
    else lanes.end(lane, outcome, this.#parts.clock.nowMs());
    const usedMs = this.#parts.clock.monotonicMs() - underWay.sinceMs;
    underWay.pool.waiting.charge(lane.accountNo, lane.endpointNo, usedMs - underWay.chargedMs);
    this.#free(underWay.pool, underWay.state);
    if (wasHeavy && !this.underWay.isHeavy)
      for (const pool of [this.#pools.quick, this.#pools.slow]) this.#takeTurns(pool);
  }

  #free(pool: Pool, state: LaneState | null): void {
    this.#vacate(pool, 1);
    if (pool.waiting.size > 0) this.#takeTurns(pool);
    if (state !== null) this.#serve(state);
  }

  #occupy(pool: Pool, places: number): void {
    pool.used += places;
    this.#taken.begin(places);
  }

  #vacate(pool: Pool, places: number): void {
    pool.used -= places;
    this.#taken.end(places);
  }

  #forget(lane: Lane): void {
    this.#lanes.delete(lane.endpointNo);
    this.#pools.forget(lane);
  }
}

/** The line in which a delivery waits. */
export function lineOf(owed: Pick<Owed, 'replayNo' | 'tries'>): Line {
  if (owed.replayNo !== null) return 'replayed';
  return owed.tries === 0 ? 'first' : 'retry';
}
