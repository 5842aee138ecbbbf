import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { masked } from '../../src/core/masked.ts';
import { ApiWorld } from '../support/api.ts';
import { type Provider, provider } from '../support/provider.ts';
import { tracking } from '../support/tracking.ts';

describe('orders', () => {
  let world: ApiWorld;
  let supplier: Provider;
  beforeEach(async () => {
    world = await ApiWorld.open();
    supplier = await provider(world, { tracking });
    world.tracker.start();
  });
  afterEach(async () => {
    await world.tracker.stop();
    await world.close();
  });

  const body = (type: string, reference: string): string =>
    JSON.stringify({
      type,
      timestamp: '2026-01-01T00:00:00Z',
      data: { reference, order_id: `SUP-${reference}` },
    });
  const webhook = async (type: string, reference: string) =>
    (await supplier.post(body(type, reference))).json();
  const place = async (reference: string, more: object = {}) =>
    (await world.ask('POST', '/v1/orders', { sourceId: supplier.id, reference, ...more })).body;
  const order = async (id: string) => (await world.ask('GET', `/v1/orders/${id}`)).body;
  const handedOn = (): string[] =>
    world.sent
      .filter(({ method }) => method !== 'GET')
      .map((request) => JSON.parse(new TextDecoder().decode(request.body.bytes)).type);
  const asked = (): string[] => world.sent.filter(({ method }) => method === 'GET').map(({ url }) => url);

  test('are registered, followed through webhooks, and shown with their whole history', async () => {
    await world.endpoint({ sources: ['*'] });
    const made = await world.ask('POST', '/v1/orders', { sourceId: supplier.id, reference: 'ORD-1' });
    assert.equal(made.status, 201);
    assert.match(made.body.id, /^ord_/);
    const { id } = made.body;
    assert.deepEqual(
      [made.body.state, made.body.orderId, made.body.flagged, made.body.overdue, made.body.nextPollAt],
      ['pending', null, false, false, null],
    );
    assert.deepEqual(await webhook('order.created', 'ORD-1'), { received: true });
    assert.deepEqual(await webhook('order.fulfilled', 'ORD-1'), { received: true });
    assert.deepEqual(await webhook('order.fulfilled', 'ORD-1'), { received: true, duplicate: true });
    assert.deepEqual(await webhook('order.refunded', 'ORD-1'), { received: true });
    assert.deepEqual(handedOn(), ['order.created', 'order.fulfilled', 'order.refunded']);
    const now = await order(id);
    assert.deepEqual([now.state, now.orderId, now.foundBy], ['refunded', 'SUP-ORD-1', 'webhook']);
    assert.deepEqual(
      now.history.map(({ kind, state }: { kind: string; state: string }) => `${kind} ${state}`),
      ['registered pending', 'event pending', 'event fulfilled', 'event fulfilled', 'event refunded'],
    );
  });

  test('are found by asking when the webhook never comes, and the late one is acknowledged only', async () => {
    await world.endpoint({ sources: [supplier.id] });
    world.answer = { responseBody: '{"status":"fulfilled","code":"XXXXX"}' };
    const { id } = await place('ORD-1', { orderId: 'SUP-1' });
    await world.clock.advance(5500);
    assert.deepEqual(asked(), ['https://supplier.example/v1/orders/SUP-1']);
    assert.deepEqual(handedOn(), ['order.fulfilled']);
    assert.deepEqual(await webhook('order.fulfilled', 'ORD-1'), { received: true, duplicate: true });
    assert.deepEqual(handedOn(), ['order.fulfilled']);
    const [event] = (await world.ask('GET', '/v1/events?reference=ORD-1')).body.data;
    assert.deepEqual([event.origin, event.source, event.type], ['poll', supplier.id, 'order.fulfilled']);
    const shown = (await world.ask('GET', `/v1/events/${event.id}`)).body;
    assert.deepEqual(Object.keys(shown.data), ['event', 'timestamp', 'data']);
    assert.deepEqual(shown.data.data, { status: 'fulfilled', code: 'XXXXX' });
    const sent = world.sent.find(({ method }) => method !== 'GET')!;
    assert.equal(sent.headers[sent.headers.indexOf('surehook-origin') + 1], 'poll');
    assert.equal((await order(id)).foundBy, 'poll');
    assert.equal((await world.ask('GET', '/v1/stats')).body.orders.foundByPoll, 1);
  });

  test('that nobody registered are handed on and flagged', async () => {
    await world.endpoint({ sources: ['*'] });
    await webhook('order.fulfilled', 'ORD-strange');
    assert.deepEqual(handedOn(), ['order.fulfilled']);
    const [strange] = (await world.ask('GET', '/v1/orders')).body.data;
    assert.deepEqual([strange.reference, strange.flagged, strange.state], ['ORD-strange', true, 'fulfilled']);
    assert.equal('history' in strange, false);
  });

  test('are listed by state and by whether they are overdue, page by page', async () => {
    world.answer = { responseBody: '{"status":"pending"}' };
    for (const n of [1, 2, 3]) await place(`ORD-${n}`, { orderId: `SUP-${n}` });
    await webhook('order.failed', 'ORD-2');
    await world.clock.advance(16_000);
    const list = async (query: string): Promise<string[]> =>
      (await world.ask('GET', `/v1/orders?${query}`)).body.data.map(
        ({ reference }: { reference: string }) => reference,
      );
    assert.deepEqual(await list('state=failed'), ['ORD-2']);
    assert.deepEqual(await list('overdue=true'), ['ORD-3', 'ORD-1']);
    assert.deepEqual(await list('overdue=false'), ['ORD-2']);
    assert.deepEqual(await list(`reference=ORD-3&sourceId=${supplier.id}`), ['ORD-3']);
    const first = await world.ask('GET', '/v1/orders?limit=2');
    assert.equal(first.body.data.length, 2);
    assert.deepEqual(await list(`limit=2&cursor=${first.body.nextCursor}`), ['ORD-1']);
    assert.equal((await world.ask('GET', '/v1/orders?state=lost')).status, 422);
  });

  test('are stuck when asking is given up', async () => {
    world.answer = { httpStatus: 500 };
    const { id } = await place('ORD-1', { orderId: 'SUP-1' });
    await world.clock.advance(130_000);
    const { state, history, nextPollAt } = await order(id);
    assert.deepEqual([state, nextPollAt], ['stuck', null]);
    assert.equal(history.at(-1).kind, 'decision');
    assert.match(history.find(({ kind }: { kind: string }) => kind === 'poll').note, /http_status/);
  });

  test('of another account are not there', async () => {
    const { id } = await place('ORD-1');
    const { headers } = await world.account('other');
    assert.equal((await world.ask('GET', `/v1/orders/${id}`, undefined, headers)).status, 404);
    assert.deepEqual((await world.ask('GET', '/v1/orders', undefined, headers)).body.data, []);
    const foreign = { sourceId: supplier.id, reference: 'ORD-2' };
    assert.equal((await world.ask('POST', '/v1/orders', foreign, headers)).status, 422);
  });

  test('registered twice are one, under another order id a conflict', async () => {
    await place('ORD-1', { orderId: 'SUP-1' });
    const again = (orderId: string) =>
      world.ask('POST', '/v1/orders', { sourceId: supplier.id, reference: 'ORD-1', orderId });
    assert.equal((await again('SUP-1')).status, 200);
    assert.equal((await again('SUP-2')).status, 409);
  });

  test('need a source with tracking, whose credentials are never shown', async () => {
    const plain = await provider(world);
    const refused = await world.ask('POST', '/v1/orders', { sourceId: plain.id, reference: 'x' });
    assert.equal(refused.status, 422);
    assert.match(refused.body.detail, /without tracking/);
    const shown = await world.ask('GET', `/v1/sources/${supplier.id}`);
    assert.doesNotMatch(shown.text, /sesame/);
    assert.deepEqual(shown.body.tracking.poll.headers, { Authorization: masked });
    const wrong = {
      tracking: { ...tracking, poll: { ...tracking.poll, url: 'https://127.0.0.1/{orderId}' } },
    };
    const answer = await world.ask('PATCH', `/v1/sources/${supplier.id}`, wrong);
    assert.equal(answer.status, 422);
    assert.equal(answer.body.errors[0].pointer, '/tracking/poll/url');
  });

  test('go on being asked about by the credentials of old when a source is sent back as it was shown', async () => {
    world.answer = { responseBody: '{"status":"pending"}' };
    await place('ORD-1', { orderId: 'SUP-1' });
    const shown = (await world.ask('GET', `/v1/sources/${supplier.id}`)).body;
    const changed = { ...shown.tracking, sla: '1m' };
    assert.equal((await world.ask('PATCH', `/v1/sources/${supplier.id}`, { tracking: changed })).status, 200);
    await world.clock.advance(5500);
    const [question] = world.sent.filter(({ method }) => method === 'GET');
    assert.equal(question!.headers[question!.headers.indexOf('authorization') + 1], 'Bearer sesame');
  });

  test('are asked about no more once their source is gone or follows no more', async () => {
    await place('ORD-1', { orderId: 'SUP-1' });
    await world.ask('PATCH', `/v1/sources/${supplier.id}`, { tracking: null });
    await world.clock.advance(60_000);
    assert.deepEqual(asked(), []);
    await world.ask('PATCH', `/v1/sources/${supplier.id}`, { tracking });
    await world.clock.advance(1000);
    assert.equal(asked().length, 1);
    await world.ask('DELETE', `/v1/sources/${supplier.id}`);
    await world.clock.advance(60_000);
    assert.equal(asked().length, 1);
  });

  test('of a shop without webhooks are followed by asking alone', async () => {
    const answer = { status: 'fulfilled' };
    const { poll, states } = tracking;
    const quiet = await provider(world, {
      name: 'Small shop',
      tracking: {
        states,
        reference: '/reference',
        poll: { ...poll, url: 'https://shop.example/orders/{reference}' },
      },
    });
    await world.endpoint({ sources: [quiet.id] });
    world.answer = { responseBody: JSON.stringify(answer) };
    await world.ask('POST', '/v1/orders', { sourceId: quiet.id, reference: 'A 1' });
    await world.clock.advance(5500);
    assert.deepEqual(asked(), ['https://shop.example/orders/A%201']);
    assert.deepEqual(handedOn(), ['order.fulfilled']);
  });

  test('events of a list and the same ones by webhook are one', async () => {
    const list = { url: 'https://supplier.example/events?since={since}', every: '10s' };
    await world.ask('PATCH', `/v1/sources/${supplier.id}`, { tracking: { poll: { list } } });
    await world.endpoint({ sources: ['*'] });
    await supplier.post(body('order.shipped', 'ORD-1'), { id: 'evt_1' });
    const item = (id: string) => ({ ...JSON.parse(body('order.shipped', 'ORD-1')), id });
    world.answer = { responseBody: JSON.stringify({ data: [item('evt_2'), item('evt_1')] }) };
    await world.clock.advance(15_000);
    await supplier.post(body('order.shipped', 'ORD-1'), { id: 'evt_2' });
    assert.deepEqual(handedOn(), ['order.shipped', 'order.shipped']);
  });
});
