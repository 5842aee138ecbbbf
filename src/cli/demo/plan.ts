/** What can be made to go wrong in the demo. */
export const demoFaults = [
  'store-down',
  'skip',
  'duplicate',
  'out-of-order',
  'reset',
  'slow',
  'kill',
] as const;
/** One of them. */
export type DemoFault = (typeof demoFaults)[number];

/** What each of them does, for people. */
export const faultWords: Readonly<Record<DemoFault, string>> = {
  'store-down': 'the store hangs up on everything for three seconds',
  skip: 'the supplier forgets one webhook in six',
  duplicate: 'the supplier sends one webhook in six twice',
  'out-of-order': 'the supplier sends one webhook in six late, after those that follow it',
  reset: 'the store hangs up on one request in twelve',
  slow: 'the store takes a second for one request in twelve',
  kill: 'the server is killed with kill -9 in the middle, and started again',
};

/** Reads `all`, `none` or a list; a problem in words for anything else. */
export function readFaults(text: string): Set<DemoFault> | { problem: string } {
  if (text === 'all') return new Set(demoFaults);
  if (text === 'none' || text === '') return new Set();
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(demoFaults as readonly string[]).includes(name));
  return unknown === undefined
    ? new Set(names as DemoFault[])
    : { problem: `--faults ${unknown}: give all, none, or some of ${demoFaults.join(',')}.` };
}

/** What the store makes of its orders in the end (contract §9). */
export interface DemoCount {
  placed: number;
  fulfilled: number;
  failed: number;
  refunded: number;
  /** Placed, and never heard the end of. */
  lost: number;
  /** Whose end came in by two different events. */
  twice: number;
}

/** The store's book: which event said what of which order. It knows an event again by its id alone, so that an order that ends by two events is seen. */
export class OrderBook {
  readonly #seen = new Set<string>();
  readonly #placed = new Map<string, { fulfilled: number; failed: number; refunded: number }>();

  place(reference: string): void {
    this.#placed.set(reference, { fulfilled: 0, failed: 0, refunded: 0 });
  }

  /** False for an event that came before, which changes nothing. */
  hear(eventId: string, type: string, reference: string): boolean {
    if (this.#seen.has(eventId)) return false;
    this.#seen.add(eventId);
    const order = this.#placed.get(reference);
    const end = type.slice('order.'.length);
    if (order !== undefined && (end === 'fulfilled' || end === 'failed' || end === 'refunded'))
      order[end] += 1;
    return true;
  }

  count(): DemoCount {
    const count: DemoCount = { placed: 0, fulfilled: 0, failed: 0, refunded: 0, lost: 0, twice: 0 };
    for (const { fulfilled, failed, refunded } of this.#placed.values()) {
      count.placed += 1;
      if (fulfilled > 0) count.fulfilled += 1;
      else if (failed > 0) count.failed += 1;
      else count.lost += 1;
      if (refunded > 0) count.refunded += 1;
      if (fulfilled + failed > 1 || refunded > 1) count.twice += 1;
    }
    return count;
  }
}
