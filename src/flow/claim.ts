import { DueQueue } from '../core/due.ts';
import { StoreError } from '../core/errors.ts';
import type { Line } from '../core/lane.ts';
import * as limits from '../core/limits/dispatch.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClaimResult } from '../ports/store.ts';
import type { LaneState } from './under-way.ts';

/** Places kept for what a claim brings. */
export interface Kept {
  count: number;
  pool: object;
  /** Charged ahead for each. */
  chargedMs: number;
}

/** A claim and its answer; null: the store could not say, and the lane will be looked at again. */
export interface Claimed {
  state: LaneState;
  kept: Kept;
  result: ClaimResult | null;
}

export interface ClaimerParts {
  clock: Clock;
  claim(requests: { endpointNo: number; take: Record<Line, number> }[]): Promise<ClaimResult[]>;
  /** Work may be due for this lane. */
  wake(state: LaneState): void;
  /** Claims that went to the store together were answered. */
  claimed(results: Claimed[]): void;
}

/**
 * Fetches due work from the store. Sleeps exactly until the next lane is due; claims that come up together go to the store
 * together.
 */
export class Claimer {
  readonly #parts: ClaimerParts;
  readonly #due = new DueQueue<LaneState>();
  #asked: { state: LaneState; take: Record<Line, number>; kept: Kept }[] = [];
  #cancelTimer: (() => void) | null = null;
  #timerAtMs = Infinity;
  #stopped = false;

  constructor(parts: ClaimerParts) {
    this.#parts = parts;
  }

  /** The lane is to be looked at then; Infinity: not by time. */
  wakeAt(state: LaneState, atMs: number): void {
    this.#due.set(state, atMs);
    this.#setTimer();
  }

  claim(state: LaneState, take: Record<Line, number>, kept: Kept): void {
    this.#asked.push({ state, take, kept });
    if (this.#asked.length === 1) queueMicrotask(() => void this.#ask());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
  }

  async #ask(): Promise<void> {
    const asked = this.#asked;
    this.#asked = [];
    let results: ClaimResult[] | null = null;
    try {
      results = await this.#parts.claim(
        asked.map(({ state, take }) => ({ endpointNo: state.lane.endpointNo, take })),
      );
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // The store is away or full. Whether the lease was taken is unknown; the store finds such leases when it is asked again.
      await new Promise<void>((resolve) => this.#parts.clock.after(limits.settleAgainMs, resolve));
    }
    this.#parts.claimed(asked.map(({ state, kept }, i) => ({ state, kept, result: results?.[i] ?? null })));
  }

  #setTimer(): void {
    const atMs = this.#due.nextAtMs;
    if (atMs === this.#timerAtMs || this.#stopped) return;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#timerAtMs = atMs;
    if (atMs === Infinity) return;
    const delayMs = Math.min(Math.max(0, atMs - this.#parts.clock.nowMs()), limits.timerMaxMs);
    this.#cancelTimer = this.#parts.clock.after(delayMs, () => this.#ring());
  }

  #ring(): void {
    this.#timerAtMs = Infinity;
    this.#cancelTimer = null;
    const nowMs = this.#parts.clock.nowMs();
    for (let state = this.#due.take(nowMs); state !== undefined; state = this.#due.take(nowMs))
      this.#parts.wake(state);
    this.#setTimer();
  }
}
