import type { Socket } from 'node:net';
import { Client } from 'undici';
import * as limits from '../../core/limits/sending.ts';
import type { Clock } from '../../ports/clock.ts';
import { Fault } from './faults.ts';

/** Says that a kept connection was gone before anything was written to it. */
export const goneFault = new Fault('connection_reset', 'the kept connection was closed by the receiver');

/** One socket with the HTTP client that speaks over it. Carries one request at a time and never connects anew by itself. */
export interface Connection {
  readonly key: string;
  readonly client: Client;
  readonly socket: Socket;
  readonly openedAtMs: number;
  /** True once a request has been answered over it. */
  reused: boolean;
  /** Its place in its key's idle list, -1 while it is in use or closed. */
  place: number;
}

/**
 * Connections by key. Taking and giving back cost the same however many there are. A caller gets an idle connection or none,
 * and then opens its own: nobody waits for somebody else's request.
 */
export class Connections {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #byKey = new Map<string, Connection[]>();
  /** All idle ones, the longest idle first. */
  readonly #idle = new Set<Connection>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** How many lie idle; at most `limits.idleSockets`. */
  get idleCount(): number {
    return this.#idle.size;
  }

  /** The one that was used last, so that the others can grow old; null when none is fit for use. */
  take(key: string): Connection | null {
    const list = this.#byKey.get(key);
    if (list === undefined) return null;
    const oldestMs = this.#clock.monotonicMs() - limits.socketAgeMaxMs;
    for (let connection = list.at(-1); connection !== undefined; connection = list.at(-1)) {
      this.#remove(connection, list);
      if (!connection.socket.destroyed && connection.openedAtMs > oldestMs) return connection;
      this.drop(connection);
    }
    return null;
  }

  /** Takes a connected socket in; it counts as in use. */
  adopt(key: string, origin: string, socket: Socket): Connection {
    const client = clientOver(origin, socket);
    const openedAtMs = this.#clock.monotonicMs();
    const connection: Connection = { key, client, socket, openedAtMs, reused: false, place: -1 };
    socket.once('close', () => this.#forget(connection));
    return connection;
  }

  /** Back from use, after a complete answer. */
  give(connection: Connection): void {
    connection.reused = true;
    let list = this.#byKey.get(connection.key);
    if (list === undefined) {
      list = [];
      this.#byKey.set(connection.key, list);
    }
    connection.place = list.push(connection) - 1;
    this.#idle.add(connection);
    if (this.#idle.size > limits.idleSockets) this.#dropOldest();
  }

  /** Closes a connection at once, whatever it is doing. */
  drop(connection: Connection): void {
    this.#forget(connection);
    connection.client.destroy(goneFault, ignore);
  }

  /** Closes all that lie idle. */
  dropIdle(): void {
    for (const connection of [...this.#idle]) this.drop(connection);
  }

  #dropOldest(): void {
    const oldest = this.#idle.values().next().value;
    if (oldest) this.drop(oldest);
  }

  #forget(connection: Connection): void {
    if (connection.place < 0) return;
    const list = this.#byKey.get(connection.key);
    if (list) this.#remove(connection, list);
  }

  /** The last of the list moves into the gap, so nothing else has to. */
  #remove(connection: Connection, list: Connection[]): void {
    const last = list.pop();
    if (last !== undefined && last !== connection) {
      list[connection.place] = last;
      last.place = connection.place;
    }
    connection.place = -1;
    this.#idle.delete(connection);
    if (list.length === 0) this.#byKey.delete(connection.key);
  }
}

function clientOver(origin: string, socket: Socket): Client {
  let used = false;
  return new Client(origin, {
    // The client asks for a second socket when it finds its first one closed; the sender decides about that.
    connect: (_options, callback) => {
      const first = !used;
      used = true;
      queueMicrotask(() => {
        if (first) callback(null, socket);
        else callback(goneFault, null);
      });
    },
    pipelining: 1,
    keepAliveTimeout: limits.idleSocketMs,
    keepAliveMaxTimeout: limits.idleSocketMs,
    // One deadline over the whole attempt stands above these, which bound pauses only.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: limits.responseHeaderBytes,
    allowH2: false,
    useMilo: false,
  });
}

function ignore(): void {}
