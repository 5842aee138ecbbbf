import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FailurePolicy, type Health, judgeHealth } from './health.ts';

const hourMs = 3_600_000;
const down: FailurePolicy = { kind: 'down', forMs: 24 * hourMs, failures: 5, then: 'paused' };
const healthy: Health = { failingSinceMs: null, failures: 0 };
const failed = { succeeded: false, httpStatus: 500, exhausted: false };

test('an endpoint is paused only after the whole time of nothing but failure', () => {
  let health = healthy;
  for (let hour = 0; hour < 24; hour++) {
    const decision = judgeHealth({ health, policy: down, ...failed, nowMs: hour * hourMs });
    assert.equal(decision.status, null);
    health = decision;
  }
  assert.equal(judgeHealth({ health, policy: down, ...failed, nowMs: 24 * hourMs }).status, 'paused');
});

test('a single success starts the count anew', () => {
  const health = { failingSinceMs: 0, failures: 400 };
  const good = judgeHealth({
    health,
    policy: down,
    succeeded: true,
    httpStatus: 200,
    exhausted: false,
    nowMs: 23 * hourMs,
  });
  assert.deepEqual(good, { failingSinceMs: null, failures: 0, status: null, reason: null });
  assert.equal(judgeHealth({ health: good, policy: down, ...failed, nowMs: 25 * hourMs }).status, null);
});

test('one failure before a long sleep of the machine is no long outage', () => {
  const decision = judgeHealth({
    health: { failingSinceMs: 0, failures: 1 },
    policy: down,
    ...failed,
    nowMs: 48 * hourMs,
  });
  assert.equal(decision.status, null);
});

test('410 Gone disables under every policy, and the reason says so', () => {
  for (const policy of [down, { kind: 'none' }, { kind: 'exhausted', then: 'disabled' }] as FailurePolicy[]) {
    const decision = judgeHealth({ health: healthy, policy, ...failed, httpStatus: 410, nowMs: 0 });
    assert.equal(decision.status, 'disabled');
    assert.match(decision.reason ?? '', /410 Gone/);
  }
});

test('where a used-up schedule disables, one exhausted delivery is enough and a failed attempt is not', () => {
  const policy: FailurePolicy = { kind: 'exhausted', then: 'disabled' };
  assert.equal(judgeHealth({ health: healthy, policy, ...failed, nowMs: 0 }).status, null);
  assert.equal(
    judgeHealth({ health: healthy, policy, ...failed, exhausted: true, nowMs: 0 }).status,
    'disabled',
  );
});
