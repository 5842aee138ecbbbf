import { StoreError } from '../core/errors.ts';
import * as limits from '../core/limits/dispatch.ts';
import type { Clock } from '../ports/clock.ts';
import type { LaneStart } from '../ports/store.ts';

export interface DoubtParts {
  clock: Clock;
  /** Keys of deliveries that are under way or being settled. */
  inHand(): number[];
  reclaim(inHand: number[]): Promise<LaneStart[]>;
  /** Work waits at these endpoints now. */
  resolved(starts: LaneStart[]): void;
  /** The store says that going on could lie about what is on disk. */
  fatal(error: StoreError): void;
  warn(what: string, detail: Record<string, unknown>): void;
}

/**
 * A commit that failed may have taken effect. Then something could be leased to this process that nobody here knows of, and it
 * would wait for ever. So after such a failure nothing new is accepted or claimed until the acts under way have ended and the
 * store was asked to give back whatever is not in hand here.
 */
export class Doubt {
  readonly #parts: DoubtParts;
  #underWay = 0;
  #settling: Promise<void> | null = null;
  #stopped = false;

  constructor(parts: DoubtParts) {
    this.#parts = parts;
  }

  /** True while it is not known what the store holds for us. */
  get exists(): boolean {
    return this.#settling !== null;
  }

  /** Resolves when there is no doubt (any more); throws when the process stops before. */
  async gone(): Promise<void> {
    while (this.#settling !== null) {
      await this.#settling;
      if (this.#stopped) throw new StoreError('The process stops before the store has answered.', false);
    }
  }

  /** Runs an act that leases work; a failure of the store raises doubt, and is thrown on. */
  async during<T>(act: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await act();
    } catch (error) {
      this.raise(error);
      throw error;
    } finally {
      this.#underWay -= 1;
    }
  }

  /** An act's outcome is unknown. Errors that are not the store's raise nothing. */
  raise(error: unknown): void {
    if (!(error instanceof StoreError)) return;
    if (error.fatal) this.#end(error);
    else this.#settling ??= this.#settle(error);
  }

  stop(): void {
    this.#stopped = true;
  }

  #end(error: StoreError): void {
    this.#stopped = true;
    this.#parts.fatal(error);
  }

  async #settle(cause: StoreError): Promise<void> {
    this.#parts.warn('the store could not say whether a commit took effect', { cause: cause.message });
    for (;;) {
      await new Promise<void>((resolve) => this.#parts.clock.after(limits.settleAgainMs, resolve));
      if (this.#stopped) return;
      // An act that has just ended is not asked about at once: what it leased is in hand only when its caller has its answer.
      const starts = this.#underWay > 0 ? null : await this.#reclaim();
      if (starts === null) continue;
      this.#settling = null;
      return this.#parts.resolved(starts);
    }
  }

  /** Null: the store is still away. */
  async #reclaim(): Promise<LaneStart[] | null> {
    try {
      return await this.#parts.reclaim(this.#parts.inHand());
    } catch (error) {
      if (error instanceof StoreError && error.fatal) this.#end(error);
      else this.#parts.warn('the store is still away', { cause: String(error) });
      return null;
    }
  }
}
