import type { Endpoint } from '../core/endpoint.ts';
import { SurehookError } from '../core/errors.ts';
import { settleAgainMs, timerMaxMs } from '../core/limits/dispatch.ts';
import * as limits from '../core/limits/pull.ts';
import { busyRetryAfterS } from '../core/limits/store.ts';
import { isPulled, pullTries } from '../core/pull.ts';
import type { Clock } from '../ports/clock.ts';
import type { Pulled, PullResult, PullStore, PullVerdict } from '../ports/pull-store.ts';
import type { Directory } from './directory.ts';

export interface PullParts {
  clock: Clock;
  store: PullStore;
  directory: Directory;
  warn(what: string, detail: Record<string, unknown>): void;
}

/** What a consumer asks for. */
export interface PullOptions {
  max: number;
  /** How long it waits for a first message. */
  waitMs: number;
  leaseMs: number;
}

interface Queue {
  /** Consumers that wait, longest first. */
  waiting: Set<() => void>;
  /** When there is something to hand out, and when the next lease ends, as far as is known. */
  dueAtMs: number;
  leaseEndsAtMs: number;
  cancelTimer: (() => void) | null;
}

/**
 * Endpoints whose deliveries are fetched. All of it is in the store; here are only those who wait for a message, and a timer
 * for what is due or runs out next.
 */
export class Puller {
  readonly #parts: PullParts;
  readonly #queues = new Map<number, Queue>();
  #waiters = 0;
  #stopped = false;

  constructor(parts: PullParts) {
    this.#parts = parts;
  }

  /** Leases that a process before this one gave run out, too. */
  start(): void {
    const { directory } = this.#parts;
    for (const { no } of directory.accounts())
      for (const endpoint of directory.endpoints(no)) if (isPulled(endpoint)) this.#endLeases(endpoint.no);
  }

  /**
   * Up to `max` messages, leased to the caller for `leaseMs`; when there are none, as soon as there is one, or none after
   * `waitMs`. `gone` is handed what is to happen when the caller is there no more: then it gets none.
   */
  async receive(
    endpoint: Endpoint,
    options: PullOptions,
    gone: (act: () => void) => void,
  ): Promise<Pulled[]> {
    const { clock } = this.#parts;
    const queue = this.#queueOf(endpoint.no);
    if (queue.waiting.size >= limits.pullWaitersEach || this.#waiters >= limits.pullWaiters) {
      const detail = 'Too many consumers wait for messages here. Try again shortly.';
      throw new SurehookError('too_many_requests', detail, { retryAfterS: busyRetryAfterS });
    }
    const untilMs = clock.nowMs() + options.waitMs;
    const turn = new Turn(queue.waiting);
    gone(() => turn.leave());
    this.#waiters++;
    try {
      for (;;) {
        turn.begin();
        const pulled = await this.#pull(endpoint.no, options);
        if (turn.isGone && pulled.length > 0) await this.#giveBack(endpoint, pulled);
        const leftMs = untilMs - clock.nowMs();
        if (turn.isGone) return [];
        const isOver = leftMs <= 0 || this.#stopped || this.#queues.get(endpoint.no) !== queue;
        if (pulled.length > 0 || isOver) return pulled;
        this.#setTimer(endpoint.no, queue);
        const cancel = clock.after(leftMs, () => turn.end());
        await turn.ended;
        cancel();
        if (turn.isGone) return [];
      }
    } finally {
      this.#waiters--;
      // Who was called and goes passes it on.
      if (turn.wasCalled() && this.#queues.get(endpoint.no) === queue) this.note(endpoint.no, clock.nowMs());
    }
  }

  #giveBack(endpoint: Endpoint, pulled: Pulled[]): Promise<PullResult[]> {
    const keys = pulled.map(({ key }) => key);
    return this.settle(endpoint, keys, { kind: 'nack', delayMs: 0 });
  }

