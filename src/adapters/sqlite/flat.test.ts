import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AcceptItem, Settlement } from '../../ports/store.ts';
import { newAttempt, newEvent, t0 } from '../../ports/store-world.case.ts';
import { acceptOf, flatAccept, flatSettle, settleOf } from './flat.ts';

const plain: AcceptItem = {
  event: newEvent(),
  endpointNos: [1],
  modes: ['begun'],
  dueAtMs: t0,
  directoryVersion: 3,
  idempotency: null,
  inbound: null,
};
const full: AcceptItem = {
  ...plain,
  event: newEvent({ reference: 'r', source: 'src_1', origin: 'poll', traceId: 'ab', received: 'json' }),
  endpointNos: [1, 2],
  modes: ['queued', 'ordered'],
  idempotency: { key: 'k', requestHash: 'h' },
  inbound: { sourceNo: 3, key: 'i:1' },
};
const nobody: AcceptItem = { ...plain, endpointNos: [], modes: [] };

test('accepts come out of their flat form as they went in', () => {
  for (const items of [[], [plain], [full, plain, nobody]]) {
    const input = { epoch: 7, nowMs: t0, items };
    assert.deepEqual(acceptOf(structuredClone(flatAccept(input))), input);
  }
});

test('settlements come out of their flat form as they went in', () => {
  const done: Settlement = {
    key: 65_536,
    endpointNo: 2,
    fresh: true,
    startedAtMs: t0,
    replayNo: null,
    tries: 1,
    attempt: newAttempt({ requestHeaders: [], responseHeaders: ['a', ''] }),
    next: { state: 'delivered' },
    health: null,
  };
  const failed: Settlement = {
    ...done,
    fresh: false,
    replayNo: 4,
    attempt: newAttempt({ error: 'timeout', httpStatus: null, nextAttemptAtMs: t0 + 5 }),
    next: { state: 'open', dueAtMs: t0 + 5 },
    health: { failingSinceMs: t0, failures: 2, status: 'paused', reason: 'r', statusAtMs: t0 },
  };
  for (const settlements of [[], [done], [failed, done]]) {
    const input = { epoch: 7, nowMs: t0, settlements };
    assert.deepEqual(settleOf(structuredClone(flatSettle(input))), input);
  }
});
