import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../test/support/clock.ts';
import { askedOnceIn } from './asked.ts';

test('who asks within the time gets the answer that was asked for first, also an error, and then a new one', async () => {
  const clock = new ManualClock();
  let count = 0;
  const asked = askedOnceIn(1000, clock, async () => {
    count += 1;
    if (count === 2) throw new Error('away');
    return count;
  });
  assert.deepEqual(await Promise.all([asked(), asked()]), [1, 1]);
  await clock.advance(999);
  assert.equal(await asked(), 1);
  await clock.advance(1);
  await assert.rejects(asked(), /away/);
  await assert.rejects(asked(), /away/);
  await clock.advance(1000);
  assert.equal(await asked(), 3);
  assert.equal(count, 3);
});
