import type { DeliveryState } from './delivery.ts';

/** Which deliveries a replay puts back. Everything given must hold. */
export interface ReplayFilter {
  endpointNo: number | null;
  /** Exact types, `prefix.*`, or `*`; one must take the event's. */
  eventTypes: string[] | null;
  state: DeliveryState;
  sinceMs: number | null;
  untilMs: number | null;
  /** Delivery keys; then nothing else selects. */
  keys: number[] | null;
}

/** `done`: everything it put back has ended. `cancelled`: what had not been sent was taken back. */
export type ReplayStatus = 'running' | 'done' | 'cancelled';

/** A replay: a durable job that puts deliveries back with a fresh schedule, page by page. */
export interface Replay {
  no: number;
  id: string;
  accountNo: number;
  filter: ReplayFilter;
  status: ReplayStatus;
  /** Deliveries that matched when it was made. */
  total: number;
  /** Of those put back: ended delivered, and ended dead again. */
  done: number;
  failed: number;
  /** False once every matching delivery has been put back. */
  feeding: boolean;
  startedAtMs: number;
  finishedAtMs: number | null;
}
