import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTracking, trackingView } from '../../src/core/tracking-input.ts';
import { pair } from '../parts/pair.ts';
import { draftOf, trackingOf } from './tracking-draft.ts';

const policy = { dev: false, allowNetworks: [] };

const read = (body: unknown) => {
  const problems: never[] = [];
  return { tracking: readTracking(body, { pointer: '', problems, policy, kept: null }), problems };
};

test('what is shown of a tracking and saved unchanged is the same tracking', () => {
  const body = {
    reference: '/data/reference',
    orderId: '/data/order_id',
    states: { 'order.created': 'pending', 'order.fulfilled': 'fulfilled', 'order.failed': 'failed' },
    sla: '15m',
    poll: {
      url: 'https://supplier.example/v1/orders/{orderId}',
      states: { pending: 'pending', done: 'fulfilled' },
      every: '90s',
      rateLimit: { perSecond: 3 },
      list: { url: 'https://supplier.example/v1/events?since={since}', every: '10m' },
    },
  };
  const { tracking } = read(body);
  assert.ok(tracking);
  const again = read(trackingOf(draftOf(trackingView(tracking))));
  assert.deepEqual(again.problems, []);
  assert.deepEqual(again.tracking, tracking);
});

test('what a source without tracking is offered needs nothing but an address to ask', () => {
  const draft = draftOf(null);
  assert.ok(read(trackingOf(draft)).tracking);
  const asked = trackingOf({ ...draft, asks: true, url: 'https://supplier.example/{reference}' });
  assert.ok(read(asked).tracking);
});

test('an event type in two rows is refused by its name', () => {
  const draft = draftOf(null);
  const states = [...draft.states, pair('order.failed', 'pending')];
  assert.throws(() => trackingOf({ ...draft, states }), /States → order\.failed: stands in two rows/);
});
