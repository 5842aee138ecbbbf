import { eventSeqOf, type Owed } from '../core/delivery.ts';
import { StoreError } from '../core/errors.ts';
import * as limits from '../core/limits/dispatch.ts';
import type { Clock } from '../ports/clock.ts';
import type { Standby } from './standby.ts';
import type { UnderWay } from './under-way.ts';

export interface WatchParts {
  clock: Clock;
  underWay(): Iterable<UnderWay>;
  moveToSlow(underWay: UnderWay): void;
  standby(): Standby;
  spill(owed: Owed[], lowSeq: number): Promise<void>;
  /** Position after the newest event that was accepted here. */
  nextSeq(): number;
  /** Deliveries that ended but are not settled yet. */
  settling(): Iterable<number>;
  /** The store says that this process must end. */
  fatal(error: StoreError): void;
}

/**
 * Looks at the requests under way a few times a second: those that take long leave the quick places, and fresh ones, also those on standby, get a row
 * in the store, so that the next process never has to read far back to find what was going on.
 */
export class Watcher {
  readonly #parts: WatchParts;
  #cancel: (() => void) | null = null;
  #lowSeq = 0;
  #spilling = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#cancel = this.#parts.clock.after(limits.watchEveryMs, () => {
      this.#look();
      this.start();
    });
  }

  stop(): void {
    this.#cancel?.();
  }

  #look(): void {
    const nowMs = this.#parts.clock.monotonicMs();
    const old: Owed[] = [];
    const standby = this.#parts.standby();
    standby.returnAll(limits.spillAfterMs);
    let lowSeq = Math.min(this.#parts.nextSeq(), standby.lowestSeq());
    for (const one of this.#parts.underWay()) {
      const ageMs = nowMs - one.sinceMs;
      if (ageMs > limits.slowMs) this.#parts.moveToSlow(one);
      if (!one.owed.fresh) continue;
      if (ageMs > limits.spillAfterMs) old.push(one.owed);
      else lowSeq = Math.min(lowSeq, one.owed.event.seq);
    }
    for (const key of this.#parts.settling()) lowSeq = Math.min(lowSeq, eventSeqOf(key));
    if (!this.#spilling && (old.length > 0 || lowSeq !== this.#lowSeq)) void this.#spill(old, lowSeq);
  }

  /** A failure changes nothing: the next look tries again, and settling takes a row that was written all the same. */
  async #spill(old: Owed[], lowSeq: number): Promise<void> {
    this.#spilling = true;
    try {
      await this.#parts.spill(old, lowSeq);
      for (const owed of old) owed.fresh = false;
      this.#lowSeq = lowSeq;
    } catch (error) {
      this.#lowSeq = 0;
      if (error instanceof StoreError && error.fatal) this.#parts.fatal(error);
    } finally {
      this.#spilling = false;
    }
  }
}
