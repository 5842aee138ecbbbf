import type { Outcome } from '../core/attempt.ts';
import type { Owed } from '../core/delivery.ts';
import type { Endpoint } from '../core/endpoint.ts';
import { FairQueue } from '../core/fair.ts';
import type { Lane, Line } from '../core/lane.ts';
import * as lanes from '../core/lane.ts';
import * as limits from '../core/limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClaimResult, LaneStart } from '../ports/store.ts';
import { Claimer } from './claim.ts';
import type { Directory } from './directory.ts';
import { InFlight } from './in-flight.ts';

/** Places for requests under way. Endpoints that answer quickly and those that do not have a pool each, and take turns in it. */
interface Pool {
  used: number;
  max: number;
  waiting: FairQueue;
}

/** A lane and what the dispatcher has going for it. */
export interface LaneState {
  lane: Lane;
  /** Set while a claim is on its way to the store. */
  claiming: boolean;
  /** Due times learned since then: the claim's answer does not know them. */
  noted: Record<Line, number>;
}

/** One request under way. */
export interface UnderWay {
  owed: Owed;
  state: LaneState;
  pool: Pool;
  sinceMs: number;
  /** Time charged ahead in the pool's turns. */
  chargedMs: number;
}

/** A place kept for a delivery whose accept is being committed. */
export interface Reservation {
  state: LaneState;
  pool: Pool;
}

export interface DispatchParts {
  clock: Clock;
  directory: Directory;
  claim(requests: { endpointNo: number; take: Record<Line, number> }[]): Promise<ClaimResult[]>;
  release(owed: Owed[]): Promise<void>;
  /** Runs one delivery; must call `ended` exactly once, as soon as the outcome is known. */
  deliver(owed: Owed, endpoint: Endpoint, ended: (outcome: Outcome | null) => void): void;
}

/**
 * Who may send now. One lane per endpoint: bounded, with its own concurrency, rate and breaker, so that a slow or dead
 * endpoint is never in another's way. What does not fit waits in the store and is claimed when there is room.
 */
