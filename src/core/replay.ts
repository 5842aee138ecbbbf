import type { DeliveryState, TriedFilter } from './delivery.ts';

/** Which deliveries a replay puts back. Everything given must hold. */
export interface ReplayFilter extends TriedFilter {
  endpointNo: number | null;
  /** Exact types, `prefix.*`, or `*`; one must take the event's. */
  eventTypes: string[] | null;
  state: DeliveryState;
  sinceMs: number | null;
  untilMs: number | null;
  /** Delivery keys; then nothing else selects. */
  keys: number[] | null;
}

/**
 * `done`: everything it put back has ended. `cancelled`: what had not been sent was taken back. `paused`: that too, and it is put
 * back again when the replay goes on.
 */
export type ReplayStatus = 'running' | 'paused' | 'done' | 'cancelled';

/** A replay: a durable job that puts deliveries back with a fresh schedule, page by page. */
export interface Replay {
  no: number;
  id: string;
  accountNo: number;
  filter: ReplayFilter;
  status: ReplayStatus;
  /** Deliveries that matched when it was made; more where more have ended, for it took what another replay gave back meanwhile. */
  total: number;
  /** Of those put back: ended delivered, and ended dead again. */
  done: number;
  failed: number;
  /** How many it puts back in a second at most; null: as fast as the store lets it. */
  perSecond: number | null;
  /** False once every matching delivery has been put back. */
  feeding: boolean;
  startedAtMs: number;
  finishedAtMs: number | null;
}

/** What a replay that starts at a time takes: deliveries with keys below `upper` that had ended by then. */
export interface ReplaySelection {
  accountNo: number;
  filter: ReplayFilter;
  upper: number;
  startedAtMs: number;
}

/** What a replay may put back in a second, and up to when what it has put back uses that up. */
export interface ReplayRate {
  perSecond: number;
  usedUntilMs: number;
}

/** How many may be put back now. What was not used for longer than a second is lost, so that no burst follows a pause. */
export function replayRoom(rate: ReplayRate, nowMs: number): number {
  return Math.floor(((nowMs - freeSince(rate, nowMs)) * rate.perSecond) / second);
}

/** Up to when the rate is used up once `count` more are put back, of as many as there is room for. */
export function rateUsedUntil(rate: ReplayRate, nowMs: number, count: number): number {
  return freeSince(rate, nowMs) + Math.ceil((count * second) / rate.perSecond);
}

const second = 1000;

/** Not later than now, should the clock have been set back. */
function freeSince({ usedUntilMs }: ReplayRate, nowMs: number): number {
  return Math.min(nowMs, Math.max(usedUntilMs, nowMs - second));
}
