import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FailureCount } from './failure-count.ts';

const limit = { failures: 2, withinMs: 100, names: 2 };

test('a name waits once it failed too often, until the first failure is old enough', () => {
  const count = new FailureCount(limit);
  count.failed('a', 0);
  assert.equal(count.waitMs('a', 0), 0);
  count.failed('a', 40);
  assert.equal(count.waitMs('a', 50), 50);
  assert.equal(count.waitMs('b', 50), 0);
  assert.equal(count.waitMs('a', 100), 0);
});

test('success forgets the failures', () => {
  const count = new FailureCount(limit);
  count.failed('a', 0);
  count.failed('a', 0);
  count.succeeded('a');
  assert.equal(count.waitMs('a', 0), 0);
});

test('no more names are remembered than may be: the one that failed longest ago goes', () => {
  const count = new FailureCount({ ...limit, failures: 1 });
  for (const name of ['a', 'b', 'a', 'c']) count.failed(name, 0);
  assert.equal(count.waitMs('b', 0), 0);
  assert.equal(count.waitMs('a', 0), 100);
  assert.equal(count.waitMs('c', 0), 100);
});

test('a clock that goes back makes nobody wait for ever', () => {
  const count = new FailureCount({ ...limit, failures: 1 });
  count.failed('a', 1000);
  assert.equal(count.waitMs('a', 500), 0);
});
