import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { brokerLeaveMs, brokerLookMs, unconfirmedBytes } from '../../core/limits/queues.ts';
import { QueueFault } from './fault.ts';

const current = new AsyncLocalStorage<Sockets>();
let isWatching = false;

/**
 * From the first use of a library on: what it opens is watched, and what it writes to the console, which is what a broker said as it
 * said it, is left out; what matters of it, attempts and consumption tell. Never undone, for some write after their end.
 */
function watchLibraries(): void {
  if (isWatching) return;
  isWatching = true;
  channel('net.client.socket').subscribe((message) => {
    current.getStore()?.add((message as { socket: Socket }).socket);
  });
  for (const name of ['log', 'info', 'warn', 'error', 'trace'] as const) {
    const write = console[name].bind(console);
    console[name] = (...words: unknown[]) => {
      if (current.getStore() === undefined) write(...words);
    };
  }
}

/** The same socket. What a library throws at words that it does not know ends the connection, not the process. */
export function guarded<S extends EventEmitter & Pick<Socket, 'destroy'>>(socket: S): S {
  const emit = socket.emit.bind(socket);
  socket.emit = (...event: Parameters<typeof emit>) => {
    try {
      return emit(...event);
    } catch (error) {
      socket.destroy(error as Error);
      return true;
    }
  };
  return socket;
}

/**
 * The sockets that a client library opens. Libraries give them to nobody and forget some: of a broker that accepts and says nothing, or
 * without end; and to close one they ask the broker, which may not answer.
 */
export class Sockets {
  readonly #sockets = new Set<Socket>();
  #watch: NodeJS.Timeout | undefined;
  #heardBytes = 0;
  #goneBytes = 0;
  #ended = false;

  /** What is opened by `act`, and by what it starts, is among them. */
  run<T>(act: () => T): T {
    return current.run(this, act);
  }

  add(socket: Socket): void {
    this.#sockets.add(guarded(socket));
    socket.once('close', () => this.#forget(socket));
    if (this.#ended) socket.destroy();
  }

  /** From now on the broker may send `unconfirmedBytes` until this is called again; what sends more is ended. */
  heard(): void {
    this.#heardBytes = this.#bytes();
    this.#watch ??= setInterval(() => this.#look(), brokerLookMs).unref();
  }

  /** The broker may send as much as it likes. */
  trust(): void {
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  /** At once, whatever the broker does. */
  end(why = givenUp): void {
    this.#ended = true;
    this.trust();
    // Some libraries hear of errors only.
    for (const socket of this.#sockets) socket.destroy(why);
  }

  /** When the library has had time to take leave. */
  endSoon(): void {
    setTimeout(() => this.end(), brokerLeaveMs).unref();
  }

  #look(): void {
    if (this.#bytes() - this.#heardBytes > unconfirmedBytes) this.end(tooMuch);
  }

  #bytes(): number {
    let bytes = this.#goneBytes;
    for (const { bytesRead } of this.#sockets) bytes += bytesRead;
    return bytes;
  }

  /** Some libraries take every listener off a socket, so that one that closed may stay here: it holds nothing any more. */
  #forget(socket: Socket): void {
    if (this.#sockets.delete(socket)) this.#goneBytes += socket.bytesRead;
  }
}

const givenUp = new QueueFault('connection_reset', 'the connection was given up');
const tooMuch = new QueueFault(
  'protocol',
  `the broker sent more than ${unconfirmedBytes} bytes and confirmed nothing`,
);

/** Opens something over sockets that are watched; they are ended when it fails, or takes longer than `ms`. */
export async function openWatched<T>(
  open: () => Promise<T>,
  ms: number,
): Promise<{ sockets: Sockets; made: T }> {
  watchLibraries();
  const sockets = new Sockets();
  sockets.heard();
  try {
    const late = (): QueueFault => new QueueFault('timeout', `the broker was not ready within ${ms} ms`);
    return { sockets, made: await within(sockets.run(open), ms, late) };
  } catch (error) {
    sockets.end();
    throw error;
  }
}

/** The same promise, rejected after `ms`. */
export async function within<T>(promise: Promise<T>, ms: number, fault: () => QueueFault): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(fault()), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
