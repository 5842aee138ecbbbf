import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../test/support/clock.ts';
import { StoreError } from '../core/errors.ts';
import { Doubt, type DoubtParts } from './doubt.ts';

const away = new StoreError('away', false);

function newDoubt(clock: ManualClock, parts: Partial<DoubtParts> = {}) {
  const asked: number[][] = [];
  const doubt = new Doubt({
    clock,
    inHand: () => [],
    async reclaim(keys) {
      asked.push(keys);
      return [];
    },
    resolved() {},
    fatal() {},
    warn() {},
    ...parts,
  });
  return { doubt, asked };
}

test('what an act that ends during the doubt has leased is in hand when the store is asked to give the rest back', async () => {
  const clock = new ManualClock();
  const inHand: number[] = [];
  const { doubt, asked } = newDoubt(clock, { inHand: () => [...inHand] });
  let answer = (_key: number): void => {};
  const accepting = doubt
    .during(() => new Promise<number>((resolve) => (answer = resolve)))
    // As `flow/accept.ts` does: the answer passes through a few functions before the delivery is under way.
    .then((key) => key)
    .then((key) => inHand.push(key));
  doubt.raise(away);
  await clock.advance(5000);
  answer(7);
  await accepting;
  await clock.advance(5000);
  assert.deepEqual(asked, [[7]]);
});

test('who waits for the doubt to go is refused when the process stops first', async () => {
  const clock = new ManualClock();
  const { doubt } = newDoubt(clock, { reclaim: () => Promise.reject(away) });
  doubt.raise(away);
  const refused = assert.rejects(doubt.gone(), StoreError);
  await clock.advance(2500);
  doubt.stop();
  await clock.advance(5000);
  await refused;
});
