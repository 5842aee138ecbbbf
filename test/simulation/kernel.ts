import type { Prng } from './prng.ts';

interface Entry {
  atMs: number;
  /** Drawn: what falls on the same moment happens in another order in another seed. */
  tie: number;
  act: (() => void) | null;
}

/** What the world's rules found broken: the first one ends the run. */
export interface Violation {
  invariant: string;
  detail: string;
  atMs: number;
}

const tailLines = 120;
/** More steps than any seed needs: whoever takes them waits by spinning. */
const stepsMax = 200_000;

/**
 * Time and chance of one simulated world. Virtual time stands still while something happens and then jumps to the next entry:
 * nothing is ever waited for. Every line of the trace goes into a hash, so that two runs of a seed can be compared.
 */
export class Kernel {
  readonly prng: Prng;
  nowMs = 0;
  violation: Violation | null = null;
  steps = 0;
  readonly #heap: Entry[] = [];
  readonly #tail: string[] = [];
  readonly #tailMax: number;
  #lines = 0;
  #hashA = 0x811c9dc5;
  #hashB = 0x01234567;
  #working = 0;

  constructor(prng: Prng, keepAll = false) {
    this.prng = prng;
    this.#tailMax = keepAll ? Infinity : tailLines;
  }

  get hash(): string {
    return `${(this.#hashA >>> 0).toString(16)}${(this.#hashB >>> 0).toString(16)}-${this.#lines}`;
  }

  get tail(): readonly string[] {
    return this.#tail.slice(-this.#tailMax);
  }

  /** Happens once at that moment; the answer cancels it. */
  at(atMs: number, act: () => void): () => void {
    const entry: Entry = { atMs: Math.max(atMs, this.nowMs), tie: this.prng.number(), act };
    this.#push(entry);
    return () => {
      entry.act = null;
    };
  }

  after(delayMs: number, act: () => void): () => void {
    return this.at(this.nowMs + delayMs, act);
  }

  /** The next thing happens, and all that follows from it at once; false when nothing is left. */
  async step(): Promise<boolean> {
    for (let entry = this.#pop(); entry !== undefined; entry = this.#pop()) {
      if (entry.act === null) continue;
      this.nowMs = entry.atMs;
      this.steps += 1;
      if (this.steps > stepsMax) this.fail('spinning', `more than ${stepsMax} steps`);
      entry.act();
      await this.settle();
      return true;
    }
    return false;
  }

  /** Resolves when no promise can go on by itself: then only the heap knows what happens next. */
  async settle(): Promise<void> {
    do await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#working > 0);
  }

  /** Real work that takes no virtual time. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#working += 1;
    try {
      return await work;
    } finally {
      this.#working -= 1;
    }
  }

  trace(line: string): void {
    const text = `${this.nowMs} ${line}`;
    this.#lines += 1;
    let a = this.#hashA;
    let b = this.#hashB;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b + code, 0x85ebca6b) ^ (b >>> 13);
    }
    this.#hashA = a;
    this.#hashB = b;
    this.#tail.push(text);
    if (this.#tail.length > 2 * this.#tailMax) this.#tail.splice(0, this.#tailMax);
  }

  /** An invariant does not hold. */
  fail(invariant: string, detail: string): void {
    if (this.violation !== null) return;
    this.violation = { invariant, detail, atMs: this.nowMs };
    this.trace(`VIOLATION ${invariant}: ${detail}`);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(entry, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return top;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.tie < b.tie);
}
