import * as limits from '../../core/limits/queues.ts';
import { QueueFault } from './fault.ts';
import { ignore } from './ignore.ts';
import type { Link } from './link.ts';

/** Opens a connection; `gone` is to be called when it is gone. */
export type OpenLink = (gone: () => void) => Promise<Link>;

interface Entry {
  link: Promise<Link>;
  /** Messages that were put and not confirmed. */
  underWay: number;
  usedAtMs: number;
  confirmedAtMs: number;
}

/** Connections by key, each opened when it is needed and shared by all who put something there. */
export class Links {
  readonly #nowMs: () => number;
  /** The longest unused first. */
  readonly #entries = new Map<string, Entry>();
  #sweep: NodeJS.Timeout | undefined;

  /** `nowMs` measures idleness. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Does `act` over the connection of this key; `open` makes it where there is none. */
  async use<T>(key: string, open: OpenLink, act: (link: Link) => Promise<T>): Promise<T> {
    const entry = this.#entries.get(key) ?? this.#add(key, open);
    entry.underWay += 1;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    try {
      const done = await act(await entry.link);
      entry.confirmedAtMs = this.#nowMs();
      return done;
    } finally {
      entry.underWay -= 1;
      entry.usedAtMs = this.#nowMs();
    }
  }

  /** Closes the connection of a key if nothing was confirmed over it since then. */
  dropSilent(key: string, sinceMs: number): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.confirmedAtMs < sinceMs) this.#drop(key, entry);
  }

  /** Closes all, whatever they are doing. */
  close(): void {
    for (const [key, entry] of this.#entries) this.#drop(key, entry);
  }

  /** Closes those through which nothing went for `limits.queueIdleMs`. */
  closeIdle(): void {
    const beforeMs = this.#nowMs() - limits.queueIdleMs;
    for (const [key, entry] of this.#entries)
      if (entry.underWay === 0 && entry.usedAtMs <= beforeMs) this.#drop(key, entry);
  }

  #add(key: string, open: OpenLink): Entry {
    if (this.#entries.size >= limits.queueConnections) this.#makeRoom();
    const entry: Entry = {
      link: undefined as never,
      underWay: 0,
      usedAtMs: this.#nowMs(),
      confirmedAtMs: -Infinity,
    };
    const drop = (): void => this.#drop(key, entry);
    entry.link = open(drop);
    entry.link.catch(drop);
    this.#entries.set(key, entry);
    this.#sweep ??= setInterval(() => this.closeIdle(), limits.queueIdleMs / 2).unref();
    return entry;
  }

  #makeRoom(): void {
    const idle = [...this.#entries].find(([, { underWay }]) => underWay === 0);
    if (idle !== undefined) {
      this.#drop(...idle);
      return;
    }
    const detail = `${limits.queueConnections} connections to brokers are open and in use, the most there can be`;
    throw new QueueFault('connection_refused', detail);
  }

  #drop(key: string, entry: Entry): void {
    if (this.#entries.get(key) !== entry) return;
    this.#entries.delete(key);
    if (this.#entries.size === 0) {
      clearInterval(this.#sweep);
      this.#sweep = undefined;
    }
    entry.link.then((link) => link.close(), ignore);
  }
}
