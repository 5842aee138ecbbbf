import type { Socket } from 'node:net';
import * as limits from '../../core/limits/sending.ts';
import type { Clock } from '../../ports/clock.ts';
import { Connection } from './connection.ts';

/**
 * Connections by key. Taking and giving back cost the same however many there are. A caller gets an idle connection or none,
 * and then opens its own: nobody waits for somebody else's request.
 */
export class Connections {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #byKey = new Map<string, Connection[]>();
  /** All idle ones, the longest idle first. */
  readonly #idle = new Set<Connection>();
  /** Keys whose receiver has answered in an unusual way, the first of them first. */
  readonly #unusual = new Set<string>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** How many lie idle; at most `limits.idleSockets`. */
  get idleCount(): number {
    return this.#idle.size;
  }

  /**
   * The one that was used last, so that the others can grow old; null when none is fit for use. One that was used a moment ago
   * rests, and the first of the list is taken instead, which as a rule has rested.
   */
  take(key: string): Connection | null {
    const list = this.#byKey.get(key);
    if (list === undefined) return null;
    const nowMs = this.#clock.monotonicMs();
    for (let last = list.at(-1); last !== undefined; last = list.at(-1)) {
      const connection = last.usedAtMs + limits.socketRestMs > nowMs ? list[0]! : last;
      connection.restMs = Math.max(0, connection.usedAtMs + limits.socketRestMs - nowMs);
      this.#remove(connection, list);
      if (!connection.socket.destroyed && connection.openedAtMs > nowMs - limits.socketAgeMaxMs)
        return connection;
      this.drop(connection);
    }
    return null;
  }

  /** Takes a connected socket in; it counts as in use. */
  adopt(key: string, origin: string, socket: Socket): Connection {
    const connection = new Connection({
      key,
      origin,
      socket,
      openedAtMs: this.#clock.monotonicMs(),
      unusual: this.#unusual.has(key),
      onUnusual: () => this.#noteUnusual(key),
    });
    socket.once('close', () => this.#forget(connection));
    return connection;
  }

  /** Back from use, after a complete answer. */
  give(connection: Connection): void {
    if (connection.isLast) {
      this.drop(connection);
      return;
    }
    connection.reused = true;
    connection.usedAtMs = this.#clock.monotonicMs();
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
    connection.destroy();
  }

  /** Closes all that lie idle. */
  dropIdle(): void {
    for (const connection of [...this.#idle]) this.drop(connection);
  }

  #noteUnusual(key: string): void {
    if (this.#unusual.has(key)) return;
    const first = this.#unusual.values().next().value;
    if (this.#unusual.size >= limits.checkedUrls && first !== undefined) this.#unusual.delete(first);
    this.#unusual.add(key);
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
