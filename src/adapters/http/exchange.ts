import type { UrlParts } from '../../core/address.ts';
import type { AttemptError, Outcome } from '../../core/attempt.ts';
import * as limits from '../../core/limits/sending.ts';
import type { HeaderTable } from '../../core/plain-response.ts';
import type { Slots } from '../../core/slots.ts';
import { type Step, Steps, steps } from '../../core/timings.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SendLimits } from '../../ports/sender.ts';
import type { Connector, ConnectTarget } from './connect.ts';
import { type Connection, goneFault, type Hearer } from './connection.ts';
import type { Connections } from './connections.ts';
import type { Cancel } from './dial.ts';
import { closedFault, codeOf, type Fault, faultOf } from './faults.ts';
import type { Outgoing } from './outgoing.ts';
import { detailOfStatus, errorOfStatus, firstOf, flatten, textOf } from './response.ts';

/** What every exchange of a sender shares. */
export interface Line {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly connections: Connections;
  readonly connector: Connector;
  readonly running: Slots<Exchange>;
}

export interface Target extends ConnectTarget {
  readonly parts: UrlParts;
}

const noHeaders: HeaderTable = {};

/** What is done in each step, in words for whoever asks why it was stopped. */
const doings: readonly string[] = [
  'looking the name up',
  'connecting to the receiver',
  'agreeing on TLS',
  'waiting for the response',
  'reading the response',
];

/**
 * One request and its answer, from taking a connection to the outcome. It hears of the response itself, so that a
 * request costs one object and one promise. Ends exactly once: by the answer, a fault, the deadline or `cut`.
 */
export class Exchange implements Hearer {
  readonly #line: Line;
  readonly #target: Target;
  readonly #outgoing: Outgoing;
  readonly #limits: SendLimits;
  readonly #resolve: (outcome: Outcome) => void;
  readonly #startedAtMs: number;
  readonly #timer: NodeJS.Timeout;
  readonly #slot: number;
  #steps: Steps;
  #connection: Connection | null = null;
  #opening: Cancel | null = null;
  /** A byte of the response has come. */
  #answered = false;
  /** The final status, 0 before it. */
  #status = 0;
  #headers: HeaderTable = noHeaders;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #ended = false;

  constructor(
    line: Line,
    target: Target,
    outgoing: Outgoing,
    sendLimits: SendLimits,
    resolve: (outcome: Outcome) => void,
  ) {
    this.#line = line;
    this.#target = target;
    this.#outgoing = outgoing;
    this.#limits = sendLimits;
    this.#resolve = resolve;
    this.#startedAtMs = line.clock.monotonicMs();
    this.#steps = new Steps(this.#startedAtMs);
    this.#timer = setTimeout(onDeadline, sendLimits.timeoutMs, this);
    this.#slot = line.running.put(this);
  }

  start(): void {
    const connection = this.#line.connections.take(this.#target.key);
    if (connection === null) this.#open();
    else this.#write(connection);
  }

  /** Ends it now with what is known: the status if it came, else `error`. */
  cut(error: AttemptError, detail: string): void {
    if (this.#ended) return;
    const connection = this.#connection;
    if (this.#status !== 0) this.#endByStatus(true);
    else this.#end(error, detail, false);
    this.#opening?.();
    if (connection) this.#line.connections.drop(connection);
  }

  onDeadline(): void {
    const doing = doings[this.#steps.current ?? steps.lookup];
    this.cut('timeout', `no answer within ${this.#limits.timeoutMs} ms: stopped while ${doing}`);
  }

  onRequestStart(): void {}

  onResponseStarted(): void {
    this.#answered = true;
  }

  onResponseStart(_controller: unknown, status: number, headers: HeaderTable): void {
    // 1xx are announcements; the final status comes after them.
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    this.#begin(steps.read);
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.#ended) return;
    const keptBytes = this.#keptBytes();
    if (this.#bytes <= keptBytes) this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= Math.max(limits.responseReadBytes, keptBytes)) return;
    const connection = this.#connection;
    this.#endByStatus(true);
    if (connection) this.#line.connections.drop(connection);
  }

  onResponseEnd(): void {
    if (this.#ended) return;
    const connection = this.#connection;
    this.#endByStatus(this.#bytes > this.#keptBytes());
    if (connection) this.#line.connections.give(connection);
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.#ended) return;
    const connection = this.#connection;
    this.#connection = null;
    if (connection) this.#line.connections.drop(connection);
    if (this.#status !== 0) {
      this.#endByStatus(true);
    } else if (connection?.reused && !this.#answered && isStale(error)) {
      // The repeat opens a connection of its own, which is not reused: so there is one at most.
      this.#open();
    } else {
      this.#endByFault(faultOf(error));
    }
  }

  #open(): void {
    const nowMs = this.#line.clock.monotonicMs();
    // Anew when a kept connection turned out to be closed: what it took is part of the whole alone.
    if (this.#steps.current !== null) this.#steps = new Steps(nowMs);
    this.#steps.begin(this.#target.parts.literal ? steps.connect : steps.lookup, nowMs);
    const leftMs = this.#limits.timeoutMs - (nowMs - this.#startedAtMs);
    const timeoutMs = Math.max(1, Math.min(this.#limits.connectTimeoutMs, leftMs));
    this.#opening = this.#line.connector.connect(this.#target, timeoutMs, {
      began: (step) => this.#begin(step),
      done: (fault, socket) => {
        this.#opening = null;
        if (this.#ended) socket?.destroy();
        else if (socket)
          this.#write(this.#line.connections.adopt(this.#target.key, this.#target.parts.origin, socket));
        else if (fault) this.#endByFault(fault);
      },
    });
  }

  #write(connection: Connection): void {
    this.#connection = connection;
    this.#begin(steps.wait);
    connection.send(this.#outgoing, this);
  }

  #begin(step: Step): void {
    this.#steps.begin(step, this.#line.clock.monotonicMs());
  }

  #keptBytes(): number {
    return this.#limits.bodyBytes ?? limits.attemptBodyBytes;
  }

  #endByFault(fault: Fault): void {
    this.#end(fault.kind, fault.message, false);
  }

  #endByStatus(truncated: boolean): void {
    this.#end(errorOfStatus(this.#status), detailOfStatus(this.#status, this.#headers), truncated);
  }

  #end(error: AttemptError | null, detail: string, truncated: boolean): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#connection = null;
    this.#line.running.take(this.#slot);
    const headers = this.#headers;
    const nowMs = this.#line.clock.monotonicMs();
    this.#resolve({
      httpStatus: this.#status === 0 ? null : this.#status,
      error,
      detail,
      durationMs: Math.round(nowMs - this.#startedAtMs),
      timings: this.#steps.ended(nowMs),
      responseHeaders: headers === noHeaders ? [] : flatten(headers),
      responseBody: this.#bytes === 0 ? '' : textOf(this.#chunks, this.#keptBytes()),
      responseTruncated: truncated,
      retryAfter: firstOf(headers, 'retry-after'),
    });
  }
}

/** One turn later, so that an answer which had arrived while the process was busy still counts. */
function onDeadline(exchange: Exchange): void {
  setImmediate(cutAtDeadline, exchange);
}

function cutAtDeadline(exchange: Exchange): void {
  exchange.onDeadline();
}

/** Faults that a kept connection shows when the receiver closed it while it was idle. */
function isStale(error: Error): boolean {
  if (error === goneFault || error === closedFault) return true;
  const code = codeOf(error);
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED' || code === 'UND_ERR_SOCKET';
}
