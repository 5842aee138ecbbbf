/** Things that wait for a time, soonest first. A thing that is set again simply moves: older entries are skipped when they come up. */
export class DueQueue<T extends object> {
  readonly #heap: { atMs: number; item: T }[] = [];
  readonly #atMs = new Map<T, number>();

  /** When the soonest is due; Infinity when nothing waits. */
  get nextAtMs(): number {
    this.#dropStale();
    return this.#heap[0]?.atMs ?? Infinity;
  }

  /** `item` is due at `atMs` and at no other time; Infinity takes it out. */
  set(item: T, atMs: number): void {
    if (this.#atMs.get(item) === atMs) return;
    if (atMs === Infinity) {
      this.#atMs.delete(item);
      return;
    }
    this.#atMs.set(item, atMs);
    this.#push({ atMs, item });
  }

  /** Takes the soonest out if it is due by `nowMs`. */
  take(nowMs: number): T | undefined {
    this.#dropStale();
    const top = this.#heap[0];
    if (top === undefined || top.atMs > nowMs) return undefined;
    this.#pop();
    this.#atMs.delete(top.item);
    return top.item;
  }

  #dropStale(): void {
    for (
      let top = this.#heap[0];
      top !== undefined && this.#atMs.get(top.item) !== top.atMs;
      top = this.#heap[0]
    )
      this.#pop();
  }

  #push(entry: { atMs: number; item: T }): void {
    const heap = this.#heap;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent]!.atMs <= entry.atMs) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.atMs < heap[child]!.atMs) child += 1;
      if (heap[child]!.atMs >= last.atMs) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}
