import type { Account } from '../core/account.ts';
import type { Bin, CaughtRequest } from '../core/bin.ts';
import { readChangedBin, readNewBin, tooManyBins } from '../core/bin-input.ts';
import { notFound, SurehookError } from '../core/errors.ts';
import { idBytes, newId, newToken } from '../core/ids.ts';
import { listDefault } from '../core/limits/api.ts';
import * as limits from '../core/limits/bins.ts';
import { busyRetryAfterS } from '../core/limits/store.ts';
import type { BinStore } from '../ports/bin-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';

export interface BinParts {
  clock: Clock;
  random: Random;
  store: BinStore;
}

/** A request that was caught, and how it is to be answered: `status` null means to hang up. */
export interface Caught {
  bin: Bin;
  status: number | null;
}

/** Catchers of requests: everything is in the store; here are only those who watch. */
export class Bins {
  readonly #parts: BinParts;
  readonly #watchers = new Map<number, Set<() => void>>();
  #watching = 0;
  #stopped = false;

  constructor(parts: BinParts) {
    this.#parts = parts;
  }

  async create(account: Account, body: unknown): Promise<Bin> {
    const { clock, random, store } = this.#parts;
    const nowMs = clock.nowMs();
    // The id ends an address that strangers must not guess.
    const id = newId('bin_', nowMs, random.bytes(idBytes)) + newToken(random.bytes(limits.binTokenBytes));
    const made = await store.createBin(
      readNewBin(body, { id, accountNo: account.no, nowMs }),
      limits.binsPerAccount,
    );
    if (made === 'too_many') throw tooManyBins();
    return made;
  }

  /** The account's bin, or `not_found`. */
  async find(account: Account, id: string): Promise<Bin> {
    const bin = await this.#parts.store.binById(id);
    if (bin === null || bin.accountNo !== account.no) throw notFound('bin', id);
    return bin;
  }

  async change(account: Account, id: string, body: unknown): Promise<Bin> {
    const { clock, store } = this.#parts;
    const bin = readChangedBin(body, await this.find(account, id), clock.nowMs());
    if (!(await store.updateBin(bin))) throw notFound('bin', id);
    return bin;
  }

  /** Answers what is gone by it. */
  async delete(account: Account, id: string): Promise<Bin> {
    const bin = await this.find(account, id);
    await this.#parts.store.deleteBin(bin.no);
    return bin;
  }

  /** The bin behind an address, whoever's; `not_found` when there is none. */
  async at(id: string): Promise<Bin> {
    // Not every store can be asked for U+0000.
    const bin = id.includes('\0') ? null : await this.#parts.store.binById(id);
    if (bin === null) throw noBin();
    return bin;
  }

  /** Keeps a request and says how it is to be answered, once the bin's delay is over. */
  async catch(bin: Bin, request: Omit<CaughtRequest, 'id' | 'atMs' | 'status'>): Promise<Caught> {
    const { clock, random, store } = this.#parts;
    const atMs = clock.nowMs();
    const id = newId('brq_', atMs, random.bytes(idBytes));
    const caught = await store.catchRequest(bin.no, { ...request, id, atMs });
    if (caught === null) throw noBin();
    for (const wake of this.#watchers.get(bin.no) ?? []) wake();
    const { delayMs } = caught.bin.behaviour;
    if (delayMs > 0) await new Promise<void>((resolve) => void clock.after(delayMs, resolve));
    return caught;
  }

  /**
   * What a bin catches, oldest first, as it comes: after the request of that number, or from now on. Ends when `gone` calls what it
   * was given, and when the server stops. Null stands for a while in which nothing came. Throws `too_many_requests` at once.
   */
  watch(
    bin: Bin,
    afterNo: number | null,
    gone: (act: () => void) => void,
  ): AsyncGenerator<{ no: number; request: CaughtRequest } | null> {
    if (this.#watching >= limits.binWatchers) {
      const detail = 'Too many watch bins here. Try again shortly.';
      throw new SurehookError('too_many_requests', detail, { retryAfterS: busyRetryAfterS });
    }
    this.#watching++;
    const watcher = new Watcher(this.#watchersOf(bin.no), () => this.#watching--);
    gone(() => watcher.leave());
    return this.#caughtBy(watcher, bin, afterNo);
  }

  async *#caughtBy(
    watcher: Watcher,
    bin: Bin,
    afterNo: number | null,
  ): AsyncGenerator<{ no: number; request: CaughtRequest } | null> {
    const { store } = this.#parts;
    try {
      const page = { limit: listDefault, maxBytes: limits.binPageBytes };
      const [newest] = await store.listCaught(bin.no, { limit: 1, maxBytes: 1, before: null });
      let after = afterNo ?? newest?.no ?? 0;
      for (;;) {
        watcher.begin();
        const found = await store.listCaught(bin.no, { ...page, after });
        for (const each of found) {
          after = each.no;
          yield each;
        }
        if (watcher.isGone || this.#stopped) return;
        if (found.length > 0) continue;
        if (!(await this.#wait(watcher))) yield null;
      }
    } finally {
      watcher.leave();
    }
  }

  /** Who watches has seen everything. */
  stop(): void {
    this.#stopped = true;
    for (const watchers of this.#watchers.values()) for (const wake of watchers) wake();
  }

  /** True when it was woken; another process's catches are found by looking. */
  async #wait(watcher: Watcher): Promise<boolean> {
    let woken = true;
    const cancel = this.#parts.clock.after(limits.streamLookMs, () => {
      woken = false;
      watcher.wake();
    });
    await watcher.woken;
    cancel();
    return woken;
  }

  #watchersOf(binNo: number): Set<() => void> {
    const known = this.#watchers.get(binNo) ?? new Set();
    this.#watchers.set(binNo, known);
    return known;
  }
}

/** One who watches, among the others of the same bin. */
class Watcher {
  readonly #others: Set<() => void>;
  readonly #left: () => void;
  isGone = false;
  woken: Promise<void> = Promise.resolve();
  wake: () => void = () => {};

  constructor(others: Set<() => void>, left: () => void) {
    this.#others = others;
    this.#left = left;
  }

  /** Before the look at the store, or what comes in between would be missed. */
  begin(): void {
    this.#others.delete(this.wake);
    this.woken = new Promise((resolve) => {
      this.wake = resolve;
    });
    if (this.isGone) this.wake();
    else this.#others.add(this.wake);
  }

  leave(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#left();
    this.#others.delete(this.wake);
    this.wake();
  }
}

function noBin(): SurehookError {
  return new SurehookError('not_found', 'There is no bin under this address.');
}
