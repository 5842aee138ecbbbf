import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { decodeText } from '../../core/json.ts';
import * as limits from '../../core/limits/api.ts';
import {
  type PlainAnswer,
  type PlainHead,
  type PlainRequest,
  readPlainHead,
} from '../../core/plain-request.ts';
import type { FrontOptions } from './messages.ts';

/** What a connection hands on. */
export interface Desk {
  options: Pick<FrontOptions, 'maxBodyBytes' | 'plainBodyMs' | 'keepAliveMs'>;
  /** A plain request; `answer` is called once. */
  ask(connection: Connection, request: PlainRequest): void;
  /** Anything else: what came so far, and all that will come. The socket is theirs from then on. */
  passOn(socket: Socket, bytes: Buffer): void;
  /** The connection is over, or no longer read here. */
  gone(connection: Connection): void;
  /** How a connection that stays is told of. */
  connectionLines: string;
  /** The time as the Date header says it. */
  date(): string;
}

const headEnd = Buffer.from('\r\n\r\n');
const lastLines = 'Connection: close\r\n';

/** A caller's connection, as long as nothing but plain requests comes over it, one after another. */
export class Connection {
  readonly #socket: Socket;
  readonly #desk: Desk;
  /** What came and was not asked yet, in pieces: joined at each of them, a body that comes by drops would be copied again and again. */
  #rest: Buffer[] = [];
  #restBytes = 0;
  /** Of the request whose body is not here yet. */
  #head: PlainHead | null = null;
  #headBytes = 0;
  #headAtMs = 0;
  #isAsking = false;
  #isLast = false;
  #isOver = false;

  constructor(socket: Socket, desk: Desk) {
    this.#socket = socket;
    this.#desk = desk;
    socket.setTimeout(limits.headersTimeoutMs);
    socket.on('data', this.#onData);
    socket.on('timeout', this.#onTimeout);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onClose);
    socket.on('error', this.#onError);
  }

  answer({ status, head, body }: PlainAnswer): void {
    this.#isAsking = false;
    const socket = this.#socket;
    if (socket.destroyed) return;
    const lines = this.#isLast ? lastLines : this.#desk.connectionLines;
    const length = Buffer.byteLength(body);
    const taken = socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}Date: ${this.#desk.date()}\r\n${lines}Content-Length: ${length}\r\n\r\n${body}`,
    );
    if (this.#isLast) socket.destroySoon();
    else if (taken) this.#next();
    // Who does not read is not read either.
    else {
      socket.pause();
      socket.once('drain', () => this.#next());
    }
  }

  /** Nothing more is asked over it: it ends now, or with the answer that is awaited. */
  end(): void {
    this.#isLast = true;
    if (!this.#isAsking && !this.#passOnRest()) this.#socket.destroySoon();
  }

  cut(): void {
    this.#socket.destroy();
  }

  /** The request after the one that was answered: it may be here, or a part of it. */
  #next(): void {
    this.#socket.resume();
    if (this.#restBytes > 0) this.#read();
  }

  readonly #onData = (chunk: Buffer): void => {
    // What comes after the last answer was not asked.
    if (this.#isLast && !this.#isAsking) return;
    this.#rest.push(chunk);
    this.#restBytes += chunk.length;
    // Whoever sends ahead waits for the answer.
    if (this.#isAsking) this.#socket.pause();
    else this.#read();
  };

  #read(): void {
    this.#head ??= this.#readHead();
    const head = this.#head;
    if (head === null || this.#isTooSlow()) this.#passOn();
    else if (this.#restBytes < this.#headBytes + head.bodyBytes) this.#waitForBody();
    else this.#readWhole(head);
  }

  #readWhole(head: PlainHead): void {
    const bytes = this.#joined();
    const end = this.#headBytes + head.bodyBytes;
    const text = textOf(bytes.subarray(this.#headBytes, end));
    if (text === null) {
      this.#passOn();
      return;
    }
    this.#restBytes -= end;
    this.#rest = this.#restBytes > 0 ? [bytes.subarray(end)] : [];
    this.#ask(head, text);
  }

  #joined(): Buffer {
    if (this.#rest.length > 1) this.#rest = [Buffer.concat(this.#rest)];
    return this.#rest[0]!;
  }

  #ask({ headers }: PlainHead, text: string): void {
    const socket = this.#socket;
    const { keepAliveMs } = this.#desk.options;
    if (socket.timeout !== keepAliveMs) socket.setTimeout(keepAliveMs);
    this.#headAtMs = 0;
    this.#head = null;
    this.#isAsking = true;
    if (socket.readableEnded && this.#restBytes === 0) this.#isLast = true;
    this.#desk.ask(this, { headers, text, remoteAddress: socket.remoteAddress });
  }

  /** A head that does not come at once is nobody's who publishes in earnest. */
  #readHead(): PlainHead | null {
    const bytes = this.#joined();
    const at = bytes.indexOf(headEnd);
    if (at < 0 || at > limits.maxHeaderBytes) return null;
    this.#headBytes = at + headEnd.length;
    return readPlainHead(bytes.toString('latin1', 0, at + 2), this.#desk.options.maxBodyBytes);
  }

  #waitForBody(): void {
    if (this.#headAtMs !== 0) return;
    this.#headAtMs = performance.now();
    this.#socket.setTimeout(this.#desk.options.plainBodyMs);
  }

  #isTooSlow(): boolean {
    return this.#headAtMs !== 0 && performance.now() - this.#headAtMs > this.#desk.options.plainBodyMs;
  }

  #passOn(): void {
    const socket = this.#socket;
    socket.setTimeout(0);
    socket.pause();
    socket.off('data', this.#onData);
    socket.off('timeout', this.#onTimeout);
    socket.off('end', this.#onEnd);
    socket.off('close', this.#onClose);
    socket.off('error', this.#onError);
    this.#desk.passOn(socket, this.#joined());
    this.#leave();
  }

  /** Whether there was a part of a request. Who has not read the answer before is not asked about more. */
  #passOnRest(): boolean {
    if (this.#restBytes === 0 || this.#socket.writableNeedDrain) return false;
    this.#passOn();
    return true;
  }

  readonly #onTimeout = (): void => {
    if (!this.#isAsking && !this.#passOnRest()) this.#socket.destroy();
  };

  /** A caller that sends no more still reads: what it sent ahead is answered as well. */
  readonly #onEnd = (): void => {
    if (!this.#isAsking || this.#restBytes === 0) this.end();
  };

  readonly #onClose = (): void => this.#leave();
  readonly #onError = (): void => void this.#socket.destroy();

  #leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#desk.gone(this);
  }
}

/** Null where the bytes are not UTF-8: why, a whole server tells. */
function textOf(bytes: Buffer): string | null {
  try {
    return decodeText(bytes);
  } catch {
    return null;
  }
}
