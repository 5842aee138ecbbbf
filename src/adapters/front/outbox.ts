import { handedOverItems } from '../../core/limits/process.ts';
import type { Flat, Sent } from './messages.ts';

/**
 * What one thread tells the other in a turn of its loop goes over together: a message costs what some ten requests do. At the end of
 * the turn, or as soon as there is much of it.
 */
export class Outbox<Told> {
  readonly #post: (sent: Sent<Told>) => void;
  #sent: Sent<Told> = { plain: [], told: [] };
  #items = 0;
  #isScheduled = false;

  constructor(post: (sent: Sent<Told>) => void) {
    this.#post = post;
  }

  /** Where the values of one more plain request go, or of its answer. */
  next(): Flat {
    if (this.#items >= handedOverItems) this.send();
    this.#items += 1;
    this.#schedule();
    return this.#sent.plain;
  }

  readonly tell = (told: Told): void => {
    this.#schedule();
    this.#sent.told.push(told);
  };

  send(): void {
    this.#isScheduled = false;
    this.#items = 0;
    const sent = this.#sent;
    this.#sent = { plain: [], told: [] };
    this.#post(sent);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      if (this.#isScheduled) this.send();
    });
  }
}
