import { StoreError } from '../../core/errors.ts';
import * as limits from '../../core/limits/store.ts';

interface Call<Item, Result> {
  items: Item[];
  resolve(results: Result[]): void;
  reject(error: unknown): void;
}

export interface GroupedParts<Item, Result> {
  /** Statements under way at once. */
  flights: number;
  /** One statement, one commit: all or none. Results in order. */
  run(items: Item[]): Promise<Result[]>;
  /** Whether two may go together. */
  mayMeet(first: Item, other: Item): boolean;
  /** Two with the same one must not go together; undefined: all may. */
  keyOf?(item: Item): unknown;
}

/** Calls that come while statements are under way go into the next one together; there is no timer. */
export class Grouped<Item, Result> {
  readonly #parts: GroupedParts<Item, Result>;
  #waiting: Call<Item, Result>[] = [];
  #underWay = 0;
  #isScheduled = false;

  constructor(parts: GroupedParts<Item, Result>) {
    this.#parts = parts;
  }

  async ask(items: Item[]): Promise<Result[]> {
    if (!this.#repeats(items)) return await this.#askTogether(items);
    return (await Promise.all(items.map((item) => this.#askTogether([item])))).flat();
  }

  /** Two of one call have the same key, which one statement can't write twice. */
  #repeats(items: Item[]): boolean {
    const { keyOf } = this.#parts;
    return keyOf !== undefined && items.length > 1 && new Set(items.map(keyOf)).size < items.length;
  }

  #askTogether(items: Item[]): Promise<Result[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ items, resolve, reject });
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      // What is asked for in the same turn of the loop goes together.
      setImmediate(() => {
        this.#isScheduled = false;
        this.#begin();
      });
    });
  }

  #begin(): void {
    while (this.#waiting.length > 0 && this.#underWay < this.#parts.flights) {
      this.#underWay += 1;
      void this.#fly(this.#take()).finally(() => {
        this.#underWay -= 1;
        this.#begin();
      });
    }
  }

  /** As many of those that wait longest as may go together; at least one. */
  #take(): Call<Item, Result>[] {
    const { keyOf, mayMeet } = this.#parts;
    const first = this.#waiting[0]!.items[0];
    const keys = new Set<unknown>();
    let items = 0;
    let count = 0;
    for (const call of this.#waiting) {
      items += call.items.length;
      const own = keyOf === undefined ? [] : call.items.map(keyOf);
      const meets = first !== undefined && call.items.every((item) => mayMeet(first, item));
      if (count > 0 && (!meets || items > limits.statementItems || own.some((key) => keys.has(key)))) break;
      for (const key of own) keys.add(key);
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #fly(calls: Call<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#parts.run(calls.flatMap(({ items }) => items));
      let at = 0;
      for (const { items, resolve } of calls) {
        resolve(results.slice(at, at + items.length));
        at += items.length;
      }
    } catch (error) {
      // A mistake in one call is found by running each alone, so that the others do not suffer.
      if (calls.length > 1 && !(error instanceof StoreError))
        for (const call of calls) await this.#fly([call]);
      else for (const { reject } of calls) reject(error);
    }
  }
}
