import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/**
 * A connection whose answer has begun, as the HTTP client sees it that takes over from there. What the client says is swallowed,
 * for the same was said before; once it has asked it hears the answer, from `first` on.
 */
export class Midway extends Duplex {
  readonly #socket: Socket;
  #first: Buffer | null;

  constructor(socket: Socket, first: Buffer) {
    super();
    this.#socket = socket;
    this.#first = first;
    socket.pause();
    // Whoever takes over hears of it; before that there is nobody to tell.
    this.on('error', () => {});
    socket.on('error', (error) => this.destroy(error));
    // What came before an end is still to be read.
    socket.on('close', () => {
      if (!socket.readableEnded) this.destroy();
    });
  }

  override _read(): void {
    if (this.#first === null) this.#socket.resume();
  }

  override _write(_chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const first = this.#first;
    if (first !== null) this.#begin(first);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  /** Not before something was asked: what comes unasked ends a connection. */
  #begin(first: Buffer): void {
    const socket = this.#socket;
    this.#first = null;
    this.push(first);
    socket.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.resume();
  }
}
