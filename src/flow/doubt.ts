import { StoreError } from '../core/errors.ts';
import * as limits from '../core/limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { LaneStart } from '../ports/store.ts';

export interface DoubtParts {
  clock: Clock;
  /** Keys of deliveries that are under way or being settled. */
  held(): number[];
  reclaim(held: number[]): Promise<LaneStart[]>;
  /** Work waits at these endpoints now. */
  resolved(starts: LaneStart[]): void;
  /** The store says that going on could lie about what is on disk. */
  fatal(error: StoreError): void;
  warn(what: string, detail: Record<string, unknown>): void;
}

/**
 * A commit that failed may have taken effect. Then something could be leased to this process that nobody here knows of, and it
 * would wait for ever. So after such a failure nothing new is accepted or claimed until the acts under way have ended and the
 * store was asked to give back whatever is not held here.
 */
export class Doubt {
  readonly #parts: DoubtParts;
  #underWay = 0;
  #settling: Promise<void> | null = null;
  #quiet: (() => void) | null = null;
  #stopped = false;

  constructor(parts: DoubtParts) {
    this.#parts = parts;
  }

  /** True while it is not known what the store holds for us. */
  get exists(): boolean {
    return this.#settling !== null;
  }

  /** Resolves when there is no doubt (any more). */
  async gone(): Promise<void> {
    while (this.#settling !== null) await this.#settling;
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
      if (this.#underWay === 0) this.#quiet?.();
    }
  }

  /** An act's outcome is unknown. Errors that are not the store's raise nothing. */
  raise(error: unknown): void {
    if (!(error instanceof StoreError)) return;
    if (error.fatal) this.#parts.fatal(error);
    else this.#settling ??= this.#settle(error);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #settle(cause: StoreError): Promise<void> {
    this.#parts.warn('the store could not say whether a commit took effect', { cause: cause.message });
    for (;;) {
      if (this.#stopped) return;
      await new Promise<void>((resolve) => this.#parts.clock.after(limits.settleAgainMs, resolve));
      if (this.#underWay > 0) {
        await new Promise<void>((resolve) => {
          this.#quiet = resolve;
        });
        this.#quiet = null;
      }
      try {
        const starts = await this.#parts.reclaim(this.#parts.held());
        this.#settling = null;
        this.#parts.resolved(starts);
        return;
      } catch (error) {
        if (error instanceof StoreError && error.fatal) return this.#parts.fatal(error);
        this.#parts.warn('the store is still away', { cause: String(error) });
      }
    }
  }
}
