import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as limits from './limits/endpoints.ts';
import { retryAfterMaxMs } from './limits/sending.ts';
import {
  attemptsAllowed,
  nextAttemptAtMs,
  parseRetryAfter,
  type RetryPolicy,
  retryDelayMs,
} from './retry.ts';

const schedule = fc.record({
  kind: fc.constant('schedule' as const),
  delaysMs: fc.array(fc.integer({ min: 0, max: limits.retryEntryMaxMs }), { maxLength: 12 }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  giveUpAfterMs: fc.option(fc.integer({ min: 1, max: limits.giveUpAfterMaxMs })),
});
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function exponential(maxRetries: number): RetryPolicy {
  return {
    kind: 'exponential',
    initialMs: 1000,
    factor: 2,
    maxRetries,
    maxDelayMs: 60_000,
    jitter: 0,
    giveUpAfterMs: null,
  };
}

test('N entries mean at most N + 1 attempts', () => {
  fc.assert(
    fc.property(schedule, random, (policy, r) => {
      let attempts = 1;
      const input = { policy, startedAtMs: 0, nowMs: 0, retryAfterMs: null, random: r };
      while (nextAttemptAtMs({ ...input, tries: attempts }) !== null) attempts += 1;
      assert.ok(attempts <= attemptsAllowed(policy));
      if (policy.giveUpAfterMs === null) assert.equal(attempts, policy.delaysMs.length + 1);
    }),
  );
});

test('jitter only adds, and at most its share of the entry', () => {
  fc.assert(
    fc.property(schedule, random, fc.integer({ min: 1, max: 12 }), (policy, r, tries) => {
      const atMs = nextAttemptAtMs({
        policy,
        tries,
        startedAtMs: 5,
        nowMs: 5,
        retryAfterMs: null,
        random: r,
      });
      if (atMs === null) return;
      const entryMs = policy.delaysMs[tries - 1]!;
      assert.ok(atMs - 5 >= entryMs && atMs - 5 <= entryMs * (1 + policy.jitter));
    }),
  );
});

test('Retry-After never makes an attempt earlier than the schedule, nor later than the schedule or 24 h from now', () => {
  fc.assert(
    fc.property(schedule, random, fc.integer({ min: 0, max: 1e10 }), (policy, r, retryAfterMs) => {
      const open = { ...policy, giveUpAfterMs: null };
      const input = { policy: open, tries: 1, startedAtMs: 0, nowMs: 0, random: r };
      const plainMs = nextAttemptAtMs({ ...input, retryAfterMs: null });
      const askedMs = nextAttemptAtMs({ ...input, retryAfterMs });
      if (plainMs === null || askedMs === null) return assert.equal(plainMs, askedMs);
      assert.ok(askedMs >= plainMs && askedMs <= Math.max(plainMs, retryAfterMaxMs));
    }),
  );
});

test('giveUpAfter bounds the whole schedule, counted from its start', () => {
  const policy: RetryPolicy = {
    kind: 'schedule',
    delaysMs: [1000, 1000, 1000],
    jitter: 0,
    giveUpAfterMs: 2500,
  };
  const due = (tries: number, nowMs: number) =>
    nextAttemptAtMs({ policy, tries, startedAtMs: 0, nowMs, retryAfterMs: null, random: 0 });
  assert.equal(due(1, 0), 1000);
  assert.equal(due(2, 1000), 2000);
  assert.equal(due(3, 2000), null);
});

test('the exponential schedule doubles up to its longest delay', () => {
  const policy = exponential(8);
  const delaysMs = Array.from({ length: 9 }, (_, i) => retryDelayMs(policy, i + 1));
  assert.deepEqual(delaysMs, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, null]);
});

test('Retry-After is read as seconds or as an HTTP date, and anything else is ignored', () => {
  const nowMs = Date.parse('2026-01-01T00:00:00Z');
  assert.equal(parseRetryAfter('120', nowMs), 120_000);
  assert.equal(parseRetryAfter('Thu, 01 Jan 2026 00:01:00 GMT', nowMs), 60_000);
  assert.equal(parseRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', nowMs), 0);
  for (const text of ['-1', '1.5', 'soon', '', '2026-01-01', '99999999999999', '0x10', null]) {
    assert.equal(parseRetryAfter(text, nowMs), null);
  }
});
