import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted } from './replay.ts';

test('a count that stopped is said to be at least so many', () => {
  assert.equal(counted({ total: 12, atLeast: false }), '12');
  assert.equal(counted({ total: 10_000, atLeast: true }), `at least ${(10_000).toLocaleString()}`);
});
