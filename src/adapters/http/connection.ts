import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Client } from 'undici';
import * as limits from '../../core/limits/sending.ts';
import { type HeaderTable, readPlainResponse } from '../../core/plain-response.ts';
import { closedFault, Fault } from './faults.ts';
import { Midway } from './midway.ts';
import type { Outgoing } from './outgoing.ts';

/** Says that a kept connection was gone before anything was written to it. */
export const goneFault = new Fault('connection_reset', 'the kept connection was closed by the receiver');

/** Who hears what comes back, as the HTTP client tells it: the start, pieces of a body, and the end or an error. */
export interface Hearer {
  onRequestStart(): void;
  onResponseStarted(): void;
  onResponseStart(controller: unknown, status: number, headers: HeaderTable): void;
  onResponseData(controller: unknown, chunk: Buffer): void;
  onResponseEnd(): void;
  onResponseError(controller: unknown, error: Error): void;
}

export interface ConnectionParts {
  key: string;
  origin: string;
  socket: Socket;
  openedAtMs: number;
  /** Its receiver has answered in an unusual way: the HTTP client speaks over it from the start. */
  unusual: boolean;
  /** Its receiver does so now. */
  onUnusual(): void;
}

/**
 * A connection carries one request at a time and never connects anew by itself. It writes requests and reads plain responses
 * itself, for half of what the HTTP client takes; the first response that is not plain is left to that client, and is the last.
 */
export class Connection {
  readonly key: string;
  readonly socket: Socket;
  readonly openedAtMs: number;
  /** True once a request has been answered over it. */
  reused = false;
  /** When it was given back last. */
  usedAtMs = 0;
  /** How long it is still to rest before anything is written to it. */
  restMs = 0;
  /** It is not to be used again. */
  isLast = false;
  /** Its place in its key's idle list, -1 while it is in use or closed. */
  place = -1;
  readonly #parts: ConnectionParts;
  #client: Client | null = null;
  /** The request under way, and who hears of it. */
  #outgoing: Outgoing | null = null;
  #hearer: Hearer | null = null;
  /** Who will, once it has rested. */
  #next: Hearer | null = null;
  #bodyLeft = 0;

