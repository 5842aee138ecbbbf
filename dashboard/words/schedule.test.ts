import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextAttemptWords, putBackWords, retryWords } from './schedule.ts';

const at = (...times: (string | null)[]) => times.map((nextAttemptAt) => ({ nextAttemptAt }));
const common = { jitter: 0, giveUpAfter: null };
const retry = { schedule: ['30s', '5m'], ...common };
const growing = {
  exponential: { initial: '1s', factor: 2, maxRetries: 6, maxDelay: '60s' },
  ...common,
};

test('the next attempt says of how many it is', () => {
  assert.equal(nextAttemptWords([], retry), 'Attempt 1 of 3');
  assert.equal(nextAttemptWords(at('1', '2'), retry), 'Attempt 3 of 3');
  assert.equal(nextAttemptWords(at('1', '2', null), retry), 'Attempt 4, 1 of 3 of this schedule,');
  assert.equal(nextAttemptWords(at('1', '2', null, '3'), retry), 'Attempt 5, 2 of 3 of this schedule,');
  assert.equal(nextAttemptWords(at('1'), undefined), 'Attempt 2');
  assert.equal(nextAttemptWords(at('1'), growing), 'Attempt 2 of 7');
  assert.equal(nextAttemptWords(at('1', '2', '3', '4'), retry), 'Attempt 5');
});

test('a schedule is said in words', () => {
  assert.equal(retryWords(retry), 'after 30s, 5m');
  assert.equal(retryWords({ schedule: [], ...common }), 'never');
  assert.equal(retryWords(growing), '6 times, after 1s, then 2 times as long each time, at most 60s');
});

test('a delivery that was put back after it had ended says so', () => {
  const failed = { outcome: 'failed', error: 'timeout', nextAttemptAt: null } as const;
  assert.equal(putBackWords(failed, false), 'Dead, and put back to be sent again');
  assert.equal(putBackWords(failed, true), null);
  assert.equal(putBackWords({ ...failed, nextAttemptAt: '1' }, false), null);
  assert.equal(putBackWords({ ...failed, error: 'lost' }, false), 'Given up, and put back to be sent again');
  assert.match(putBackWords({ ...failed, outcome: 'succeeded', error: null }, false) ?? '', /^Delivered/);
});
