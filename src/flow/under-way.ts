import type { Owed } from '../core/delivery.ts';
import { dataSize } from '../core/event.ts';
import type { Lane, Line } from '../core/lane.ts';
import { underWayBytes } from '../core/limits/dispatch.ts';
import { Slots } from '../core/slots.ts';
import type { Pool } from './pools.ts';

/** A lane and what the dispatcher has going for it. */
export interface LaneState {
  lane: Lane;
  /** Set while a claim is on its way to the store. */
  claiming: boolean;
  /** Set while its endpoint is seen not to be active. */
  isHeld: boolean;
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

/** A place kept for a delivery. */
export interface Place {
  state: LaneState;
  pool: Pool;
}

/** Requests under way, and the data that they hold in memory. */
export class AllUnderWay {
  readonly #slots = new Slots<UnderWay>();
  #bytes = 0;

  /** So much is under way that more of it could be more than the memory there is. */
  get isHeavy(): boolean {
    return this.#bytes >= underWayBytes;
  }

  /** Answers what it is taken out by. */
  put(one: UnderWay): number {
    this.#bytes += dataSize(one.owed.event);
    return this.#slots.put(one);
  }

  take(slot: number): void {
    const one = this.#slots.take(slot);
    if (one !== undefined) this.#bytes -= dataSize(one.owed.event);
  }

  all(): UnderWay[] {
    return this.#slots.all();
  }
}
