import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Slots } from './slots.ts';

test('what was put in is there until it is taken out, and as many slots are kept as were in use at once', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(20), { nil: null }), { maxLength: 200, size: 'max' }), (acts) => {
      const slots = new Slots<object>();
      const held = new Map<number, object>();
      let most = 0;
      for (const act of acts) {
        if (act === null) {
          const value = {};
          held.set(slots.put(value), value);
          most = Math.max(most, held.size);
        } else {
          assert.equal(slots.take(act), held.get(act));
          held.delete(act);
        }
        assert.deepEqual(new Set(slots.all()), new Set(held.values()));
        assert.equal(slots.all().length, held.size);
        assert.ok([...held.keys()].every((slot) => slot < most));
      }
    }),
  );
});
