import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handedOverItems } from '../../core/limits/process.ts';
import type { Sent } from './messages.ts';
import { Outbox } from './outbox.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An outbox, and what went over. */
function staged(): {
  outbox: Outbox<string>;
  posted: Sent<string>[];
  add: (from: number, to: number) => void;
} {
  const posted: Sent<string>[] = [];
  const outbox = new Outbox<string>((sent) => posted.push(sent));
  const add = (from: number, to: number): void => {
    for (let n = from; n < to; n += 1) outbox.next().push(n, `text ${n}`);
  };
  return { outbox, posted, add };
}

const valuesOf = (from: number, to: number): unknown[] =>
  Array.from({ length: to - from }, (_, at) => [from + at, `text ${from + at}`]).flat();

test('what is told in one turn goes over at its end as one', async () => {
  const { outbox, posted, add } = staged();
  add(0, handedOverItems);
  outbox.tell('a');
  outbox.tell('b');
  assert.deepEqual(posted, []);
  await turn();
  await turn();
  assert.deepEqual(posted, [{ plain: valuesOf(0, handedOverItems), told: ['a', 'b'] }]);
});

test('much of it goes over in parts: the first before the turn is over, and all of it once and in order', async () => {
  const { posted, add } = staged();
  const all = 3 * handedOverItems + 5;
  add(0, all);
  assert.deepEqual(
    posted.map(({ plain }) => plain),
    [0, 1, 2].map((part) => valuesOf(part * handedOverItems, (part + 1) * handedOverItems)),
  );
  await turn();
  assert.deepEqual(
    posted.flatMap(({ plain }) => plain),
    valuesOf(0, all),
  );
  assert.equal(posted.length, 4);
  await turn();
  add(all, all + 1);
  await turn();
  assert.deepEqual(posted.slice(4), [{ plain: valuesOf(all, all + 1), told: [] }]);
});

test('what is told of connections goes over in its order, with a part or after it', async () => {
  const { outbox, posted, add } = staged();
  outbox.tell('before');
  add(0, handedOverItems + 1);
  outbox.tell('after');
  assert.deepEqual(
    posted.map(({ told }) => told),
    [['before']],
  );
  await turn();
  outbox.tell('alone');
  await turn();
  assert.deepEqual(
    posted.map(({ told }) => told),
    [['before'], ['after'], ['alone']],
  );
});
