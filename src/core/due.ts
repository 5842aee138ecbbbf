interface Entry<T> {
  atMs: number;
  readonly item: T;
  /** Where it stands in the heap. */
  place: number;
}

/** Things that wait for a time, soonest first. Each is kept once, however often it is set. */
export class DueQueue<T extends object> {
  /** A binary heap: no entry is due before the one at half its place. */
  readonly #heap: Entry<T>[] = [];
  readonly #entries = new Map<T, Entry<T>>();

  /** How many things wait. */
  get size(): number {
    return this.#heap.length;
  }

  /** When the soonest is due; Infinity when nothing waits. */
  get nextAtMs(): number {
    return this.#heap[0]?.atMs ?? Infinity;
  }

  /** `item` is due at `atMs` and at no other time; Infinity takes it out. */
  set(item: T, atMs: number): void {
    const entry = this.#entries.get(item);
    if (atMs === Infinity) {
      if (entry !== undefined) this.#remove(entry);
    } else if (entry === undefined) {
      const added = { atMs, item, place: this.#heap.length };
      this.#entries.set(item, added);
      this.#heap.push(added);
      this.#rise(added);
    } else if (entry.atMs !== atMs) {
      entry.atMs = atMs;
      this.#rise(entry);
      this.#sink(entry);
    }
  }

  /** Takes the soonest out if it is due by `nowMs`. */
  take(nowMs: number): T | undefined {
    const soonest = this.#heap[0];
    if (soonest === undefined || soonest.atMs > nowMs) return undefined;
    this.#remove(soonest);
    return soonest.item;
  }

  #remove(entry: Entry<T>): void {
    this.#entries.delete(entry.item);
    const last = this.#heap.pop()!;
    if (last === entry) return;
    this.#put(last, entry.place);
    this.#rise(last);
    this.#sink(last);
  }

  #put(entry: Entry<T>, place: number): void {
    entry.place = place;
    this.#heap[place] = entry;
  }

  #rise(entry: Entry<T>): void {
    while (entry.place > 0) {
      const { place } = entry;
      const parent = this.#heap[(place - 1) >> 1]!;
      if (parent.atMs <= entry.atMs) return;
      this.#put(entry, parent.place);
      this.#put(parent, place);
    }
  }

  #sink(entry: Entry<T>): void {
    for (;;) {
      const { place } = entry;
      const left = this.#heap[2 * place + 1];
      const right = this.#heap[2 * place + 2];
      const child = left !== undefined && right !== undefined && right.atMs < left.atMs ? right : left;
      if (child === undefined || child.atMs >= entry.atMs) return;
      this.#put(entry, child.place);
      this.#put(child, place);
    }
  }
}
