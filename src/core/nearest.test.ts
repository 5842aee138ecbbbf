import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean, nearest } from './nearest.ts';

const known = [
  'stripe:a.b',
  'stripe:payment_intent.succeeded',
  'github:push',
  'shopify:orders/create',
  'stripe:c',
];

test('what was probably meant is named, the nearest first, and no more than asked for', () => {
  assert.deepEqual(nearest('githib:push', known, 3)[0], 'github:push');
  assert.deepEqual(nearest('stripe:nope', known, 3).sort(), [
    'stripe:a.b',
    'stripe:c',
    'stripe:payment_intent.succeeded',
  ]);
  assert.equal(nearest('stripe:nope', known, 1).length, 1);
});

test('where nothing is near, nothing is named', () => {
  assert.equal(didYouMean('zzzzzzzzzzzz', known), '');
  assert.equal(didYouMean('stripee', ['stripe', 'github']), ' Did you mean stripe?');
  assert.equal(didYouMean('strip', ['stripe', 'stripes']), ' Did you mean stripe or stripes?');
});
