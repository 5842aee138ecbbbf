import type { Clock } from '../../src/ports/clock.ts';

/** A clock that a test moves by hand. */
export class ManualClock implements Clock {
  #nowMs: number;
  #timers: { atMs: number; no: number; act: () => void }[] = [];
  #count = 0;
  #idle = (): Promise<void> | null => null;

  constructor(nowMs = Date.parse('2026-01-01T00:00:00Z')) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, act: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, no: this.#count++, act };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** Is at another time, without anything that was to happen in between. */
  jumpTo(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  /** Something outside of this process may be at work: time does not move on before what this answers resolves; null: it is idle. */
  waitFor(idle: () => Promise<void> | null): void {
    this.#idle = idle;
  }

  /** Lets everything that is ready run: promises, and what they start. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 4; quiet++) {
      await new Promise((resolve) => setImmediate(resolve));
      for (let idle = this.#idle(); idle !== null; idle = this.#idle()) {
        await idle;
        quiet = 0;
      }
    }
  }

  /** Moves time on, ringing every timer at its moment and letting what it starts run. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await this.settle();
    for (;;) {
      const next = this.#timers
        .filter((timer) => timer.atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs || a.no - b.no)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.act();
      await this.settle();
    }
    this.#nowMs = untilMs;
  }
}
