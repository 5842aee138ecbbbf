import { Duplex } from 'node:stream';
import type { Told } from './messages.ts';

/** A connection that was passed on, as the main thread's HTTP server sees it: like a socket, as far as that one looks. */
export class Tunnel extends Duplex {
  readonly remoteAddress: string | undefined;
  readonly #number: number;
  readonly #tell: (told: Told) => void;
  /** Calls back when the other side has written what it was given. */
  #written: ((error?: Error | null) => void) | null = null;
  #isOwed = false;
  #timer: NodeJS.Timeout | null = null;

  constructor({
    number,
    remoteAddress,
    tell,
  }: { number: number; remoteAddress: string | undefined; tell: (told: Told) => void }) {
    super({ allowHalfOpen: true });
    this.#number = number;
    this.remoteAddress = remoteAddress;
    this.#tell = tell;
  }

  /** What the other side says of it. */
  hear(told: Told): void {
    this.#timer?.refresh();
    if (told.kind === 'bytes') {
      this.#isOwed = true;
      this.push(told.bytes);
    } else if (told.kind === 'more') this.#finish();
    else if (told.kind === 'ended') this.push(null);
    else if (told.kind === 'closed') this.destroy();
  }

  /** As of a socket: tells of it when nothing has come or gone for so long; 0 ends that. */
  setTimeout(timeoutMs: number, onTimeout?: () => void): this {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = timeoutMs === 0 ? null : setTimeout(() => this.emit('timeout'), timeoutMs).unref();
    if (onTimeout !== undefined) this.once('timeout', onTimeout);
    return this;
  }

  /** As of a socket: ends, and once all is written it is over, whether the caller ends as well or not. */
  destroySoon(): void {
    this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  override _read(): void {
    if (!this.#isOwed) return;
    this.#isOwed = false;
    this.#tell({ kind: 'more', tunnel: this.#number });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#timer?.refresh();
    this.#written = done;
    this.#tell({ kind: 'bytes', tunnel: this.#number, bytes: new Uint8Array(chunk) });
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'utf8', done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#tell({ kind: 'ended', tunnel: this.#number });
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#finish();
    this.#tell({ kind: 'closed', tunnel: this.#number });
    done(error);
  }

  #finish(): void {
    const written = this.#written;
    this.#written = null;
    written?.();
  }
}
