import { Worker } from 'node:worker_threads';
import type { AddressPolicy } from '../../core/address.ts';
import { notSent, type Outcome } from '../../core/attempt.ts';
import { handedOverItems } from '../../core/limits/process.ts';
import { Slots } from '../../core/slots.ts';
import type { Sender } from '../../ports/sender.ts';
import { type Flat, type Numbered, outcomesOf, parcelOf } from './flat.ts';

export interface ThreadOptions {
  policy: AddressPolicy;
  /** Certificates (PEM) of authorities trusted in addition to the platform's. */
  ca?: readonly string[];
}

interface Asked extends Numbered {
  resolve(outcome: Outcome): void;
}

/** What the thread runs: `worker.ts`, unless something else is sent there. */
const worker = new URL('./worker.ts', import.meta.url);

/**
 * The sender in a thread of its own. Taking an event in and sending it cost about the same, so that two cores do nearly twice
 * as much as one; and a burst of TLS handshakes, a millisecond each, holds up no accept. What is asked in one turn of the loop
 * goes over together, much of it in parts.
 */
export function createThreadedSender(options: ThreadOptions, source: URL = worker): Sender {
  const waiting = new Slots<Asked>();
  let unsent: Asked[] = [];
  let closed = false;
  let thread = open();

  function open(): Worker {
    const entry = import.meta.url.endsWith('.ts') ? source : new URL(source.href.replace(/ts$/, 'js'));
    const worker = new Worker(entry, { workerData: options });
    worker.on('message', (flat: Flat) => {
      // The numbers of a thread that failed are others' by now.
      if (worker !== thread) return;
      for (const { number, outcome } of outcomesOf(flat)) waiting.take(number)?.resolve(outcome);
    });
    worker.on('error', (error: Error) => replace(worker, error));
    return worker;
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
    const kept = new Set(unsent);
    for (const asked of waiting.all()) if (!kept.has(asked)) waiting.take(asked.number)?.resolve(outcome);
  }

  function give(): void {
    if (unsent.length === 0) return;
    const parcel = parcelOf(unsent);
    unsent = [];
    thread.postMessage(parcel, [parcel.bodies.buffer]);
  }

  return {
    send(request, limits) {
      if (closed) return Promise.resolve(notSent('connection_reset', 'the sender was closed'));
      return new Promise((resolve) => {
        const asked: Asked = { number: -1, request, limits, resolve };
        asked.number = waiting.put(asked);
        if (unsent.length === 0) setImmediate(give);
        unsent.push(asked);
        if (unsent.length >= handedOverItems) give();
      });
    },

    async close() {
      if (closed) return;
      closed = true;
      give();
      const gone = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
      thread.postMessage('close');
      await gone;
    },
  };
}
