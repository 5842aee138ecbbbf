import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseDuration } from './duration.ts';

test('every unit is read', () => {
  const read = ['500ms', '30s', '5m', '1h', '24h', '30d', '0s'].map(parseDuration);
  assert.deepEqual(read, [500, 30_000, 300_000, 3_600_000, 86_400_000, 2_592_000_000, 0]);
});

test('anything that is not a whole number and a unit is refused', () => {
  for (const bad of [
    '',
    '5',
    's',
    '5 s',
    ' 5s',
    '5s\n',
    '-5s',
    '+5s',
    '1.5h',
    '5S',
    '5sec',
    '5m30s',
    '1e3s',
    '0x5s',
    '1234567890s',
    '٥s',
    5,
    null,
    {},
  ]) {
    assert.equal(parseDuration(bad), null, String(bad));
  }
});

test('what is written can be read again', () => {
  fc.assert(
    fc.property(fc.nat({ max: 999_999_999 }), (ms) => assert.equal(parseDuration(formatDuration(ms)), ms)),
  );
  assert.deepEqual([0, 500, 1500, 90_000, 7_200_000, 86_400_000].map(formatDuration), [
    '0s',
    '500ms',
    '1500ms',
    '90s',
    '2h',
    '24h',
  ]);
});
