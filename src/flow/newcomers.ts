import { SurehookError } from '../core/errors.ts';
import * as limits from '../core/limits/sources.ts';
import { busyRetryAfterS } from '../core/limits/store.ts';
import type { Source } from '../core/source.ts';
import type { Clock } from '../ports/clock.ts';
import type { SourceStore } from '../ports/source-store.ts';
import type { Directory } from './directory.ts';

export interface NewcomerParts {
  clock: Clock;
  store: Pick<SourceStore, 'sourceNos'>;
  directory: Directory;
  /** Reads the directory again. */
  refresh(): Promise<void>;
}

/**
 * Sources that another node made so lately that nobody has told this one. Strangers can ask for any number of addresses: all who
 * ask within a moment share one look, which begins after they asked.
 */
export class Newcomers {
  readonly #parts: NewcomerParts;
  #next: Promise<void> | null = null;
  #lookedAtMs = -Infinity;
  #underWay: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(parts: NewcomerParts) {
    this.#parts = parts;
  }

  /** The source behind an address that is not known here; null when there is none. */
  async find(token: string): Promise<Source | null> {
    if (this.#waiting >= limits.newcomersWaiting)
      throw new SurehookError(
        'unavailable',
        'Too many ask for addresses that are not known here. Try again shortly.',
        {
          retryAfterS: busyRetryAfterS,
        },
      );
    this.#waiting += 1;
    try {
      await this.#look();
    } finally {
      this.#waiting -= 1;
    }
    return this.#parts.directory.sources.byToken(token);
  }

  /** A look that has not begun. */
  #look(): Promise<void> {
    this.#next ??= this.#inTurn();
    return this.#next;
  }

  async #inTurn(): Promise<void> {
    const { clock } = this.#parts;
    await this.#underWay;
    const waitMs = this.#lookedAtMs + limits.newcomersEveryMs - clock.monotonicMs();
    if (waitMs > 0) await new Promise<void>((resolve) => clock.after(waitMs, resolve));
    this.#next = null;
    this.#lookedAtMs = clock.monotonicMs();
    const looking = this.#readNew();
    this.#underWay = looking.catch(() => undefined);
    await looking;
  }

  async #readNew(): Promise<void> {
    const { store, directory, refresh } = this.#parts;
    const nos = await store.sourceNos();
    const isNew = (): boolean => {
      const known = new Set(directory.sources.all().map(({ no }) => no));
      return nos.some((no) => !known.has(no));
    };
    // Once more where the first was shared with somebody who had begun to read before.
    for (let n = 0; n < 2 && isNew(); n++) await refresh();
  }
}
