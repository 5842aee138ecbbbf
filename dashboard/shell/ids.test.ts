import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKnownId, pathOfId } from './ids.ts';

const long = '01kb2m3n4p5q6r7s8t9v0w1x2y';

test('every id that is made here leads to the page that shows it', () => {
  assert.equal(pathOfId('dlv_00000000421'), '/deliveries/dlv_00000000421');
  assert.equal(pathOfId(`ep_${long}`), `/endpoints/ep_${long}`);
  assert.equal(pathOfId(`rpl_${long}`), `/dead-letters/rpl_${long}`);
  assert.equal(pathOfId(`key_${long}`), '/settings/keys');
  assert.equal(pathOfId(`acc_${long}`), '/settings/accounts');
});

test('the id of an attempt leads to that attempt of its delivery', () => {
  assert.equal(pathOfId('att_00000000421003'), '/deliveries/dlv_00000000421#attempt-3');
  assert.equal(pathOfId('att_0000000042101z'), '/deliveries/dlv_00000000421#attempt-63');
  assert.equal(pathOfId('att_00000000421001000'), '/deliveries/dlv_00000000421#attempt-32768');
});

test('an id whose page is not known from it alone is asked about; any other is an event’s', () => {
  assert.equal(pathOfId(`srq_${long}`), `/go/srq_${long}`);
  assert.equal(pathOfId('order 7/b'), '/events/order%207%2Fb');
  assert.equal(isKnownId(`alr_${long}`), true);
  assert.equal(isKnownId('ord_7'), false);
  assert.equal(isKnownId('constructor_0123456789'), false);
});
