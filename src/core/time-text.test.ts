import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { timeText } from './time-text.ts';

test('a moment is written as a Date writes it, whatever was written before', () => {
  const moment = fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: -8.64e15, max: 8.64e15 }),
    fc.double({ min: 0, max: 4e12, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(moment), (all) => {
      for (const ms of all) assert.equal(timeText(ms), new Date(ms).toISOString());
    }),
  );
});

test('a moment that no Date can hold is refused each time, and leaves the next one alone', () => {
  assert.equal(timeText(5), '1970-01-01T00:00:00.005Z');
  for (const ms of [9e15, 9e15, Number.NaN]) assert.throws(() => timeText(ms), RangeError);
  assert.equal(timeText(5), '1970-01-01T00:00:00.005Z');
});
