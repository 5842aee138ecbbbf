/** Counts what has begun and not ended, so that a stop can wait for it. */
export class InFlight {
  #count = 0;
  #waiting: (() => void)[] = [];

  begin(count = 1): void {
    this.#count += count;
  }

  end(count = 1): void {
    this.#count -= count;
    if (this.#count > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when nothing is under way. */
  async none(): Promise<void> {
    while (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
