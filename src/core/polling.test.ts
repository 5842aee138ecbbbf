import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as limits from './limits/orders.ts';
import { momentsFrom, planPolls } from './polling.ts';

const each = { perSecond: 5, places: 8 };
const due = (sourceId: string, changes: object = {}) => ({ sourceId, dueAtMs: 0, freeAtMs: 0, ...changes });
const limitsOf = (plan: ReturnType<typeof planPolls>) =>
  plan.asks.map(({ sourceId, limit }) => [sourceId, limit]);

test('places are shared among the sources, whoever was asked longest ago first', () => {
  const all = [due('late', { freeAtMs: 2 }), due('early', { freeAtMs: 1 }), due('first')];
  const plan = planPolls(all, { places: 4, of: () => each }, 10);
  assert.deepEqual(limitsOf(plan), [
    ['first', 2],
    ['early', 1],
    ['late', 1],
  ]);
  assert.equal(plan.isCrowded, true);
});

test('a source that has all its places taken waits, and leaves the others theirs', () => {
  const of = (id: string) => (id === 'busy' ? { ...each, places: 0 } : each);
  const plan = planPolls([due('busy'), due('free')], { places: 100, of }, 10);
  assert.deepEqual(limitsOf(plan), [['free', 8]]);
  assert.equal(plan.isCrowded, true);
});

test('what is not due, or has no free moment soon, says when it is; a source that is not asked says nothing', () => {
  const all = [due('gone'), due('young', { dueAtMs: 900 }), due('quiet', { freeAtMs: 60_000 })];
  const of = (id: string) => (id === 'gone' ? null : each);
  const plan = planPolls(all, { places: 100, of }, 10);
  assert.deepEqual(plan, { asks: [], nextAtMs: 900, isCrowded: false });
  const later = planPolls(all.slice(2), { places: 100, of }, 10);
  assert.equal(later.nextAtMs, 60_000 - limits.pollAheadMs / 2);
});

test('moments keep the rate, begin now at the earliest and end soon', () => {
  const { atMs, freeAtMs } = momentsFrom(0, { perSecond: 3, limit: 10 }, 100);
  assert.deepEqual(atMs, [100, 434, 767, 1100]);
  assert.deepEqual([freeAtMs(0), freeAtMs(2), freeAtMs(4)], [0, 767, 1434]);
  assert.deepEqual(momentsFrom(500, { perSecond: 2, limit: 1 }, 100).atMs, [500]);
  assert.deepEqual(momentsFrom(5000, { perSecond: 2, limit: 1 }, 100).atMs, []);
});
