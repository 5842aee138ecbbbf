import { eventSeqOf, type Owed } from '../core/delivery.ts';
import * as limits from '../core/limits/dispatch.ts';
import type { Clock } from '../ports/clock.ts';

export interface StandbyParts {
  clock: Clock;
  /** Gives deliveries to the store, where they wait for a claim. */
  release(owed: Owed[]): Promise<void>;
  /** So many of this endpoint's were given to the store. */
  returned(endpointNo: number, count: number): void;
}

/** What one lane has here: the oldest first, and places kept for accepts that are being committed. */
interface Row {
  standing: { owed: Owed; sinceMs: number }[];
  reserved: number;
}

/**
 * Deliveries of a burst wait here, in memory, for the moment that their lane is full: through the store each would cost a row, a
 * claim and an update, twice the work of one that is sent at once. Bounded in number and size; what waits too long goes to the
 * store after all.
 */
export class Standby {
  readonly #parts: StandbyParts;
  readonly #rows = new Map<number, Row>();
  /** Keys of those that are on their way into the store. */
  readonly #returning = new Set<number>();
  #count = 0;
  #chars = 0;

  constructor(parts: StandbyParts) {
    this.#parts = parts;
  }

  /** Does anything of this endpoint wait for a place? */
  has(endpointNo: number): boolean {
    const row = this.#rows.get(endpointNo);
    return row !== undefined && row.standing.length > 0;
  }

  /** Keeps a place; false: there is none. */
  reserve(endpointNo: number): boolean {
    const row = this.#rows.get(endpointNo) ?? { standing: [], reserved: 0 };
    const isFull = this.#count >= limits.standbyMax || this.#chars >= limits.standbyChars;
    if (isFull || row.standing.length + row.reserved >= limits.standbyPerLane) return false;
    this.#rows.set(endpointNo, row);
    row.reserved += 1;
    this.#count += 1;
    return true;
  }

  /** Nothing comes to a place that was kept. */
  giveBack(endpointNo: number): void {
    this.#rows.get(endpointNo)!.reserved -= 1;
    this.#leave(endpointNo);
  }

  /** The event is on disk: it takes its place. */
  add(owed: Owed): void {
    const row = this.#rows.get(owed.endpointNo)!;
    row.reserved -= 1;
    row.standing.push({ owed, sinceMs: this.#parts.clock.monotonicMs() });
    this.#chars += owed.event.data.length;
  }

  /** The one that came first, to go out now. */
  take(endpointNo: number): Owed | undefined {
    const first = this.#rows.get(endpointNo)?.standing.shift();
    if (first === undefined) return undefined;
    this.#chars -= first.owed.event.data.length;
    this.#leave(endpointNo);
    return first.owed;
  }

  /** All of this endpoint's wait in the store from now on, or those that have been here for longer than this. */
  return(endpointNo: number, olderThanMs = -1): void {
    const nowMs = this.#parts.clock.monotonicMs();
    const standing = this.#rows.get(endpointNo)?.standing ?? [];
    const older: Owed[] = [];
    while (standing.length > 0 && nowMs - standing[0]!.sinceMs > olderThanMs)
      older.push(this.take(endpointNo)!);
    if (older.length > 0) void this.release(older).then(() => this.#parts.returned(endpointNo, older.length));
  }

  /** The same for every endpoint. */
  returnAll(olderThanMs?: number): void {
    for (const endpointNo of [...this.#rows.keys()]) this.return(endpointNo, olderThanMs);
  }

  /** Gives deliveries to the store. Until they have a row there, they are known here. */
  async release(owed: Owed[]): Promise<void> {
    for (const { key } of owed) this.#returning.add(key);
    await this.#parts.release(owed);
    for (const { key } of owed) this.#returning.delete(key);
  }

  /** All that is known here and perhaps nowhere else. */
  keys(): number[] {
    const keys = [...this.#returning];
    for (const { standing } of this.#rows.values()) for (const { owed } of standing) keys.push(owed.key);
    return keys;
  }

  /** Position of the first event that one of them belongs to; Infinity: there is none. */
  lowestSeq(): number {
    return this.keys().reduce((least, key) => Math.min(least, eventSeqOf(key)), Infinity);
  }

  #leave(endpointNo: number): void {
    this.#count -= 1;
    const row = this.#rows.get(endpointNo)!;
    if (row.reserved === 0 && row.standing.length === 0) this.#rows.delete(endpointNo);
  }
}
