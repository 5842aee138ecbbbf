/** `mine`: the caller is the first and does the work. `busy`: somebody is at it. `done`: it was done before. */
export type Claim = 'mine' | 'busy' | 'done';

/** What a receiver remembers, so that an event that comes again is not handled again. Any store with an atomic insert can do it. */
export interface SeenStore {
  /**
   * Claims a key for `leaseMs` milliseconds: of all who ask at once, in whatever process, one gets `mine`. A claim that ran out without
   * `keep` can be had again, so that work that died is done when the sender tries again.
   */
  claim(key: string, leaseMs: number): Claim | Promise<Claim>;
  /** The work is done: `done` for that long, in milliseconds. */
  keep(key: string, forMs: number): unknown;
  /** The work failed: the key is as if it had never been claimed. */
  release(key: string): unknown;
}

/** What a memory holds and goes by. */
export interface MemoryOptions {
  /** How many keys are remembered; the oldest are forgotten. 10,000 unless given. */
  keysMax?: number;
  now?: () => number;
}

/** A store in this process's memory: gone when it ends, and unknown to other processes. */
export function memorySeen({ keysMax = 10_000, now = Date.now }: MemoryOptions = {}): SeenStore {
  const kept = new Map<string, { untilMs: number; isDone: boolean }>();
  const put = (key: string, forMs: number, isDone: boolean) => {
    kept.delete(key);
    if (kept.size >= keysMax) kept.delete(kept.keys().next().value!);
    kept.set(key, { untilMs: now() + forMs, isDone });
  };
  return {
    claim(key, leaseMs) {
      const known = kept.get(key);
      if (known !== undefined && known.untilMs > now()) return known.isDone ? 'done' : 'busy';
      put(key, leaseMs, false);
      return 'mine';
    },
    keep: (key, forMs) => put(key, forMs, true),
    release: (key) => void kept.delete(key),
  };
}
