import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { notSent, type Outcome } from '../../core/attempt.ts';
import { requestsATurn } from '../../core/limits/sending.ts';
import type { Sender } from '../../ports/sender.ts';
import { type Flat, outcomesOf, parcelOf } from './flat.ts';
import { serveSender } from './serve.ts';

const many = 2 * requestsATurn + 1;
const delivered: Outcome = { ...notSent('protocol', ''), httpStatus: 204, error: null };

function parcel(from: number, count: number): ReturnType<typeof parcelOf> {
  const body = { head: '', withData: false, tail: '', bytes: new Uint8Array() };
  return parcelOf(
    Array.from({ length: count }, (_, at) => ({
      number: from + at,
      request: { url: `http://receiver.example/${from + at}`, headers: [], body },
      limits: { timeoutMs: 1000, connectTimeoutMs: 1000 },
    })),
  );
}

/** A sender behind a port, which answers when it is told to; `told` is what came back through the port. */
function served(t: TestContext): { port: MessagePort; begun: string[]; answer: () => void; told: number[] } {
  const begun: string[] = [];
  const unanswered: ((outcome: Outcome) => void)[] = [];
  let closed = false;
  const answer = (outcome = delivered): void => {
    for (const resolve of unanswered.splice(0)) resolve(outcome);
  };
  const sender: Sender = {
    send({ url }) {
      if (closed) return Promise.resolve(notSent('connection_reset', 'the sender was closed'));
      begun.push(url);
      return new Promise((resolve) => unanswered.push(resolve));
    },
    async close() {
      closed = true;
      answer(notSent('connection_reset', 'the sender was closed'));
    },
  };
  const { port1, port2 } = new MessageChannel();
  serveSender(sender, port1);
  t.after(() => port1.close());
  const told: number[] = [];
  port2.on('message', (flat: Flat) => void told.push(...outcomesOf(flat).map(({ number }) => number)));
  return { port: port2, begun, answer: () => answer(), told };
}

test('a burst begins a few requests in a turn, all in their order, and what comes meanwhile waits for it', async (t) => {
  const { port, begun } = served(t);
  port.postMessage(parcel(0, many));
  const counts = new Set<number>();
  for (let turn = 0; turn < 100 && begun.length < many + 2; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (counts.size === 0 && begun.length > 0) port.postMessage(parcel(many, 2));
    counts.add(begun.length);
  }
  counts.delete(0);
  assert.deepEqual([...counts].slice(0, 2), [requestsATurn, 2 * requestsATurn]);
  assert.deepEqual(
    begun,
    Array.from({ length: many + 2 }, (_, at) => `http://receiver.example/${at}`),
  );
});

test('a close tells of every request, also of those of a burst that had not begun', async (t) => {
  const { port, begun, told } = served(t);
  const closed = once(port, 'close');
  port.postMessage(parcel(0, many));
  port.postMessage('close');
  await closed;
  assert.ok(begun.length < many);
  assert.deepEqual(
    told.toSorted((a, b) => a - b),
    Array.from({ length: many }, (_, at) => at),
  );
});
