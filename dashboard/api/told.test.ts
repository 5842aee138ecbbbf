import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindsAbout } from './told.ts';

test('a list is read again when something changes that it shows', () => {
  assert.deepEqual(kindsAbout('/v1/deliveries?status=retrying&limit=100'), ['event', 'delivery']);
  assert.deepEqual(kindsAbout('/v1/deliveries/dlv_1'), ['delivery']);
  assert.deepEqual(kindsAbout('/v1/dead-letters?limit=100'), ['delivery']);
  assert.deepEqual(kindsAbout('/v1/events'), ['event']);
  assert.deepEqual(kindsAbout('/v1/sources/src_1/requests'), ['request', 'event']);
  assert.deepEqual(kindsAbout('/v1/endpoints/ep_1'), ['endpoint']);
});

test('what the stream does not tell of is asked for as before', () => {
  for (const path of [
    '/v1/stats?bucket=30m',
    '/v1/endpoints/ep_1/stats',
    '/v1/alert-rules',
    '/v1/people',
    '/v1/sources',
  ])
    assert.deepEqual(kindsAbout(path), [], path);
});
