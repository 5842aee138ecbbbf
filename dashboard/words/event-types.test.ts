import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typesToTry, wants } from './event-types.ts';

const known = ['balance.low', 'order.cancelled', 'order.created', 'payment.failed'];

test('an endpoint wants a type by its name, by what it begins with, or all of them', () => {
  assert.ok(wants(['a', 'order.*'], 'order.created') && wants(['*'], 'a') && wants(['a.b'], 'a.b'));
  assert.ok(!wants(['order.*', 'a'], 'orders.created') && !wants(['order.*'], 'order'));
});

test('an endpoint is tried with what it wants first', () => {
  assert.deepEqual(typesToTry(['order.*'], known), [
    'order.created',
    'order.cancelled',
    'balance.low',
    'payment.failed',
  ]);
  assert.equal(typesToTry(['payment.failed'], known)[0], 'payment.failed');
  assert.equal(typesToTry(['*'], known)[0], 'order.created');
});

test('what an endpoint wants and nobody described is made up', () => {
  assert.deepEqual(typesToTry(['*'], []), ['order.created']);
  assert.deepEqual(typesToTry(['invoice.*', 'done'], ['a']), ['invoice.created', 'done', 'a']);
  assert.deepEqual(typesToTry(['order.*', 'x.*'], ['order.paid']), ['order.paid', 'x.created']);
});