  constructor(parts: ConnectionParts) {
    const { socket } = parts;
    this.#parts = parts;
    this.key = parts.key;
    this.socket = socket;
    this.openedAtMs = parts.openedAtMs;
    if (parts.unusual) {
      this.#client = clientOver(parts.origin, socket);
      return;
    }
    socket.setTimeout(limits.idleSocketMs);
    socket.on('data', this.#onData);
    socket.on('timeout', this.#onTimeout);
    socket.on('error', this.#fail);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onEnd);
  }

  send(outgoing: Outgoing, hearer: Hearer): void {
    this.#outgoing = outgoing;
    this.#next = hearer;
    if (!this.reused) this.begin();
    // A timer may come up to a millisecond early, and knows no parts of one.
    else if (this.restMs > 0) setTimeout(wait, Math.ceil(this.restMs) + 1, this);
    else wait(this);
  }

  /** Sends what waits. What came in the meantime came unasked: nothing of it is taken for the answer. */
  begin(): void {
    const hearer = this.#next!;
    this.#next = null;
    if (this.socket.destroyed) hearer.onResponseError(null, goneFault);
    else if (this.#client !== null) this.#client.dispatch(this.#outgoing!, hearer);
    else {
      this.#hearer = hearer;
      this.#write(this.#outgoing!);
    }
  }

  /** Closes it at once, whatever it is doing. */
  destroy(): void {
    this.#client?.destroy(goneFault, ignore);
    this.socket.destroy();
  }

  #write({ head, body }: Outgoing): void {
    const { socket } = this;
    const bodyBytes = body?.byteLength ?? 0;
    if (bodyBytes > limits.joinedBytes) {
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(body!);
      socket.uncork();
      return;
    }
    // One piece of memory costs less than two to be written together.
    const bytes = Buffer.allocUnsafe(head.length + bodyBytes);
    bytes.write(head, 0, 'latin1');
    if (body !== null) bytes.set(body, head.length);
    socket.write(bytes);
  }

  readonly #onData = (chunk: Buffer): void => {
    const hearer = this.#hearer;
    // Nobody asked.
    if (hearer === null) this.socket.destroy();
    else if (this.#bodyLeft > 0) this.#readBody(hearer, chunk);
    else this.#readHead(hearer, chunk);
  };

  #readHead(hearer: Hearer, chunk: Buffer): void {
    hearer.onResponseStarted();
    const end = chunk.indexOf(headEnd);
    const response = end < 0 ? null : readPlainResponse(chunk.toString('latin1', 0, end + 2));
    if (response === null) {
      this.#passOn(hearer, chunk);
      return;
    }
    const { status, headers, bodyBytes, keepMs } = response;
    if (keepMs === 0) this.isLast = true;
    else if (keepMs !== this.socket.timeout) this.socket.setTimeout(keepMs);
    this.#bodyLeft = bodyBytes;
    hearer.onResponseStart(null, status, headers);
    this.#readBody(hearer, chunk.subarray(end + headEnd.length));
  }

  #readBody(hearer: Hearer, bytes: Buffer): void {
    const left = this.#bodyLeft;
    const isWhole = bytes.length >= left;
    this.#bodyLeft = isWhole ? 0 : left - bytes.length;
    if (left > 0 && bytes.length > 0) hearer.onResponseData(null, isWhole ? bytes.subarray(0, left) : bytes);
    if (!isWhole) return;
    // Or the rest would be taken for the answer to the next request.
    if (bytes.length > left) this.isLast = true;
    this.#outgoing = null;
    this.#hearer = null;
    hearer.onResponseEnd();
  }

  #passOn(hearer: Hearer, chunk: Buffer): void {
    const { socket } = this;
    socket.setTimeout(0);
    socket.off('data', this.#onData);
    socket.off('timeout', this.#onTimeout);
    socket.off('error', this.#fail);
    socket.off('end', this.#onEnd);
    socket.off('close', this.#onEnd);
    this.isLast = true;
    this.#parts.onUnusual();
    this.#client = clientOver(this.#parts.origin, new Midway(socket, chunk));
    this.#client.dispatch(this.#outgoing!, hearer);
  }

  /** A deadline stands above the whole of a request; this one bounds idleness alone. */
  readonly #onTimeout = (): void => {
    if (this.#hearer === null) this.socket.destroy();
  };

  readonly #onEnd = (): void => this.#fail(closedFault);

  readonly #fail = (error: Error): void => {
    const hearer = this.#hearer;
    this.#hearer = null;
    this.socket.destroy();
    hearer?.onResponseError(null, error);
  };
}

/**
 * Used connections with a request to write. It is written when the connection has rested and, after that, a whole turn of the loop
 * has passed in which all that had arrived was read: a late second answer to the request before would be taken for the answer to
 * this one (undici waits for a turn, too: GHSA-35p6-xmwp-9g52). Whoever joins in the middle of a turn waits for the end of the next.
 */
let joining: Connection[] = [];
let waiting: Connection[] = [];

function wait(connection: Connection): void {
  if (joining.length === 0 && waiting.length === 0) setImmediate(passTurn);
  joining.push(connection);
}

function passTurn(): void {
  const due = waiting;
  waiting = joining;
  joining = [];
  if (waiting.length > 0) setImmediate(passTurn);
  for (const connection of due) connection.begin();
}

const headEnd = Buffer.from('\r\n\r\n');

function clientOver(origin: string, socket: Duplex): Client {
  let used = false;
  return new Client(origin, {
    // The client asks for a second socket when it finds its first one closed; the sender decides about that.
    connect: (_options, callback) => {
      const first = !used;
      used = true;
      queueMicrotask(() => {
        // Of a socket it uses what all streams have.
        if (first) callback(null, socket as Socket);
        else callback(goneFault, null);
      });
    },
    pipelining: 1,
    keepAliveTimeout: limits.idleSocketMs,
    keepAliveMaxTimeout: limits.idleSocketMs,
    keepAliveTimeoutThreshold: limits.idleMarginMs,
    // One deadline over the whole attempt stands above these, which bound pauses only.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: limits.responseHeaderBytes,
    allowH2: false,
    useMilo: false,
  });
}

function ignore(): void {}
