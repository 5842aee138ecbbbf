import { Duplex } from 'node:stream';
import { tunnelBytes } from '../../core/limits/front.ts';
import type { Told } from './messages.ts';

/** A connection that was passed on, as the main thread's HTTP server sees it: like a socket, as far as that one looks. */
export class Tunnel extends Duplex {
  readonly remoteAddress: string | undefined;
  readonly #number: number;
  readonly #tell: (told: Told) => void;
  /** Calls back when there is room for more on the way over. */
  #written: ((error?: Error | null) => void) | null = null;
  #underWayBytes = 0;
  /** Read here, and not told yet. */
  #readBytes = 0;
  #isRead = true;
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
      this.#readBytes += told.text.length;
      this.#isRead = this.push(told.text, 'latin1');
      this.#tellRead();
    } else if (told.kind === 'taken') {
      this.#underWayBytes -= told.bytes;
      this.#finish();
    } else if (told.kind === 'ended') this.push(null);
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
    this.#isRead = true;
    this.#tellRead();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#timer?.refresh();
    this.#underWayBytes += chunk.length;
    this.#tell({ kind: 'bytes', tunnel: this.#number, text: chunk.toString('latin1') });
    if (this.#underWayBytes < tunnelBytes) done();
    else this.#written = done;
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

  /** Told in halves of what may be on its way, and not before it is read: who sends much waits for it. */
  #tellRead(): void {
    if (!this.#isRead || this.#readBytes < tunnelBytes / 2) return;
    this.#tell({ kind: 'taken', tunnel: this.#number, bytes: this.#readBytes });
    this.#readBytes = 0;
  }

  #finish(): void {
    const written = this.#written;
    this.#written = null;
    written?.();
  }
}
