/** How often something may fail within a time. */
export interface FailureLimit {
  failures: number;
  withinMs: number;
  /** Names that are remembered at once; past it, the one that failed longest ago is forgotten. */
  names: number;
}

/**
 * Counts failures by name (an address, an address with whom it tried to be) and says how long a name has to wait. Time is an
 * argument; memory is bounded.
 */
export class FailureCount {
  readonly #limit: FailureLimit;
  readonly #failedAtMs = new Map<string, number[]>();

  constructor(limit: FailureLimit) {
    this.#limit = limit;
  }

  /** Milliseconds until the name may try again; 0: now. */
  waitMs(name: string, nowMs: number): number {
    const recent = this.#recent(name, nowMs);
    return recent.length < this.#limit.failures ? 0 : recent[0]! + this.#limit.withinMs - nowMs;
  }

  failed(name: string, nowMs: number): void {
    const recent = [...this.#recent(name, nowMs), nowMs].slice(-this.#limit.failures);
    // Deleted and set again, a name moves to the young end of the map.
    this.#failedAtMs.delete(name);
    if (this.#failedAtMs.size >= this.#limit.names) {
      this.#failedAtMs.delete(this.#failedAtMs.keys().next().value!);
    }
    this.#failedAtMs.set(name, recent);
  }

  succeeded(name: string): void {
    this.#failedAtMs.delete(name);
  }

  #recent(name: string, nowMs: number): number[] {
    const all = this.#failedAtMs.get(name) ?? [];
    return all.filter((atMs) => atMs > nowMs - this.#limit.withinMs && atMs <= nowMs);
  }
}
