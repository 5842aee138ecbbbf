import type { Flat, Sent } from './messages.ts';

/** What one thread tells the other in a turn of its loop, sent together at the end of it: a message costs what some ten requests do. */
export class Outbox<Told> {
  readonly #post: (sent: Sent<Told>) => void;
  #sent: Sent<Told> = { plain: [], told: [] };
  #isScheduled = false;

  constructor(post: (sent: Sent<Told>) => void) {
    this.#post = post;
  }

  /** For values of plain requests, or of their answers. */
  get plain(): Flat {
    this.#schedule();
    return this.#sent.plain;
  }

  readonly tell = (told: Told): void => {
    this.#schedule();
    this.#sent.told.push(told);
  };

  send(): void {
    this.#isScheduled = false;
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
