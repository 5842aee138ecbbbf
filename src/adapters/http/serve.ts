import type { MessagePort } from 'node:worker_threads';
import type { Outcome } from '../../core/attempt.ts';
import { requestsATurn } from '../../core/limits/sending.ts';
import type { Sender } from '../../ports/sender.ts';
import { addOutcome, type Flat, type Numbered, type Parcel, requestsOf } from './flat.ts';

/**
 * Sends what comes through the port of a thread, until it is told to close. What ends in one turn of this loop goes back
 * together. A burst is begun a few at a time, a turn each: where answers come at once, the later ones find the connections of
 * the first instead of opening their own, and connections that are all in use at once cost half as much again.
 */
export function serveSender(sender: Sender, port: MessagePort): void {
  const unbegun: Numbered[][] = [];
  let ended: Flat = [];

  function begin(): void {
    const [first] = unbegun;
    if (first === undefined) return;
    for (const one of first.splice(0, requestsATurn)) send(one);
    if (first.length === 0) unbegun.shift();
    if (unbegun.length > 0) setImmediate(begin);
  }

  function send({ number, request, limits }: Numbered): void {
    void sender.send(request, limits).then((outcome) => end(number, outcome));
  }

  function end(number: number, outcome: Outcome): void {
    if (ended.length === 0) setImmediate(giveBack);
    addOutcome(ended, number, outcome);
  }

  function giveBack(): void {
    port.postMessage(ended);
    ended = [];
  }

  /** What is cut off by it, or had not begun, is still told. */
  async function close(): Promise<void> {
    const closed = sender.close();
    for (const one of unbegun.splice(0).flat()) send(one);
    await closed;
    setImmediate(() => port.close());
  }

  port.on('message', (parcel: Parcel | 'close') => {
    if (parcel === 'close') return void close();
    unbegun.push(requestsOf(parcel));
    if (unbegun.length === 1) begin();
  });
}
