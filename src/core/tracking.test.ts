import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Problem } from './errors.ts';
import { masked } from './masked.ts';
import {
  eventOfAnswer,
  listUrl,
  orderNewsOf,
  orderUrl,
  policyOf,
  readList,
  stateInAnswer,
  type TrackedSource,
  type Tracking,
} from './tracking.ts';
import { readTracking, trackingView } from './tracking-input.ts';

const policy = { dev: false, allowNetworks: [] };
const written = {
  reference: '/data/reference',
  orderId: '/data/order_id',
  states: {
    'order.created': 'pending',
    'order.fulfilled': 'fulfilled',
    'order.failed': 'failed',
    'order.refunded': 'refunded',
  },
  poll: {
    url: 'https://supplier.example/v1/orders/{orderId}',
    headers: { Authorization: 'Bearer sesame' },
    status: '/status',
    states: { pending: 'pending', fulfilled: 'fulfilled', failed: 'failed' },
    after: '5m',
    every: '5m',
    giveUpAfter: '24h',
  },
  sla: '15m',
};

function read(
  body: unknown,
  kept: Tracking | null = null,
): { tracking: Tracking | null; problems: Problem[] } {
  const problems: Problem[] = [];
  return { tracking: readTracking(body, { pointer: '/tracking', problems, policy, kept }), problems };
}

function source(body: unknown = written, scheme = 'digital-goods'): TrackedSource & { tracking: Tracking } {
  return { no: 1, id: 'src_1', accountNo: 1, scheme, tracking: read(body).tracking! };
}

const fulfilled = '{"event":"order.fulfilled","data":{"order_id":"SUP-1","reference":"ORD-1"}}';

