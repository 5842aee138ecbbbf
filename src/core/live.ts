import * as limits from './limits/live.ts';

/** What a stream tells of. */
export const changeKinds = ['event', 'delivery', 'request', 'order', 'alert', 'endpoint', 'replay'] as const;
/** One of `changeKinds`. */
export type ChangeKind = (typeof changeKinds)[number];

/** Something is new or not as it was: enough to know which list to read again, never what a payload or a secret holds. */
export interface Change {
  kind: ChangeKind;
  /** What changed; null: one or some of this kind. */
  id: string | null;
  /** What it came to: a delivery's, an order's, an endpoint's or a replay's status, a request's verdict. */
  status?: string;
  /** An event's. */
  type?: string;
  reference?: string | null;
  source?: string | null;
  /** Of an event: how many deliveries are owed for it. */
  deliveries?: number;
  /** Of a delivery. */
  endpointId?: string;
  eventId?: string;
}

/** What a stream tells next: changes in the order in which they came, and kinds of which there were more than it tells. */
export interface Batch {
  changes: Change[];
  more: ChangeKind[];
}

const windowMs = 1000;

/**
 * What one reader is to be told. Keeps at most `liveWaiting` changes, takes at most `livePerS` in a second, and remembers of
 * the others only their kinds, which are told when the second is over.
 */
export class Notes {
  #waiting: Change[] = [];
  readonly #more = new Set<ChangeKind>();
  #moreDueAtMs = 0;
  #beganAtMs = -windowMs;
  #taken = 0;

  add(change: Change, nowMs: number): void {
    if (nowMs - this.#beganAtMs >= windowMs) {
      this.#beganAtMs = nowMs;
      this.#taken = 0;
    }
    if (this.#taken >= limits.livePerS) {
      this.addMore(change.kind, this.#beganAtMs + windowMs);
    } else if (this.#waiting.length >= limits.liveWaiting) {
      for (const { kind } of [...this.#waiting.splice(0), change]) this.addMore(kind, nowMs);
    } else {
      this.#taken += 1;
      this.#waiting.push(change);
    }
  }

  /** There was more of this kind than is told one by one: to be said then. */
  addMore(kind: ChangeKind, dueAtMs: number): void {
    if (this.#more.size === 0) this.#moreDueAtMs = dueAtMs;
    this.#more.add(kind);
  }

  /** When there is something to tell: a time that may be past; null: nothing. */
  get dueAtMs(): number | null {
    if (this.#waiting.length > 0) return 0;
    return this.#more.size > 0 ? this.#moreDueAtMs : null;
  }

  /** What is to be told now; null: nothing. */
  take(nowMs: number): Batch | null {
    if (this.dueAtMs === null || this.dueAtMs > nowMs) return null;
    const more = nowMs >= this.#moreDueAtMs ? [...this.#more] : [];
    if (more.length > 0) this.#more.clear();
    return { changes: this.#waiting.splice(0), more };
  }
}
