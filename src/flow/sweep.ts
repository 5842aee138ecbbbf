import * as limits from '../core/limits/store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Upkeep } from '../ports/store.ts';
import type { Telemetry } from '../ports/telemetry.ts';

export interface SweepParts {
  clock: Clock;
  telemetry: Telemetry;
  store: Pick<Upkeep, 'sweep'>;
  retentionMs: number;
}

/** Housekeeping, a bounded step at a time: what is past retention goes, what is held too long is dead, what a deleted endpoint left is cancelled. */
export class Sweeper {
  readonly #parts: SweepParts;
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(parts: SweepParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#next(0);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #next(delayMs: number): void {
    if (this.#stopped) return;
    this.#cancel = this.#parts.clock.after(delayMs, () => void this.#step());
  }

  async #step(): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    let more = false;
    try {
      const step = await this.#parts.store.sweep({
        nowMs,
        keepSinceMs: nowMs - this.#parts.retentionMs,
        heldSinceMs: nowMs - limits.heldMaxMs,
        limit: limits.sweepRows,
      });
      more = step.more;
    } catch (error) {
      this.#parts.telemetry.warn('housekeeping failed; it is tried again', { cause: String(error) });
    }
    this.#next(more ? limits.sweepAgainMs : limits.sweepEveryMs);
  }
}
