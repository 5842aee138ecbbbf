/** How much a queue does and holds. */
export interface QueueBounds {
  /** How many pieces of work run at once. */
  concurrency: number;
  /** How many may wait. */
  waitingMax: number;
}

/** Work that is done after an answer, in order, a few pieces at once. It lives in memory: what dies with the process is not done. */
export class WorkQueue {
  readonly #bounds: QueueBounds;
  readonly #waiting: (() => Promise<void>)[] = [];
  #running = 0;
  #idle: (() => void)[] = [];

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  /** Whether another piece would be one too many. */
  get isFull(): boolean {
    return this.#waiting.length >= this.#bounds.waitingMax;
  }

  /** Work that never rejects. It begins after the caller has gone on, so that an answer can leave first. */
  add(work: () => Promise<void>): void {
    this.#waiting.push(work);
    setTimeout(() => this.#next(), 0);
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    if (this.#running + this.#waiting.length > 0)
      await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #next(): void {
    if (this.#running >= this.#bounds.concurrency) return;
    const work = this.#waiting.shift();
    if (work === undefined) return;
    this.#running += 1;
    void work().finally(() => {
      this.#running -= 1;
      this.#next();
      if (this.#running + this.#waiting.length > 0) return;
      for (const resolve of this.#idle.splice(0)) resolve();
    });
  }
}
