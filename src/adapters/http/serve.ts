import type { MessagePort } from 'node:worker_threads';
import type { Outcome } from '../../core/attempt.ts';
import type { Sender } from '../../ports/sender.ts';
import { addOutcome, type Flat, type Parcel, requestsOf } from './flat.ts';

/** Sends what comes through the port of a thread, until it is told to close. What ends in one turn of this loop goes back together. */
export function serveSender(sender: Sender, port: MessagePort): void {
  let ended: Flat = [];

  function giveBack(number: number, outcome: Outcome): void {
    if (ended.length === 0) setImmediate(send);
    addOutcome(ended, number, outcome);
  }

  function send(): void {
    port.postMessage(ended);
    ended = [];
  }

  /** What is cut off by it is still told. */
  async function close(): Promise<void> {
    await sender.close();
    setImmediate(() => port.close());
  }

  port.on('message', (parcel: Parcel | 'close') => {
    if (parcel === 'close') return void close();
    for (const { number, request, limits } of requestsOf(parcel))
      void sender.send(request, limits).then((outcome) => giveBack(number, outcome));
  });
}
