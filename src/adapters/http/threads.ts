import { Worker } from 'node:worker_threads';
import type { AddressPolicy } from '../../core/address.ts';
import { notSent, type Outcome } from '../../core/attempt.ts';
import type { Sender } from '../../ports/sender.ts';
import { type Flat, type Numbered, outcomesOf, parcelOf } from './flat.ts';

export interface ThreadOptions {
  policy: AddressPolicy;
  /** Certificates (PEM) of authorities trusted in addition to the platform's. */
  ca?: readonly string[];
}

/** What the thread runs: `worker.ts`, unless something else is sent there. */
const worker = new URL('./worker.ts', import.meta.url);

/**
 * The sender in a thread of its own. Taking an event in and sending it cost about the same, so that two cores do nearly twice
 * as much as one; and a burst of TLS handshakes, a millisecond each, holds up no accept. What is asked in one turn of the loop
 * goes over together.
 */
export function createThreadedSender(options: ThreadOptions, source: URL = worker): Sender {
  const waiting = new Map<number, (outcome: Outcome) => void>();
  let number = 0;
  let unsent: Numbered[] = [];
  let closed = false;
  let thread = open();

  function open(): Worker {
    const entry = import.meta.url.endsWith('.ts') ? source : new URL(source.href.replace(/ts$/, 'js'));
    const worker = new Worker(entry, { workerData: options });
    worker.on('message', (flat: Flat) => {
      for (const { number, outcome } of outcomesOf(flat)) end(number, outcome);
    });
    worker.on('error', (error: Error) => replace(worker, error));
    return worker;
  }

  function end(number: number, outcome: Outcome): void {
    const resolve = waiting.get(number);
    waiting.delete(number);
    resolve?.(outcome);
  }

  /** A thread that fails is our fault, not a receiver's: whether its requests arrived is unknown, and the others go on in a new one. */
  function replace(failed: Worker, error: Error): void {
    if (failed !== thread) return;
    if (!closed) thread = open();
    const outcome = notSent(
      'lost',
      `the thread that sends failed (${error.name}); whether it arrived is unknown`,
    );
    // What has not gone over yet goes to the new one.
    const kept = new Set(unsent.map(({ number }) => number));
    for (const number of [...waiting.keys()]) if (!kept.has(number)) end(number, outcome);
  }

  function give(): void {
    const parcel = parcelOf(unsent);
    unsent = [];
    thread.postMessage(parcel, [parcel.bodies.buffer]);
  }

  return {
    send(request, limits) {
      if (closed) return Promise.resolve(notSent('connection_reset', 'the sender was closed'));
      return new Promise((resolve) => {
        number += 1;
        waiting.set(number, resolve);
        if (unsent.length === 0) setImmediate(give);
        unsent.push({ number, request, limits });
      });
    },

    async close() {
      if (closed) return;
      closed = true;
      if (unsent.length > 0) give();
      const gone = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
      thread.postMessage('close');
      await gone;
    },
  };
}