  /** In the order of the keys; what is not of this endpoint is `lost`. */
  async settle(endpoint: Endpoint, keys: number[], verdict: PullVerdict): Promise<PullResult[]> {
    const nowMs = this.#parts.clock.nowMs();
    const maxTries = pullTries(endpoint.retry);
    const results = await this.#parts.store.settlePulled({
      endpointNo: endpoint.no,
      keys,
      verdict,
      maxTries,
      nowMs,
    });
    // What was acknowledged may have let the next of its reference go.
    this.note(endpoint.no, verdict.kind === 'nack' ? nowMs + verdict.delayMs : nowMs);
    return results;
  }

  /** Something waits at this endpoint from then on. */
  note(endpointNo: number, dueAtMs: number): void {
    const queue = this.#queueOf(endpointNo);
    queue.dueAtMs = Math.min(queue.dueAtMs, dueAtMs);
    this.#setTimer(endpointNo, queue);
  }

  /** The endpoint was deleted: who waits is answered with nothing. */
  gone(endpointNo: number): void {
    const queue = this.#queues.get(endpointNo);
    if (queue === undefined) return;
    this.#queues.delete(endpointNo);
    queue.cancelTimer?.();
    for (const call of queue.waiting) call();
  }

  /** Who waits is answered with nothing. */
  stop(): void {
    this.#stopped = true;
    for (const queue of this.#queues.values()) {
      queue.cancelTimer?.();
      for (const call of queue.waiting) call();
    }
  }

  async #pull(endpointNo: number, { max, leaseMs }: Pick<PullOptions, 'max' | 'leaseMs'>): Promise<Pulled[]> {
    const { store, directory, clock } = this.#parts;
    const endpoint = directory.endpoint(endpointNo);
    if (endpoint === null) return [];
    const queue = this.#queueOf(endpointNo);
    const nowMs = clock.nowMs();
    const knownMs = { due: queue.dueAtMs, leaseEnds: queue.leaseEndsAtMs };
    // What is noted from now on may not be in the answer.
    queue.dueAtMs = Infinity;
    queue.leaseEndsAtMs = Infinity;
    const { pulled, dueAtMs, leaseEndsAtMs } = await store
      .pull({
        endpointNo,
        max: this.#stopped ? 0 : max,
        maxBytes: limits.pullBytes,
        maxTries: pullTries(endpoint.retry),
        leaseUntilMs: nowMs + leaseMs,
        nowMs,
      })
      .catch((error: unknown) => {
        this.#learn(endpointNo, queue, knownMs.due, knownMs.leaseEnds);
        throw error;
      });
    this.#learn(endpointNo, queue, dueAtMs ?? Infinity, leaseEndsAtMs ?? Infinity);
    return pulled;
  }

  #learn(endpointNo: number, queue: Queue, dueAtMs: number, leaseEndsAtMs: number): void {
    queue.dueAtMs = Math.min(queue.dueAtMs, dueAtMs);
    queue.leaseEndsAtMs = Math.min(queue.leaseEndsAtMs, leaseEndsAtMs);
    this.#setTimer(endpointNo, queue);
  }

  /** For who waits, and for leases that run out. What nobody waits for needs no timer. */
  #setTimer(endpointNo: number, queue: Queue): void {
    queue.cancelTimer?.();
    queue.cancelTimer = null;
    const atMs = Math.min(queue.leaseEndsAtMs, queue.waiting.size > 0 ? queue.dueAtMs : Infinity);
    if (atMs === Infinity || this.#stopped) return;
    const delayMs = Math.min(Math.max(0, atMs - this.#parts.clock.nowMs()), timerMaxMs);
    queue.cancelTimer = this.#parts.clock.after(delayMs, () => this.#ring(endpointNo, queue));
  }

  /** One consumer at a time: it says when there is more. */
  #ring(endpointNo: number, queue: Queue): void {
    queue.cancelTimer = null;
    const nowMs = this.#parts.clock.nowMs();
    if (Math.min(queue.dueAtMs, queue.leaseEndsAtMs) > nowMs) {
      this.#setTimer(endpointNo, queue);
      return;
    }
    const [call] = queue.waiting;
    if (call !== undefined) call();
    else this.#endLeases(endpointNo);
  }

  #endLeases(endpointNo: number): void {
    this.#pull(endpointNo, { max: 0, leaseMs: 0 }).catch((error: unknown) => {
      this.#parts.warn('leases of messages could not be looked at', { cause: String(error) });
      const queue = this.#queueOf(endpointNo);
      queue.leaseEndsAtMs = this.#parts.clock.nowMs() + settleAgainMs;
      this.#setTimer(endpointNo, queue);
    });
  }

  #queueOf(endpointNo: number): Queue {
    let queue = this.#queues.get(endpointNo);
    if (queue === undefined) {
      queue = { waiting: new Set(), dueAtMs: Infinity, leaseEndsAtMs: Infinity, cancelTimer: null };
      this.#queues.set(endpointNo, queue);
    }
    return queue;
  }
}

/** One consumer's place among those who wait: called at most once each time it begins, and never after it left. */
class Turn {
  readonly #waiting: Set<() => void>;
  readonly #call = (): void => {
    this.#called = true;
    this.end();
  };
  #called = false;
  #end = (): void => {};
  isGone = false;
  ended: Promise<void> = Promise.resolve();

  constructor(waiting: Set<() => void>) {
    this.#waiting = waiting;
  }

  /** Before the look at the store, or what comes in between would be missed. */
  begin(): void {
    this.#called = false;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    if (!this.isGone) this.#waiting.add(this.#call);
  }

  end(): void {
    this.#waiting.delete(this.#call);
    this.#end();
  }

  leave(): void {
    this.isGone = true;
    this.end();
  }

  /** Whether it was called since it began last; it waits no more. */
  wasCalled(): boolean {
    this.#waiting.delete(this.#call);
    return this.#called;
  }
}
