import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { Account } from '../../core/account.ts';
import { handedOverItems } from '../../core/limits/process.ts';
import type { Sent } from './messages.ts';
import { connectThreads } from './threads.ts';

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
