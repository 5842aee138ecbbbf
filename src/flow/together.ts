import { StoreError, SurehookError } from '../core/errors.ts';
import { handedOverItems } from '../core/limits/process.ts';

interface Group<Item, Result> {
  items: Item[];
  callers: { resolve(result: Result): void; reject(error: unknown): void }[];
}

/**
 * One act of the store for all items that come up together, and not one for each: what an act costs the main thread, promises for
 * the most part, is as much as the rest of an event's way there. Together is what one message of another thread brings, much of
 * it in parts; there is no timer. Results in order; a fault of one item's own leaves the others alone. An item that `goesAlone` is
 * an act of its own, after what came up before it.
 */
export function together<Item, Result>(
  act: (items: Item[]) => Promise<Result[]>,
  goesAlone: (item: Item) => boolean = () => false,
): (item: Item) => Promise<Result> {
  let next: Group<Item, Result> | null = null;

  function begin(): Group<Item, Result> {
    const group: Group<Item, Result> = { items: [], callers: [] };
    queueMicrotask(() => run(group));
    return group;
  }

  function run(group: Group<Item, Result>): void {
    if (group !== next) return;
    next = null;
    void answer(group);
  }

  async function answer({ items, callers }: Group<Item, Result>): Promise<void> {
    try {
      const results = await act(items);
      for (let at = 0; at < callers.length; at += 1) callers[at]!.resolve(results[at]!);
    } catch (error) {
      if (items.length === 1 || error instanceof StoreError || error instanceof SurehookError)
        for (const { reject } of callers) reject(error);
      // A mistake in one of them is found by running each alone, so that the others do not suffer.
      else for (const [at, item] of items.entries()) await answer({ items: [item], callers: [callers[at]!] });
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      const isAlone = goesAlone(item);
      if (isAlone && next !== null) run(next);
      next ??= begin();
      const group = next;
      group.items.push(item);
      group.callers.push({ resolve, reject });
      if (isAlone || group.items.length >= handedOverItems) run(group);
    });
}
