/**
 * What is under way: thousands come and go in a second, each in a slot whose number it is taken out by. As many slots are kept
 * as were ever in use at once, so whoever puts in must be bounded.
 *
 * Instead of a Set or a Map: V8 makes the table of those anew after every so many changes, in memory for old objects once they
 * are old themselves. The one before is garbage there until the next full collection, and until then keeps alive all that was
 * in it, with all that belongs to that. With a Set, 3 of the 25 MB that the sender makes between two collections outlived each,
 * with these slots 0.14, and a request cost 23 µs instead of 28.
 */
export class Slots<T> {
  readonly #values: (T | undefined)[] = [];
  readonly #free: number[] = [];

  /** Answers the number of its slot, which is free again, and given to another, once the value was taken out. */
  put(value: T): number {
    const slot = this.#free.pop() ?? this.#values.length;
    this.#values[slot] = value;
    return slot;
  }

  /** Undefined when there is none in this slot. */
  take(slot: number): T | undefined {
    const value = this.#values[slot];
    if (value === undefined) return undefined;
    this.#values[slot] = undefined;
    this.#free.push(slot);
    return value;
  }

  /** All of them as they are now, in no order that means anything. */
  all(): T[] {
    return this.#values.filter((value) => value !== undefined);
  }
}
