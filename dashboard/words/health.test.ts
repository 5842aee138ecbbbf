import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextRetries, troubleOf } from './health.ts';

const bucket = (delivered: number, failed: number) => ({
  at: '',
  delivered,
  failed,
  dead: 0,
  latencyMs: null,
});

test('an active endpoint is in trouble when most of its last hour failed, whatever came before', () => {
  const active = { status: 'active' as const };
  assert.equal(
    troubleOf(active, { buckets: [bucket(900, 0), bucket(1, 2), bucket(0, 0)] }),
    '2 of 3 attempts failed in its last hour',
  );
  assert.equal(troubleOf(active, { buckets: [bucket(0, 9), bucket(2, 2)] }), null);
  assert.equal(troubleOf(active, { buckets: [] }), null);
  assert.equal(
    troubleOf({ status: 'paused' }, { buckets: [bucket(0, 9)] }),
    null,
    'it is stopped, which says more',
  );
});

test('the next retry of an endpoint is the one that is due first, whatever their order', () => {
  const at = (endpointId: string, nextAttemptAt: string | null) => ({ endpointId, nextAttemptAt });
  const data = [
    at('a', '2026-05-12T12:00'),
    at('b', null),
    at('a', '2026-05-12T11:00'),
    at('c', '2026-05-13T11:00'),
  ];
  const next = nextRetries({ data, nextCursor: null });
  assert.deepEqual(
    [...next.at],
    [
      ['a', '2026-05-12T11:00'],
      ['c', '2026-05-13T11:00'],
    ],
  );
  assert.equal(next.isCut, false);
  assert.equal(nextRetries({ data, nextCursor: 'more' }).isCut, true);
});
