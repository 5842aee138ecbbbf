import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { attemptErrors } from './attempt.ts';
import type { RetryPolicy } from './retry.ts';
import { judge } from './verdict.ts';

const policy: RetryPolicy = { kind: 'schedule', delaysMs: [1000, 5000], jitter: 0, giveUpAfterMs: null };
const base = { policy, tries: 1, startedAtMs: 0, nowMs: 0, random: 0 };

test('any 2xx is delivered', () => {
  for (let httpStatus = 200; httpStatus < 300; httpStatus++) {
    const outcome = { httpStatus, error: null, retryAfter: null };
    assert.deepEqual(judge({ ...base, outcome }), { kind: 'delivered' });
  }
});

test('410 ends the delivery at once, whatever the schedule still holds', () => {
  const outcome = { httpStatus: 410, error: 'http_status' as const, retryAfter: '5' };
  assert.deepEqual(judge({ ...base, outcome }), { kind: 'dead', exhausted: false });
});

test('a failure within the schedule is tried again, and dead exactly when the schedule is exhausted', () => {
  fc.assert(
    fc.property(fc.constantFrom(...attemptErrors), fc.integer({ min: 1, max: 6 }), (error, tries) => {
      const verdict = judge({ ...base, tries, outcome: { httpStatus: null, error, retryAfter: null } });
      assert.equal(verdict.kind, tries <= policy.delaysMs.length ? 'retry' : 'dead');
    }),
  );
});

test('Retry-After counts on 429 and 503 and on nothing else', () => {
  const due = (httpStatus: number) => {
    const verdict = judge({ ...base, outcome: { httpStatus, error: 'http_status', retryAfter: '60' } });
    return verdict.kind === 'retry' ? verdict.dueAtMs : null;
  };
  assert.equal(due(429), 60_000);
  assert.equal(due(503), 60_000);
  assert.equal(due(500), 1000);
  assert.equal(due(404), 1000);
});