export class Dispatcher {
  readonly #parts: DispatchParts;
  readonly #lanes = new Map<number, LaneState>();
  readonly #pools = {
    quick: { used: 0, max: limits.quickInFlightMax, waiting: new FairQueue() } as Pool,
    slow: { used: 0, max: limits.slowInFlightMax, waiting: new FairQueue() } as Pool,
  };
  readonly #claimer: Claimer;
  /** Requests under way by delivery key. */
  readonly underWay = new Map<number, UnderWay>();
  /** Places taken in either pool: by requests under way, and by accepts and claims that are on their way to the store. */
  readonly #taken = new InFlight();
  #stopping = false;

  constructor(parts: DispatchParts) {
    this.#parts = parts;
    this.#claimer = new Claimer({
      clock: parts.clock,
      claim: parts.claim,
      wake: (state) => this.#serve(state),
      claimed: (state, take, result) => this.#claimed(state, take, result),
    });
  }

  /** Takes up the work that waits in the store. */
  start(starts: LaneStart[]): void {
    for (const { endpointNo, nextAtMs } of starts) {
      const state = this.#laneOf(endpointNo);
      if (state === undefined) continue;
      for (const line of lanes.lines) state.lane.nextAtMs[line] = nextAtMs[line] ?? Infinity;
      this.#serve(state);
    }
  }

  /** A place in the endpoint's lane for an event that is about to be stored, or null: then its delivery waits in the store. */
  reserve(endpoint: Endpoint): Reservation | null {
    if (this.#stopping || endpoint.status !== 'active') return null;
    const state = this.#laneOf(endpoint.no);
    if (state === undefined) return null;
    const pool = this.#poolOf(state.lane);
    if (pool.used >= pool.max || pool.waiting.size > 0) return null;
    if (!lanes.mayStartFresh(state.lane, this.#parts.clock.nowMs())) return null;
    lanes.begin(state.lane);
    this.#occupy(pool, 1);
    return { state, pool };
  }

  /** Nothing is sent from this place after all. */
  giveBack(reservation: Reservation): void {
    lanes.unbegin(reservation.state.lane);
    this.#free(reservation.pool, reservation.state);
  }

  /** The event is on disk: its delivery goes out from memory. */
  begin(reservation: Reservation, owed: Owed): void {
    this.#run(owed, reservation.state, reservation.pool);
  }

  /** Work was stored for this endpoint. */
  note(endpointNo: number, line: Line, dueAtMs: number): void {
    const state = this.#laneOf(endpointNo);
    if (state === undefined) return;
    if (dueAtMs < state.lane.nextAtMs[line]) state.lane.nextAtMs[line] = dueAtMs;
    if (state.claiming && dueAtMs < state.noted[line]) state.noted[line] = dueAtMs;
    this.#serve(state);
  }

  /** A person or API client acted on the endpoint or its deliveries: a fresh chance, and a look at what waits. */
  nudge(endpointNo: number): void {
    const state = this.#laneOf(endpointNo);
    if (state === undefined) return;
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
    if (endpoint === null) return undefined;
    const lane = lanes.newLane({
      endpointNo,
      accountNo: endpoint.accountNo,
      concurrency: endpoint.concurrency,
      ratePerSecond: endpoint.ratePerSecond,
      failing: endpoint.failingSinceMs !== null,
      nowMs: this.#parts.clock.nowMs(),
    });
    const state = { lane, claiming: false, noted: { first: Infinity, retry: Infinity, replayed: Infinity } };
    this.#lanes.set(endpointNo, state);
    return state;
  }

  #poolOf(lane: Lane): Pool {
    return lanes.isSlow(lane) ? this.#pools.slow : this.#pools.quick;
  }

  /** Claims what the lane may send now, or sets when to look again. */
  #serve(state: LaneState): void {
    const { lane } = state;
    if (this.#stopping || state.claiming) return;
    const endpoint = this.#parts.directory.endpoint(lane.endpointNo);
    if (endpoint === null || endpoint.status !== 'active') {
      this.#claimer.wakeAt(state, Infinity);
      if (endpoint === null && lane.inFlight === 0) this.#forget(lane);
      return;
    }
    const nowMs = this.#parts.clock.nowMs();
    const wakeAtMs = lanes.wakeAtMs(lane, nowMs);
    this.#claimer.wakeAt(state, wakeAtMs > nowMs ? wakeAtMs : Infinity);
    if (wakeAtMs > nowMs) return;
    const pool = this.#poolOf(lane);
    if (pool.used >= pool.max || pool.waiting.size > 0) {
      pool.waiting.add(lane.accountNo, lane.endpointNo);
      this.#takeTurns(pool);
    } else {
      this.#claim(state, pool, pool.max - pool.used);
    }
  }

  #takeTurns(pool: Pool): void {
    while (pool.used < pool.max && pool.waiting.size > 0 && !this.#stopping) {
      const free = pool.max - pool.used;
      const places = Math.max(1, Math.floor(free / (pool.waiting.size + 1)));
      const state = this.#lanes.get(pool.waiting.next()!);
      const endpoint = state && this.#parts.directory.endpoint(state.lane.endpointNo);
      if (state !== undefined && !state.claiming && endpoint?.status === 'active')
        this.#claim(state, pool, places);
    }
    pool.waiting.rest();
  }

  #claim(state: LaneState, pool: Pool, places: number): void {
    const { lane } = state;
    const nowMs = this.#parts.clock.nowMs();
    const take = lanes.room(lane, nowMs, places);
    const count = take.first + take.retry + take.replayed;
    if (count === 0) return;
    if (take.first + take.replayed > 0) lanes.probeBegins(lane, nowMs);
    for (let i = 0; i < count; i++) lanes.begin(lane);
    this.#occupy(pool, count);
    state.claiming = true;
    state.noted = { first: Infinity, retry: Infinity, replayed: Infinity };
    this.#claimer.claim(state, take, pool);
  }

  #claimed(state: LaneState, kept: { count: number; pool: object }, result: ClaimResult | null): void {
    const { lane } = state;
    const pool = kept.pool as Pool;
    state.claiming = false;
    const owed = result?.owed ?? [];
    const unused = kept.count - owed.length;
    for (let i = 0; i < unused; i++) lanes.unbegin(lane);
    this.#vacate(pool, unused);
    if (result !== null) {
      for (const line of lanes.lines)
        lane.nextAtMs[line] = Math.min(result.nextAtMs[line] ?? Infinity, state.noted[line]);
    }
    lanes.goOut(lane, owed.length, this.#parts.clock.nowMs());
    for (const one of owed) this.#run(one, state, pool);
    this.#serve(state);
    this.#takeTurns(pool);
  }

  #run(owed: Owed, state: LaneState, pool: Pool): void {
    const { lane } = state;
    const endpoint = this.#parts.directory.endpoint(lane.endpointNo);
    // The lease is looked at right before each send: paused, disabled or deleted meanwhile means not sent.
    if (endpoint === null || endpoint.status !== 'active' || this.#stopping) {
      void this.#putBack(owed, { state, pool });
      return;
    }
    const chargedMs = Math.max(1, lane.latencyMs);
    pool.waiting.charge(lane.accountNo, lane.endpointNo, chargedMs);
    const underWay: UnderWay = { owed, state, pool, sinceMs: this.#parts.clock.monotonicMs(), chargedMs };
    this.underWay.set(owed.key, underWay);
    this.#parts.deliver(owed, endpoint, (outcome) => this.#ended(underWay, outcome));
  }

  async #putBack(owed: Owed, reservation: Reservation): Promise<void> {
    await this.#parts.release([owed]);
    this.giveBack(reservation);
    this.note(owed.endpointNo, lineOf(owed), this.#parts.clock.nowMs());
  }

  #ended(underWay: UnderWay, outcome: Outcome | null): void {
    const { lane } = underWay.state;
    if (!this.underWay.delete(underWay.owed.key)) return;
    if (outcome === null) lanes.unbegin(lane);
    else lanes.end(lane, outcome, this.#parts.clock.nowMs());
    const usedMs = this.#parts.clock.monotonicMs() - underWay.sinceMs;
    underWay.pool.waiting.charge(lane.accountNo, lane.endpointNo, usedMs - underWay.chargedMs);
    this.#free(underWay.pool, underWay.state);
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
    for (const pool of [this.#pools.quick, this.#pools.slow])
      pool.waiting.remove(lane.accountNo, lane.endpointNo);
  }
}

/** The line in which a delivery waits. */
export function lineOf(owed: Pick<Owed, 'replayNo' | 'tries'>): Line {
  if (owed.replayNo !== null) return 'replayed';
  return owed.tries === 0 ? 'first' : 'retry';
}
