import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveryKey, type Owed } from './delivery.ts';
import { sortLost } from './lost.ts';

function owed(seq: number, endpointNo: number): Owed {
  return { key: deliveryKey(seq, 0), endpointNo } as Owed;
}

test('of what a dead process leaves, each endpoint’s oldest may have been under way, up to its concurrency; the rest waited', () => {
  const found = [owed(5, 1), owed(3, 1), owed(4, 1), owed(1, 2), owed(9, 2)];
  const { underWay, waited } = sortLost(found, (endpointNo) => (endpointNo === 1 ? 2 : 1));
  assert.deepEqual(
    underWay.map(({ key }) => key),
    [1, 3, 4].map((seq) => deliveryKey(seq, 0)),
  );
  assert.deepEqual(
    waited.map(({ key }) => key),
    [5, 9].map((seq) => deliveryKey(seq, 0)),
  );
});
