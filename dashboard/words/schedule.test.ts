import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextAttemptWords, retryWords } from './schedule.ts';

const at = (...times: (string | null)[]) => times.map((nextAttemptAt) => ({ nextAttemptAt }));
const retry = { schedule: ['30s', '5m'] };

test('the next attempt says of how many it is', () => {
  assert.equal(nextAttemptWords([], retry), 'Attempt 1 of 3');
  assert.equal(nextAttemptWords(at('1', '2'), retry), 'Attempt 3 of 3');
  assert.equal(nextAttemptWords(at('1', '2', null), retry), 'Attempt 4, 1 of 3 of this schedule,');
  assert.equal(nextAttemptWords(at('1', '2', null, '3'), retry), 'Attempt 5, 2 of 3 of this schedule,');
  assert.equal(nextAttemptWords(at('1'), undefined), 'Attempt 2');
  assert.equal(nextAttemptWords(at('1'), { maxRetries: 6, initial: '1s' }), 'Attempt 2 of 7');
  assert.equal(nextAttemptWords(at('1', '2', '3', '4'), retry), 'Attempt 5');
});

test('a schedule is said in words', () => {
  assert.equal(retryWords(retry), 'after 30s, 5m');
  assert.equal(retryWords({ schedule: [] }), 'never');
  assert.equal(retryWords({ maxRetries: 6, initial: '1s' }), '6 times, 1s after the first');
});
