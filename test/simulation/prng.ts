import type { Random } from '../../src/ports/random.ts';

/** Seeded randomness (sfc32): the same seed gives the same course, and every part of the world can have a stream of its own. */
export class Prng implements Random {
  #a: number;
  #b: number;
  #c: number;
  #n = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 0;
    this.#c = 0x5eed5eed;
    for (let i = 0; i < 12; i += 1) this.#next();
  }

  /** In [0, 1). */
  number(): number {
    return this.#next() / 2 ** 32;
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let i = 0; i < count; i += 1) bytes[i] = this.#next() & 255;
    return bytes;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.number() * (most - least + 1));
  }

  chance(share: number): boolean {
    return share > 0 && this.number() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)]!;
  }

  /** By weight; the weights need no particular sum. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries(weights) as [T, number][];
    let left = this.number() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    return entries.find(([, weight]) => weight > 0)![0];
  }

  /** A share that many seeds draw as nothing at all: calm and harsh worlds both occur. */
  share(most: number): number {
    return this.chance(0.5) ? 0 : this.number() * most;
  }

  /** A stream of its own, so that drawing more in one place does not change another. */
  fork(): Prng {
    return new Prng(this.#next());
  }

  #next(): number {
    const t = (((this.#a + this.#b) | 0) + this.#n) | 0;
    this.#n = (this.#n + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + t) | 0;
    return t >>> 0;
  }
}
