import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesType } from '../../src/core/match.ts';
import { typesToTry, wants } from './event-types.ts';

const known = ['balance.low', 'order.cancelled', 'order.created', 'payment.failed'];

test('the pages say of what an endpoint wants what the engine does', () => {
  const patterns = ['*', 'a', 'a.b', 'order.*', 'order.created', 'orders.*'];
  const types = [
    'a',
    'a.b',
    'order',
    'order.created',
    'order.created.late',
    'orders.created',
    'Order.created',
  ];
  for (const pattern of patterns)
    for (const type of types)
      assert.equal(wants([pattern], type), matchesType([pattern], type), `${pattern} ${type}`);
  assert.ok(wants(['a', 'order.*'], 'order.created') && !wants(['order.*', 'a'], 'orders.created'));
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
