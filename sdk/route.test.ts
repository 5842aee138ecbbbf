import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesType } from '../src/core/match.ts';
import { routeOf } from './route.ts';

test('the type itself comes before the longest prefix, and that before everything', () => {
  const table = { 'order.paid': 1, 'order.item.*': 2, 'order.*': 3, '*': 4 };
  const found = (type: string) => routeOf(table, type);
  assert.deepEqual(
    ['order.paid', 'order.item.added', 'order.item.x.y', 'order.item', 'order', 'pet.adopted'].map(found),
    [1, 2, 2, 3, 4, 4],
  );
  assert.equal(routeOf({ 'order.*': 1 }, 'order'), undefined);
  assert.equal(routeOf({}, 'constructor'), undefined);
});

test('patterns mean what they mean at an endpoint', () => {
  const word = fc.constantFrom('a', 'b', 'order');
  const type = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('.'));
  const pattern = fc.oneof(
    type,
    type.map((name) => `${name}.*`),
    fc.constant('*'),
  );
  fc.assert(
    fc.property(pattern, type, (wanted, name) => {
      assert.equal(routeOf({ [wanted]: true }, name) === true, matchesType([wanted], name));
    }),
  );
});
