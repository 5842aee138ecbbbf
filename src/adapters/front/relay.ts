import type { Socket } from 'node:net';
import { tunnelBytes } from '../../core/limits/front.ts';
import type { Told } from './messages.ts';

/**
 * A connection that is passed on, on the side of its socket; `tunnel.ts` is the other one. In each direction at most
 * `tunnelBytes` are on their way, so nothing piles up for whoever reads slowly.
 */
export class Relay {
  readonly #socket: Socket;
  readonly #number: number;
  readonly #tell: (told: Told) => void;
  /** Sent over and not told to be taken. */
  #underWayBytes = 0;
  /** Written, and not told yet. */
  #writtenBytes = 0;

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
    socket.on('data', (chunk: Buffer) => this.#give(chunk));
    socket.resume();
    this.#give(first);
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
    if (told.kind === 'bytes') socket.write(told.text, 'latin1', () => this.#wrote(told.text.length));
    else if (told.kind === 'taken') this.#taken(told.bytes);
    else if (told.kind === 'ended') socket.end();
    else if (told.kind === 'closed') socket.destroySoon();
  }

  cut(): void {
    this.#socket.destroy();
  }

  #give(chunk: Buffer): void {
    this.#underWayBytes += chunk.length;
    if (this.#underWayBytes >= tunnelBytes) this.#socket.pause();
    this.#tell({ kind: 'bytes', tunnel: this.#number, text: chunk.toString('latin1') });
  }

  #taken(bytes: number): void {
    this.#underWayBytes -= bytes;
    if (this.#underWayBytes < tunnelBytes) this.#socket.resume();
  }

  /** Told in halves of what may be on its way: who sends seldom waits for it. */
  #wrote(bytes: number): void {
    this.#writtenBytes += bytes;
    if (this.#writtenBytes < tunnelBytes / 2) return;
    this.#tell({ kind: 'taken', tunnel: this.#number, bytes: this.#writtenBytes });
    this.#writtenBytes = 0;
  }
}
