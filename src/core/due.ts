import { Heap, type Placed } from './heap.ts';

/** Things that wait for a time, soonest first. Each is kept once, however often it is set. */
export class DueQueue<T extends object> {
  readonly #heap = new Heap<T>();
  readonly #placed = new Map<T, Placed<T>>();

  /** How many things wait. */
  get size(): number {
    return this.#heap.size;
  }

  /** When the soonest is due; Infinity when nothing waits. */
  get nextAtMs(): number {
    return this.#heap.first?.rank ?? Infinity;
  }

  /** `item` is due at `atMs` and at no other time; Infinity takes it out. */
  set(item: T, atMs: number): void {
    const placed = this.#placed.get(item);
    if (atMs === Infinity) {
      if (placed !== undefined) this.#remove(placed);
    } else if (placed === undefined) {
      this.#placed.set(item, this.#heap.add(item, atMs));
    } else if (placed.rank !== atMs) {
      this.#heap.rerank(placed, atMs);
    }
  }

  /** Takes the soonest out if it is due by `nowMs`. */
  take(nowMs: number): T | undefined {
    const soonest = this.#heap.first;
    if (soonest === undefined || soonest.rank > nowMs) return undefined;
    this.#remove(soonest);
    return soonest.item;
  }

  #remove(placed: Placed<T>): void {
    this.#placed.delete(placed.item);
    this.#heap.remove(placed);
  }
}
