import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dateOf } from './date.ts';

test('a Date header is of the second in which it is sent', () => {
  const times = [0, 999, 1000, 1_700_000_000_999, 1_700_000_001_000, 1_700_000_001_001];
  assert.deepEqual(times.map(dateOf), [
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Thu, 01 Jan 1970 00:00:01 GMT',
    'Tue, 14 Nov 2023 22:13:20 GMT',
    'Tue, 14 Nov 2023 22:13:21 GMT',
    'Tue, 14 Nov 2023 22:13:21 GMT',
  ]);
});
