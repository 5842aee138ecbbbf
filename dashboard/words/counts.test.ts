import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted, countedOn, countedSoFar } from './counts.ts';

test('one thing is not said to be several, and none is', () => {
  assert.equal(counted(1, 'delivery is', 'deliveries are'), '1 delivery is');
  assert.equal(counted(0, 'delivery is', 'deliveries are'), '0 deliveries are');
  assert.equal(counted(1200, 'order', 'orders'), `${(1200).toLocaleString()} orders`);
});

test('a count that stopped is said to be at least so many', () => {
  assert.equal(countedSoFar({ total: 12, atLeast: false }), '12');
  assert.equal(countedSoFar({ total: 10_000, atLeast: true }), `at least ${(10_000).toLocaleString()}`);
});

test('a page that others follow tells of more than it holds', () => {
  assert.equal(countedOn({ data: [1, 2], nextCursor: null }), '2');
  assert.equal(countedOn({ data: [1, 2], nextCursor: 'next' }), 'more than 2');
});
