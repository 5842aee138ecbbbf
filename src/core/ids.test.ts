import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { attemptId, deliveryId, newId, parseDeliveryId } from './ids.ts';

const bytes = fc.uint8Array({ minLength: 10, maxLength: 10 });
const time = fc.nat({ max: 2 ** 48 - 1 });
const key = fc.maxSafeNat();

test('an id is its prefix and 26 characters of base32', () => {
  fc.assert(
    fc.property(time, bytes, (ms, random) =>
      assert.match(newId('evt_', ms, random), /^evt_[0-9a-hjkmnp-tv-z]{26}$/),
    ),
  );
  assert.equal(newId('ep_', 0, new Uint8Array(10)), `ep_${'0'.repeat(26)}`);
  assert.equal(
    newId('evt_', 1_469_922_850_259, new Uint8Array(10).fill(255)),
    'evt_01arz3ndekzzzzzzzzzzzzzzzz',
  );
});

test('ids sort by their time', () => {
  fc.assert(
    fc.property(time, time, bytes, bytes, (a, b, x, y) => {
      if (a !== b) assert.equal(newId('evt_', a, x) < newId('evt_', b, y), a < b);
    }),
  );
});

test('ids of the same millisecond differ wherever their random bytes do', () => {
  fc.assert(
    fc.property(bytes, fc.nat({ max: 9 }), fc.integer({ min: 1, max: 255 }), (random, at, change) => {
      const other = random.with(at, (random[at] ?? 0) ^ change);
      assert.notEqual(newId('evt_', 1, random), newId('evt_', 1, other));
    }),
  );
});

test('a delivery’s id leads back to its key, and sorts as keys do', () => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      assert.match(deliveryId(a), /^dlv_[0-9a-hjkmnp-tv-z]{11}$/);
      assert.equal(parseDeliveryId(deliveryId(a)), a);
      if (a !== b) assert.equal(deliveryId(a) < deliveryId(b), a < b);
    }),
  );
});

test('an attempt’s id begins as its delivery’s and is no other attempt’s', () => {
  const n = fc.integer({ min: 1, max: 2 ** 30 - 1 });
  fc.assert(
    fc.property(key, n, n, (k, a, b) => {
      assert.ok(attemptId(k, a).startsWith(deliveryId(k).replace('dlv_', 'att_')));
      assert.equal(attemptId(k, a) === attemptId(k, b), a === b);
    }),
  );
  assert.equal(attemptId(0, 1), `att_${'0'.repeat(11)}001`);
});

test('an id that was not made here leads nowhere', () => {
  const bad = [
    '',
    'dlv_',
    'dlv_0000000000',
    'dlv_000000000000',
    'dlv_0000000000l',
    'dlv_0000000000A',
    'dlv_zzzzzzzzzzz',
    'evt_00000000000',
    'dlv_00000000000\n',
    "dlv_' or 1=1",
  ];
  for (const id of bad) assert.equal(parseDeliveryId(id), null, id);
});
