import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOf } from './replays.ts';

test('a replay whose deliveries died again is not said to have gone well', () => {
  const outcome = (done: number, failed: number) => outcomeOf({ status: 'done', done, failed });
  assert.deepEqual(outcome(0, 12), { is: 'dead', words: 'Done: 0 delivered, 12 dead again' });
  assert.deepEqual(outcome(3, 1), { is: 'degraded', words: 'Done: 3 delivered, 1 dead again' });
  assert.deepEqual(outcome(3, 0), { is: 'done', words: 'Done: 3 delivered, 0 dead again' });
  assert.equal(outcome(0, 0), null);
  assert.equal(outcomeOf({ status: 'running', done: 1, failed: 1 }), null);
});
