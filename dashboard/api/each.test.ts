import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from './client.ts';
import { actOnEach } from './each.ts';

const ids = ['a', 'b', 'c', 'd'];

test('what is in the way of one lets the others go on, and is told', async () => {
  const ended = new ApiError(409, 'It has ended.');
  const { done, failure } = await actOnEach(ids, async (id) => {
    if (id === 'b') throw ended;
    if (id === 'c') throw new ApiError(404, 'There is none.');
  });
  assert.deepEqual([done, failure], [['a', 'd'], ended]);
});

test('what is in the way of all ends it, and what was done before is known', async () => {
  const away = new ApiError(0, 'The server cannot be reached. Is it running?');
  const asked: string[] = [];
  const { done, failure } = await actOnEach(ids, async (id) => {
    asked.push(id);
    if (id === 'c') throw away;
  });
  assert.deepEqual([done, failure, asked], [['a', 'b'], away, ['a', 'b', 'c']]);
  assert.deepEqual(await actOnEach(ids, async () => {}), { done: ids, failure: null });
});
