import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketOf, readSpan } from './span.ts';

const nowMs = Date.parse('2026-06-01T12:00:00Z');
const hourMs = 3_600_000;

test('a span is the last day, times, or how long ago', () => {
  assert.deepEqual(readSpan({}, nowMs), { sinceMs: nowMs - 24 * hourMs, untilMs: nowMs });
  assert.deepEqual(readSpan({ since: '3h', until: '1h' }, nowMs), {
    sinceMs: nowMs - 3 * hourMs,
    untilMs: nowMs - hourMs,
  });
  const since = '2026-06-01T10:00:00.000Z';
  assert.equal(readSpan({ since }, nowMs).sinceMs, Date.parse(since));
  assert.equal(readSpan({ since: 'nonsense' }, nowMs).sinceMs, nowMs - 24 * hourMs);
});

test('buckets are as short as a chart can show', () => {
  const bucket = (spanMs: number) => bucketOf({ sinceMs: nowMs - spanMs, untilMs: nowMs }).text;
  assert.equal(bucket(hourMs), '1m');
  assert.equal(bucket(24 * hourMs), '15m');
  assert.equal(bucket(7 * 24 * hourMs), '6h');
  assert.equal(bucket(400 * 24 * hourMs), '1d');
});
