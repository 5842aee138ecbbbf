/** Something in a heap, and its rank there: who ranks least comes first, among equals who came first. */
export interface Placed<T> {
  readonly item: T;
  readonly rank: number;
}

interface Entry<T> extends Placed<T> {
  rank: number;
  /** When it was added, counted. */
  readonly turn: number;
  /** Where it stands in the heap. */
  place: number;
}

/** Things in the order of their ranks: looking at the first costs nothing, every change as much as the heap is deep. */
export class Heap<T> {
  /** A binary heap: no entry comes before the one at half its place. */
  readonly #entries: Entry<T>[] = [];
  #turns = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** Who ranks least; undefined when nothing is there. */
  get first(): Placed<T> | undefined {
    return this.#entries[0];
  }

  /** What it answers stands for the item until that is removed. */
  add(item: T, rank: number): Placed<T> {
    const entry = { item, rank, turn: this.#turns, place: this.#entries.length };
    this.#turns += 1;
    this.#entries.push(entry);
    this.#rise(entry);
    return entry;
  }

  /** Gives what `add` answered another rank. */
  rerank(placed: Placed<T>, rank: number): void {
    const entry = placed as Entry<T>;
    entry.rank = rank;
    this.#rise(entry);
    this.#sink(entry);
  }

  /** Takes what `add` answered out; once. */
  remove(placed: Placed<T>): void {
    const entry = placed as Entry<T>;
    const last = this.#entries.pop()!;
    if (last === entry) return;
    this.#put(last, entry.place);
    this.#rise(last);
    this.#sink(last);
  }

  #put(entry: Entry<T>, place: number): void {
    entry.place = place;
    this.#entries[place] = entry;
  }

  #rise(entry: Entry<T>): void {
    while (entry.place > 0) {
      const { place } = entry;
      const parent = this.#entries[(place - 1) >> 1]!;
      if (!precedes(entry, parent)) return;
      this.#put(entry, parent.place);
      this.#put(parent, place);
    }
  }

  #sink(entry: Entry<T>): void {
    for (;;) {
      const { place } = entry;
      const left = this.#entries[2 * place + 1];
      const right = this.#entries[2 * place + 2];
      const child = left !== undefined && right !== undefined && precedes(right, left) ? right : left;
      if (child === undefined || !precedes(child, entry)) return;
      this.#put(entry, child.place);
      this.#put(child, place);
    }
  }
}

function precedes(a: Entry<unknown>, b: Entry<unknown>): boolean {
  return a.rank === b.rank ? a.turn < b.turn : a.rank < b.rank;
}
