import type { Socket } from 'node:net';
import type { Told } from './messages.ts';

/**
 * A connection that is passed on, on the side of its socket; `tunnel.ts` is the other one. Bytes go over a piece at a time, in
 * each direction the next one when the other side has asked for it, so nothing piles up for whoever reads slowly.
 */
export class Relay {
  readonly #socket: Socket;
  readonly #number: number;
  readonly #tell: (told: Told) => void;

  /** `first` is what came before it was passed on. */
  constructor(
    socket: Socket,
    {
      number,
      first,
      tell,
      gone,
    }: {
      number: number;
      first: Buffer;
      tell: (told: Told) => void;
      gone: (number: number) => void;
    },
  ) {
    this.#socket = socket;
    this.#number = number;
    this.#tell = tell;
    tell({ kind: 'opened', tunnel: number, remoteAddress: socket.remoteAddress });
    this.#give(first);
    socket.on('data', (chunk: Buffer) => this.#give(chunk));
    socket.on('end', () => tell({ kind: 'ended', tunnel: number }));
    if (socket.readableEnded) tell({ kind: 'ended', tunnel: number });
    socket.on('error', () => socket.destroy());
    const over = (): void => {
      tell({ kind: 'closed', tunnel: number });
      gone(number);
    };
    if (socket.destroyed) over();
    else socket.once('close', over);
  }

  /** What the other side says of it. */
  hear(told: Told): void {
    const socket = this.#socket;
    if (told.kind === 'more') socket.resume();
    else if (told.kind === 'bytes')
      socket.write(told.bytes, () => this.#tell({ kind: 'more', tunnel: this.#number }));
    else if (told.kind === 'ended') socket.end();
    else if (told.kind === 'closed') socket.destroySoon();
  }

  cut(): void {
    this.#socket.destroy();
  }

  #give(chunk: Buffer): void {
    this.#socket.pause();
    // A copy of its own: the chunk may be a part of memory that others use.
    this.#tell({ kind: 'bytes', tunnel: this.#number, bytes: new Uint8Array(chunk) });
  }
}
