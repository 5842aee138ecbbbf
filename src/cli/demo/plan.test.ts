import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoFaults, OrderBook, readFaults } from './plan.ts';

test('faults are all, none, or some by name', () => {
  assert.deepEqual(readFaults('all'), new Set(demoFaults));
  assert.deepEqual(readFaults('none'), new Set());
  assert.deepEqual(readFaults('skip, kill'), new Set(['skip', 'kill']));
  assert.ok('problem' in readFaults('skip,earthquake'));
});

test('an order that nobody heard the end of is lost; a duplicate of an event changes nothing', () => {
  const book = new OrderBook();
  for (const reference of ['A', 'B', 'C']) book.place(reference);
  assert.equal(book.hear('1', 'order.created', 'A'), true);
  assert.equal(book.hear('2', 'order.fulfilled', 'A'), true);
  assert.equal(book.hear('2', 'order.fulfilled', 'A'), false);
  book.hear('3', 'order.failed', 'B');
  book.hear('4', 'order.refunded', 'A');
  book.hear('5', 'order.fulfilled', 'of nobody');
  assert.deepEqual(book.count(), { placed: 3, fulfilled: 1, failed: 1, refunded: 1, lost: 1, twice: 0 });
});

test('an order that ends by two events was handled twice', () => {
  const book = new OrderBook();
  for (const reference of ['A', 'B', 'C']) book.place(reference);
  for (const id of ['1', '2']) book.hear(id, 'order.fulfilled', 'A');
  book.hear('3', 'order.fulfilled', 'B');
  book.hear('4', 'order.failed', 'B');
  book.hear('5', 'order.fulfilled', 'C');
  assert.deepEqual(book.count(), { placed: 3, fulfilled: 3, failed: 0, refunded: 0, lost: 0, twice: 2 });
});
