import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { response, startReceiver } from '../../../test/support/receiver.ts';
import { handedOverItems } from '../../core/limits/process.ts';
import { senderContract } from '../../ports/sender.contract.ts';
import { type Parcel, requestsOf } from './flat.ts';
import { createSender } from './sender.ts';
import { createThreadedSender } from './threads.ts';

// A look-up that a test stands in for cannot be handed to another thread.
senderContract('threaded http sender', ({ policy, names, ca }) =>
  names ? createSender({ policy, ca, resolver: { lookUp: names } }) : createThreadedSender({ policy, ca }),
);

const limits = { timeoutMs: 10_000, connectTimeoutMs: 5_000 };
const body = { head: '{}', withData: false, tail: '', bytes: Buffer.from('{}') };

test('requests under way when the thread fails are lost, and the next ones go out from a new thread', async (t) => {
  const receiver = await startReceiver({
    script: (request, socket) => {
      if (request.path !== '/silent') socket.write('HTTP/1.1 204 No Content\r\n\r\n');
    },
  });
  t.after(() => receiver.close());
  const sender = createThreadedSender({ policy: { dev: true, allowNetworks: [] } });
  t.after(() => sender.close());
  const underWay = sender.send({ url: `${receiver.origin}/silent`, headers: [], body }, limits);
  // Stands for a fault of ours: no caller has such headers.
  const headers = { join: () => 1, length: 1 } as never;
  const fault = sender.send({ url: `${receiver.origin}/`, headers, body }, limits);
  assert.equal((await underWay).error, 'lost');
  assert.equal((await fault).error, 'lost');
  assert.equal((await sender.send({ url: `${receiver.origin}/`, headers: [], body }, limits)).error, null);
});

test('a request that had not gone over when the thread failed goes out once, from the new one', async (t) => {
  const receiver = await startReceiver({
    script: (_, socket) => void socket.write('HTTP/1.1 204 No Content\r\n\r\n'),
  });
  t.after(() => receiver.close());
  const sender = createThreadedSender({ policy: { dev: true, allowNetworks: [] } });
  t.after(() => sender.close());
  const url = `${receiver.origin}/`;
  const headers = { join: () => 1, length: 1 } as never;
  const fault = sender.send({ url, headers, body }, limits);
  // The request goes over first. Then the loop stands still while the thread fails, so that the news of it comes after the next request.
  await new Promise((resolve) => setImmediate(resolve));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  const next = sender.send({ url, headers: [], body }, limits);
  assert.equal((await fault).error, 'lost');
  assert.equal((await next).error, null);
});

test('much that is asked in one turn goes over in parts: the first before the turn is over, and all of it once and in order', async (t) => {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const sender = createThreadedSender({ policy: { dev: true, allowNetworks: [] } });
  t.after(() => sender.close());
  const parts: string[][] = [];
  const post = Worker.prototype.postMessage;
  t.mock.method(
    Worker.prototype,
    'postMessage',
    function (this: Worker, parcel: Parcel | 'close', ...more: []) {
      // Before its memory is handed over.
      if (parcel !== 'close')
        parts.push(requestsOf(parcel).map(({ request }) => new URL(request.url).pathname));
      post.call(this, parcel, ...more);
    },
  );
  const all = 3 * handedOverItems + 5;
  const paths = Array.from({ length: all }, (_, n) => `/${n}`);
  const send = (path: string) => sender.send({ url: receiver.origin + path, headers: [], body }, limits);
  const outcomes = paths.map(send);
  assert.deepEqual(
    parts.map(({ length }) => length),
    [handedOverItems, handedOverItems, handedOverItems],
  );
  for (const { error } of await Promise.all(outcomes)) assert.equal(error, null);
  assert.deepEqual(parts.flat(), paths);
  assert.equal(parts.length, 4);
  const arrived = receiver.requests.map(({ path }) => path);
  assert.deepEqual(arrived.toSorted(), paths.toSorted());
});

test('an answer to nothing that came a moment before a request is not taken for its answer', async (t) => {
  const receiver = await startReceiver({
    script: ({ connection }, socket) => {
      sockets.push(socket);
      socket.write(response(connection === 1 ? 200 : 202));
    },
  });
  const sockets: Socket[] = [];
  t.after(() => receiver.close());
  const sender = createThreadedSender({ policy: { dev: true, allowNetworks: [] } });
  t.after(() => sender.close());
  const send = () => sender.send({ url: receiver.origin, headers: [], body }, limits);
  assert.equal((await send()).httpStatus, 200);
  sockets[0]!.write(response(201, {}, 'poison'));
  const { httpStatus, responseBody } = await send();
  assert.deepEqual([httpStatus, responseBody], [202, '']);
});
