import { FairQueue } from '../core/fair.ts';
import type { Lane } from '../core/lane.ts';
import * as lanes from '../core/lane.ts';
import * as limits from '../core/limits/dispatch.ts';

/** Places for requests under way, and the lanes that take turns in them. */
export interface Pool {
  used: number;
  max: number;
  waiting: FairQueue;
}

/** Endpoints that answer quickly and those that do not have a pool each, so that neither takes the other's places. */
export class Pools {
  readonly quick: Pool = { used: 0, max: limits.quickInFlightMax, waiting: new FairQueue() };
  readonly slow: Pool = { used: 0, max: limits.slowInFlightMax, waiting: new FairQueue() };

  of(lane: Lane): Pool {
    return lanes.isSlow(lane) ? this.slow : this.quick;
  }

  forget({ accountNo, endpointNo }: Lane): void {
    for (const pool of [this.quick, this.slow]) pool.waiting.remove(accountNo, endpointNo);
  }
}

/** Few places are left: who gets them is a matter of turns. */
export function isScarce(pool: Pool): boolean {
  return pool.max - pool.used < pool.max * limits.scarceShare;
}

/** There is a place, and nobody's turn is before. */
export function hasPlace(pool: Pool): boolean {
  return pool.used < pool.max && pool.waiting.size === 0;
}

/** What a request of this lane will probably take. */
export function expectedMs(lane: Lane): number {
  return Math.max(1, lane.latencyMs);
}
