import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DueQueue } from './due.ts';

test('everything comes out once, soonest first, at the time it was last set to', () => {
  const set = fc.tuple(
    fc.integer({ min: 0, max: 20 }),
    fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constant(Infinity)),
  );
  fc.assert(
    fc.property(fc.array(set, { maxLength: 100, size: 'max' }), (sets) => {
      const items = Array.from({ length: 21 }, (_, no) => ({ no }));
      const queue = new DueQueue<{ no: number }>();
      const model = new Map<number, number>();
      for (const [no, atMs] of sets) {
        queue.set(items[no]!, atMs);
        if (atMs === Infinity) model.delete(no);
        else model.set(no, atMs);
      }
      assert.equal(queue.nextAtMs, Math.min(Infinity, ...model.values()));
      const out: number[] = [];
      for (let item = queue.take(100); item !== undefined; item = queue.take(100)) out.push(item.no);
      const times = out.map((no) => model.get(no)!);
      assert.deepEqual(
        times,
        [...model.values()].sort((a, b) => a - b),
      );
      assert.equal(new Set(out).size, model.size);
    }),
  );
});

test('nothing comes out before its time', () => {
  const queue = new DueQueue<object>();
  queue.set({}, 50);
  assert.equal(queue.take(49), undefined);
  assert.notEqual(queue.take(50), undefined);
});

test('what is set again and again is kept once', () => {
  const queue = new DueQueue<object>();
  const lane = {};
  for (let n = 0; n < 1000; n++) {
    queue.set(lane, 86_400_000);
    queue.set(lane, n % 2 === 0 ? Infinity : n);
  }
  queue.set(lane, 86_400_000);
  assert.equal(queue.size, 1);
});
