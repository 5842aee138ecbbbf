import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Steps, steps, timingsOf } from './timings.ts';

const none = { lookupMs: null, connectMs: null, tlsMs: null, waitMs: null, readMs: null };

test('each step is told with what it took, and they add up to the whole', () => {
  const measured = new Steps(1000.4);
  measured.begin(steps.lookup, 1000.4);
  measured.begin(steps.connect, 1002.8);
  measured.begin(steps.tls, 1010.3);
  measured.begin(steps.wait, 1030.6);
  measured.begin(steps.read, 1100.1);
  const text = measured.ended(1100.8);
  assert.equal(text, '2,8,20,70,0');
  const told = timingsOf(text);
  assert.deepEqual(told, { lookupMs: 2, connectMs: 8, tlsMs: 20, waitMs: 70, readMs: 0 });
  const sumMs = Object.values(told).reduce<number>((sum, ms) => sum + (ms ?? 0), 0);
  assert.equal(sumMs, Math.round(1100.8 - 1000.4));
});

test('a step that did not take place is null: those before a kept connection, and those after the end', () => {
  const kept = new Steps(0);
  kept.begin(steps.wait, 0.1);
  kept.begin(steps.read, 12);
  assert.deepEqual(timingsOf(kept.ended(13)), { ...none, waitMs: 12, readMs: 1 });
  const plain = new Steps(0);
  plain.begin(steps.connect, 0);
  plain.begin(steps.wait, 3);
  assert.deepEqual(timingsOf(plain.ended(10)), { ...none, connectMs: 3, waitMs: 7 });
  const stopped = new Steps(0);
  stopped.begin(steps.lookup, 0);
  stopped.begin(steps.connect, 1);
  stopped.begin(steps.connect, 2);
  assert.deepEqual(timingsOf(stopped.ended(5001)), { ...none, lookupMs: 1, connectMs: 5000 });
  assert.deepEqual(timingsOf(new Steps(0).ended(5)), none);
});
