import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { Account } from '../../core/account.ts';
import { handedOverItems } from '../../core/limits/process.ts';
import * as limits from '../../core/limits/store.ts';
import type { AcceptItem } from '../../ports/store.ts';
import { newEvent, t0 } from '../../ports/store-world.case.ts';
import type { Sent } from './messages.ts';
import { connectThreads, startThread, type Threads } from './threads.ts';

/** So many accepts of new events that nobody wants. */
function itemsOf(events: number): AcceptItem[] {
  return Array.from({ length: events }, () => ({
    event: newEvent(),
    endpointNos: [],
    modes: [],
    dueAtMs: t0,
    directoryVersion: 0,
    idempotency: null,
    inbound: null,
  }));
}

test('much that is written in one turn goes over in parts: the first before the turn is over, and all of it once and in order', async (t) => {
  const connector = await connectThreads(':memory:');
  t.after(() => {
    t.mock.restoreAll();
    return connector.close();
  });
  const parts: string[][] = [];
  const post = Worker.prototype.postMessage;
  t.mock.method(Worker.prototype, 'postMessage', function (this: Worker, sent: Sent) {
    parts.push(sent.map(({ input }) => (input[0] as Account).id));
    post.call(this, sent);
  });
  const all = 3 * handedOverItems + 5;
  const ids = Array.from({ length: all }, (_, n) => `account-${n}`);
  const created: string[] = [];
  const numbers = ids.map(async (id) => {
    const account = { id, name: id, maxEndpoints: 1, notify: null, createdAtMs: 0, updatedAtMs: 0 };
    const result = (await connector.write('createAccount', [account])) as { account: Account };
    created.push(result.account.id);
    return result.account.no;
  });
  assert.deepEqual(
    parts.map(({ length }) => length),
    [handedOverItems, handedOverItems, handedOverItems],
  );
  const written = await Promise.all(numbers);
  assert.deepEqual(parts.flat(), ids);
  assert.equal(parts.length, 4);
  assert.deepEqual(created, ids);
  const [first] = written;
  assert.deepEqual(
    written,
    ids.map((_, at) => first! + at),
  );
});

test('an act of many events counts as so many: it goes over when they are enough, and not a part more', async (t) => {
  const connector = await connectThreads(':memory:');
  t.after(() => {
    t.mock.restoreAll();
    return connector.close();
  });
  const parts: number[] = [];
  const post = Worker.prototype.postMessage;
  t.mock.method(Worker.prototype, 'postMessage', function (this: Worker, sent: Sent) {
    parts.push(sent.length);
    post.call(this, sent);
  });
  const accept = (events: number): Promise<unknown> =>
    connector
      .write('accept', [{ epoch: 1, nowMs: t0, items: itemsOf(events) }])
      // Nobody has joined: what comes of it is not what this is about.
      .catch(() => undefined);
  const asked = [
    accept(handedOverItems - 1),
    accept(1),
    accept(handedOverItems),
    accept(handedOverItems - 1),
  ];
  assert.deepEqual(parts, [2, 1]);
  await Promise.all(asked);
  assert.deepEqual(parts, [2, 1, 1]);
});

test('a commit holds no more than its bound of events, in however few acts they come', async (t) => {
  const connector = await connectThreads(':memory:');
  t.after(() => {
    t.mock.restoreAll();
    return connector.close();
  });
  // One message answers all acts of one commit.
  const commits: number[] = [];
  const emit = Worker.prototype.emit;
  t.mock.method(Worker.prototype, 'emit', function (this: Worker, name: string, ...more: unknown[]) {
    if (name === 'message') commits.push((more[0] as unknown[]).length);
    return emit.call(this, name, ...more);
  });
  const accept = (events: number): Promise<unknown> =>
    connector.write('accept', [{ epoch: 1, nowMs: t0, items: itemsOf(events) }]);
  await connector.write('join', [{ nodeName: 'n', nowMs: t0 }]);
  commits.length = 0;
  const mostActs = Math.ceil(limits.commitItems / handedOverItems);
  // The rest comes in while the first one's commit is under way.
  const asked = [accept(10 * limits.commitItems)];
  for (let n = 0; n < 3 * mostActs; n += 1) asked.push(accept(handedOverItems));
  await Promise.all(asked);
  assert.deepEqual(
    commits.filter((acts) => acts > mostActs),
    [],
  );
  assert.ok(commits.length < asked.length);
});

test('what is asked while the store closes is refused, and closed twice it is closed once', async () => {
  let ended = 0;
  const threads: Threads = {
    start: startThread,
    async end(thread) {
      ended += 1;
      // Until it is ended it answers; an answer that nobody waits for would be thrown here.
      for (let turn = 0; turn < 1000; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return await thread.terminate();
    },
  };
  const connector = await connectThreads(':memory:', threads);
  const closing = [connector.close(), connector.close()];
  // By then its thread was told, and has not answered.
  for (let n = 0; n < 10; n += 1) await null;
  await assert.rejects(connector.read('getEvent', []), { message: 'The store is closed.' });
  await Promise.all(closing);
  assert.equal(ended, 1);
});
