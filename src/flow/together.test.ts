import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreError, SurehookError } from '../core/errors.ts';
import { handedOverItems } from '../core/limits/process.ts';
import { together } from './together.ts';

/** An act that doubles, and what it was given. */
function doubling(refuses: (items: number[]) => Error | null = () => null) {
  const acts: number[][] = [];
  const ask = together(async (items: number[]) => {
    acts.push(items);
    const error = refuses(items);
    if (error !== null) throw error;
    return items.map((item) => 2 * item);
  });
  return { acts, ask };
}

/** What came of each: its result, or the error it was refused with. */
async function endsOf(asked: Promise<number>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(asked);
  return settled.map((one) => (one.status === 'fulfilled' ? one.value : one.reason));
}

test('what comes up together is one act, and each is told its own result', async () => {
  const { acts, ask } = doubling();
  assert.deepEqual(await Promise.all([1, 2, 3].map(ask)), [2, 4, 6]);
  assert.deepEqual(acts, [[1, 2, 3]]);
});

test('what the answers of other work bring up one after the other is one act, too', async () => {
  const { acts, ask } = doubling();
  const answers = [1, 2, 3].map((n) => Promise.resolve(n).then(ask));
  assert.deepEqual(await Promise.all(answers), [2, 4, 6]);
  assert.deepEqual(acts, [[1, 2, 3]]);
});

test('an act has at most so many items, and nothing waits for more of them', async () => {
  const { acts, ask } = doubling();
  const all = Array.from({ length: 2 * handedOverItems + 5 }, (_, n) => n);
  const asked = all.map(ask);
  // The full ones have gone by now, in the same turn.
  assert.deepEqual(
    acts.map((items) => items.length),
    [handedOverItems, handedOverItems],
  );
  assert.deepEqual(
    await Promise.all(asked),
    all.map((n) => 2 * n),
  );
  assert.deepEqual(acts.flat(), all);
  assert.equal(acts.length, 3);
});

test('an act waits for no other: what comes up while one is under way is the next', async () => {
  const ends: (() => void)[] = [];
  const ask = together(
    (items: number[]) => new Promise<number[]>((resolve) => ends.push(() => resolve(items))),
  );
  const first = ask(1);
  await null;
  const second = ask(2);
  await null;
  assert.equal(ends.length, 2);
  ends[1]!();
  assert.equal(await second, 2);
  ends[0]!();
  assert.equal(await first, 1);
});

test('a fault of one of them is its own: the others are stored, in the same order', async () => {
  const wrong = new Error('not this one');
  const { acts, ask } = doubling((items) => (items.includes(2) ? wrong : null));
  assert.deepEqual(await endsOf([1, 2, 3].map(ask)), [2, wrong, 6]);
  assert.deepEqual(acts, [[1, 2, 3], [1], [2], [3]]);
});

for (const error of [new StoreError('away', false), new SurehookError('unavailable', 'too much')]) {
  test(`a failure of the store is everybody's, and nothing is asked twice: ${error.constructor.name}`, async () => {
    const { acts, ask } = doubling(() => error);
    assert.deepEqual(await endsOf([1, 2].map(ask)), [error, error]);
    assert.deepEqual(acts, [[1, 2]]);
  });
}

test('what goes alone is an act of its own, after what came up before it and before what comes after', async () => {
  const acts: number[][] = [];
  const ask = together(
    async (items: number[]) => {
      acts.push(items);
      return items;
    },
    (item) => item < 0,
  );
  assert.deepEqual(await Promise.all([1, 2, -3, -4, 5, 6].map(ask)), [1, 2, -3, -4, 5, 6]);
  assert.deepEqual(acts, [[1, 2], [-3], [-4], [5, 6]]);
});
