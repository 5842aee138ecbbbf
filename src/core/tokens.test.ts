import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fullTokens, takeToken } from './tokens.ts';

test('in no second are more taken than the bucket holds and time brings, and all of that can be taken', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 200, size: 'max' });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), steps, (perSecond, waits) => {
      const tokens = fullTokens(perSecond, 0);
      const taken: number[] = [];
      let nowMs = 0;
      for (const waitMs of waits) {
        nowMs += waitMs;
        if (takeToken(tokens, perSecond, nowMs).taken) taken.push(nowMs);
      }
      for (const fromMs of taken) {
        const within = taken.filter((atMs) => atMs >= fromMs && atMs < fromMs + 1000).length;
        assert.ok(within <= 2 * perSecond, `${within} in a second`);
      }
      assert.ok(taken.length <= perSecond + (nowMs * perSecond) / 1000 + 1e-6);
    }),
  );
});

test('who is refused is told when to come again, and gets one then', () => {
  const tokens = fullTokens(1, 0);
  assert.deepEqual(takeToken(tokens, 1, 0), { taken: true, remaining: 0, waitS: 1 });
  assert.deepEqual(takeToken(tokens, 1, 400), { taken: false, remaining: 0, waitS: 1 });
  assert.equal(takeToken(tokens, 1, 1000).taken, true);
});

test('a clock that goes back brings nothing and takes nothing', () => {
  const tokens = fullTokens(2, 10_000);
  takeToken(tokens, 2, 10_000);
  assert.deepEqual(takeToken(tokens, 2, 0), { taken: true, remaining: 0, waitS: 1 });
  assert.equal(takeToken(tokens, 2, 0).taken, false);
  assert.equal(takeToken(tokens, 2, 500).taken, true);
});
