/** Messages on their way from a client library that pushes to whoever takes them. */
export class Feed<M> {
  readonly #items: M[] = [];
  #error: Error | null = null;
  #wake: (() => void) | null = null;
  #room: (() => void) | null = null;

  get size(): number {
    return this.#items.length;
  }

  push(item: M): void {
    this.#items.push(item);
    this.#wake?.();
  }

  /** What was pushed before can still be taken. */
  fail(error: Error): void {
    this.#error ??= error;
    this.#wake?.();
    this.#room?.();
  }

  /** Pushes everything that comes, no more than `most` ahead. */
  async pump(items: AsyncIterable<M>, most: number): Promise<void> {
    try {
      for await (const item of items) {
        this.push(item);
        while (this.#items.length >= most && this.#error === null)
          await new Promise<void>((resolve) => (this.#room = resolve));
        if (this.#error !== null) return;
      }
      this.fail(new Error('the broker ended the subscription'));
    } catch (error) {
      this.fail(error as Error);
    }
  }

  /** At most `count`, as soon as there is one; none after `waitMs`. */
  async take(count: number, waitMs: number): Promise<M[]> {
    if (this.#items.length === 0 && this.#error === null) {
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, waitMs);
        this.#wake = () => {
          clearTimeout(late);
          resolve();
        };
      });
      this.#wake = null;
    }
    if (this.#items.length === 0 && this.#error !== null) throw this.#error;
    const taken = this.#items.splice(0, count);
    this.#room?.();
    return taken;
  }
}