describe('tracking', () => {
  test('is read as the contract writes it, and shown without credentials', () => {
    const { tracking, problems } = read(written);
    assert.deepEqual(problems, []);
    assert.deepEqual(policyOf(tracking!).poll, {
      afterMs: 300_000,
      everyMs: 300_000,
      giveUpAfterMs: 86_400_000,
      needsOrderId: true,
    });
    const view = trackingView(tracking!) as typeof written;
    assert.deepEqual(view.poll.headers, { Authorization: masked });
    assert.doesNotMatch(JSON.stringify(view), /sesame/);
    assert.equal(view.sla, '15m');
  });

  test('sent back as it was shown, it is the same', () => {
    const { tracking } = read(written);
    assert.deepEqual(read(trackingView(tracking!), tracking).tracking, tracking);
  });

  test('says where it is wrong', () => {
    const wrong: [unknown, string][] = [
      [[], '/tracking'],
      [{ ...written, reference: 'data.reference' }, '/tracking/reference'],
      [{ ...written, states: { 'order.created': 'done' } }, '/tracking/states/order.created'],
      [{ ...written, sla: '15 minutes' }, '/tracking/sla'],
      [{ ...written, more: 1 }, '/tracking/more'],
      [
        { ...written, poll: { ...written.poll, url: 'http://supplier.example/{orderId}' } },
        '/tracking/poll/url',
      ],
      [{ ...written, poll: { ...written.poll, url: 'https://10.0.0.1/{orderId}' } }, '/tracking/poll/url'],
      [{ ...written, poll: { ...written.poll, url: 'https://{orderId}.example/' } }, '/tracking/poll/url'],
      [
        { ...written, poll: { ...written.poll, url: 'https://supplier.example/orders' } },
        '/tracking/poll/url',
      ],
      [{ ...written, poll: { ...written.poll, headers: { Host: 'x' } } }, '/tracking/poll/headers/Host'],
      [{ ...written, poll: { ...written.poll, every: '1ms' } }, '/tracking/poll/every'],
      [{ ...written, poll: { ...written.poll, states: {} } }, '/tracking/poll/states'],
      [{ ...written, states: { 'order.created': 'pending' } }, '/tracking/states'],
      [{ poll: { list: { url: 'https://supplier.example/events' } } }, '/tracking/poll/list/url'],
    ];
    for (const [body, pointer] of wrong) {
      const { problems, tracking } = read(body);
      assert.ok(
        problems.some((problem) => problem.pointer === pointer),
        `${pointer}: ${JSON.stringify(problems)}`,
      );
      assert.equal(tracking, null);
    }
  });

  test('finds reference, order id and state in a body, numbers digit by digit', () => {
    const news = orderNewsOf(source(), { type: 'order.fulfilled', body: fulfilled }, 'ord_1')!;
    assert.deepEqual([news.reference, news.orderId, news.state], ['ORD-1', 'SUP-1', 'fulfilled']);
    const large = '{"data":{"reference":12345678901234567890}}';
    assert.equal(
      orderNewsOf(source(), { type: 'x', body: large }, 'ord_1')!.reference,
      '12345678901234567890',
    );
  });

  test('says nothing about a body without a reference, or that is not JSON', () => {
    assert.equal(orderNewsOf(source(), { type: 'x', body: '{"data":{}}' }, 'ord_1'), null);
    assert.equal(orderNewsOf(source(), { type: 'x', body: null }, 'ord_1'), null);
    for (const name of ['\\u0000', 'a\\nb', '\\ud800', '']) {
      const body = `{"data":{"reference":"${name}","order_id":"SUP-1"}}`;
      assert.equal(orderNewsOf(source(), { type: 'x', body }, 'ord_1'), null);
      const known = `{"data":{"reference":"ORD-1","order_id":"${name}"}}`;
      assert.equal(orderNewsOf(source(), { type: 'x', body: known }, 'ord_1')!.orderId, null);
    }
    assert.equal(orderNewsOf(source(), { type: '__proto__', body: fulfilled }, 'ord_1')!.state, null);
  });

  test('an order’s names take their places in the address, encoded', () => {
    assert.equal(
      orderUrl(source().tracking.poll!, { orderId: 'a/b?c', reference: 'r' }),
      'https://supplier.example/v1/orders/a%2Fb%3Fc',
    );
  });

  test('an answer is a state or says why it is none', () => {
    const { poll } = source().tracking;
    assert.equal(stateInAnswer('{"status":"fulfilled"}', poll!), 'fulfilled');
    for (const nonsense of [
      '',
      '<html>',
      '[]',
      '{"status":{}}',
      '{"status":"__proto__"}',
      '{"status":"weird"}',
    ])
      assert.equal(typeof stateInAnswer(nonsense, poll!), 'object', nonsense);
  });

  test('a final answer becomes the event that was missed, its bytes kept', () => {
    const answer = { state: 'fulfilled', body: '{"status":"fulfilled","price":10.50}\n' } as const;
    const event = eventOfAnswer(source(), answer, '2026-01-01T00:00:00.000Z');
    assert.equal(event.type, 'order.fulfilled');
    assert.equal(
      event.data,
      '{"event":"order.fulfilled","timestamp":"2026-01-01T00:00:00.000Z","data":{"status":"fulfilled","price":10.50}}',
    );
    assert.equal(
      eventOfAnswer(source(written, 'stripe'), answer, '').data,
      '{"status":"fulfilled","price":10.50}',
    );
  });

  test('a list is read item by item, each with its own bytes', () => {
    const list = {
      url: 'https://api.example/v1/events?created[gte]={since}',
      more: { at: '/has_more', parameter: 'starting_after' },
    };
    const tracked = source({ poll: { list } }).tracking.list!;
    const body = '{"data":[{"id":"e1","type":"charge.paid","n":1.0},{"id":2,"type":"x"}],"has_more":true}';
    assert.deepEqual(readList(body, tracked), {
      events: [
        { id: 'e1', type: 'charge.paid', body: '{"id":"e1","type":"charge.paid","n":1.0}' },
        { id: '2', type: 'x', body: '{"id":2,"type":"x"}' },
      ],
      more: true,
    });
    assert.equal(
      listUrl(tracked, 1_700_000_000_900, 'e1'),
      'https://api.example/v1/events?created[gte]=1700000000&starting_after=e1',
    );
    for (const nonsense of ['no', '{}', '{"data":{}}', '{"data":[1]}', '{"data":[{"id":"a","type":"b c"}]}'])
      assert.ok('problem' in readList(nonsense, tracked), nonsense);
  });
});
