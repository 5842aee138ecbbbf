import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Outcome } from '../../core/attempt.ts';
import { addOutcome, type Flat, type Parcel, requestsOf } from './flat.ts';
import { createSender } from './sender.ts';
import type { ThreadOptions } from './threads.ts';

/*
 * A thread that sends: connections, TLS and what receivers answer are dealt with here, so that none of it is on the loop that
 * takes events in. What ends in one turn of this loop goes back together.
 */

const port = parentPort as MessagePort;
const sender = createSender(workerData as ThreadOptions);
let ended: Flat = [];

port.on('message', (parcel: Parcel | 'close') => {
  if (parcel === 'close') return void close();
  for (const { number, request, limits } of requestsOf(parcel))
    void sender.send(request, limits).then((outcome) => giveBack(number, outcome));
});

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
