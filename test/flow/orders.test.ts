import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Problem } from '../../src/core/errors.ts';
import * as limits from '../../src/core/limits/orders.ts';
import type { OrderState } from '../../src/core/order.ts';
import { orderNewsOf, type TrackedSource } from '../../src/core/tracking.ts';
import { readTracking } from '../../src/core/tracking-input.ts';
import { Tracker } from '../../src/flow/track.ts';
import type { Answer, Sent } from '../support/scripted-sender.ts';
import { tracking } from '../support/tracking.ts';
import { openWorld, sha256, type World } from '../support/world.ts';

const secondMs = 1000;

function sourceWith(body: unknown, id = 'src_1'): TrackedSource {
  const problems: Problem[] = [];
  const policy = { dev: false, allowNetworks: [] };
  const read = readTracking(body, { pointer: '/tracking', problems, policy, kept: null });
  assert.deepEqual(problems, []);
  return { no: 1, id, accountNo: 1, scheme: 'digital-goods', tracking: read };
}

describe('orders whose webhook never comes', () => {
  let world: World;
  let tracker: Tracker;
  let source: TrackedSource;
  /** Beside it. */
  let others: TrackedSource[];
  /** What the supplier answers. */
  let supplier: (sent: Sent, n: number) => Answer;
  let asked: Sent[];
  let events = 0;

  beforeEach(async () => {
    world = await openWorld();
    asked = [];
    supplier = () => ({ responseBody: '{"status":"pending"}' });
    world.sender.script((sent) => {
      if (sent.request.method !== 'GET') return {};
      asked.push(sent);
      return supplier(sent, asked.length);
    });
    source = sourceWith(tracking);
    others = [];
    await world.endpoint({ sources: ['*'] });
    tracker = openTracker();
  });

  afterEach(async () => {
    await tracker.stop();
    await world.close();
  });

  function openTracker(): Tracker {
    const opened = new Tracker({
      clock: world.clock,
      random: { number: () => 0, bytes: (count) => crypto.getRandomValues(new Uint8Array(count)) },
      telemetry: { warn: (what) => world.reports.push(`warn ${what}`) },
      store: world.store,
      sender: world.sender,
      version: '0.0.0',
      sha256,
      takeIn: (event, more) => world.engine.accepter.takeIn(event, more),
      sources: () => [source, ...others],
      source: (id) => [source, ...others].find((one) => one.id === id) ?? null,
      signalled: () => {},
    });
    opened.start();
    return opened;
  }

  async function place(
    reference: string,
    orderId: string | null = `SUP-${reference}`,
    { id: sourceId } = source,
  ): Promise<string> {
    const { order } = await tracker.register(world.account, { sourceId, reference, orderId });
    await world.clock.settle();
    return order.id;
  }

  /** A webhook of the source, verified and taken in. */
  async function webhook(type: string, reference: string): Promise<string> {
    const body = JSON.stringify({ event: type, data: { reference, order_id: `SUP-${reference}` } });
    events += 1;
    const news = orderNewsOf(source, { type, body }, `ord_new${events}`);
    const nowMs = world.clock.nowMs();
    const taking = world.engine.accepter.takeIn(
      {
        accountNo: 1,
        id: `webhook-${events}`,
        type,
        timestamp: new Date(nowMs).toISOString(),
        data: body,
        reference,
        source: source.id,
        origin: 'webhook',
        traceId: null,
        createdAtMs: nowMs,
        received: null,
      },
      news === null ? {} : { order: news },
    );
    await world.clock.settle();
    return (await taking).isNew ? 'stored' : 'duplicate';
  }

  const told = async (): Promise<string[]> => (await world.store.signals(10)).map(({ kind }) => kind);
  const handedOn = (): string[] =>
    world.sender.sent
      .filter(({ request }) => request.method !== 'GET')
      .map(({ text }) => JSON.parse(text).type);

  async function stateOf(id: string): Promise<OrderState> {
    return (await world.store.getOrder(1, id))!.order.state;
  }

  test('are found by asking, and handed on within after and one question; the late webhook is known', async () => {
    supplier = () => ({ responseBody: '{"status":"fulfilled","code":"XXXXX","price":10.50}' });
    const id = await place('ORD-1');
    await world.clock.advance(5 * secondMs - 1);
    assert.equal(asked.length, 0);
    await world.clock.advance(1 + limits.trackSoonMs);
    assert.equal(asked.length, 1);
    assert.equal(asked[0]!.request.url, 'https://supplier.example/v1/orders/SUP-ORD-1');
    assert.equal(asked[0]!.header('authorization'), 'Bearer sesame');
    assert.deepEqual(handedOn(), ['order.fulfilled']);
    const delivered = JSON.parse(world.sender.sent.at(-1)!.text);
    assert.equal(delivered.data.event, 'order.fulfilled');
    assert.match(
      world.sender.sent.at(-1)!.text,
      /"data":\{"status":"fulfilled","code":"XXXXX","price":10\.50\}/,
    );
    const [event] = (await world.store.listEvents(1, {}, { limit: 10, before: null })).rows;
    assert.deepEqual(
      [event!.event.origin, event!.event.source, event!.event.reference],
      ['poll', 'src_1', 'ORD-1'],
    );
    assert.equal(await webhook('order.fulfilled', 'ORD-1'), 'duplicate');
    await world.clock.advance(600 * secondMs);
    assert.deepEqual(handedOn(), ['order.fulfilled']);
    assert.equal(asked.length, 1);
    assert.equal(await stateOf(id), 'fulfilled');
    assert.equal((await world.store.orderCounts(1)).foundByPoll, 1);
  });

  test('are not asked about when the webhook comes in time', async () => {
    await place('ORD-1');
    await world.clock.advance(4 * secondMs);
    assert.equal(await webhook('order.fulfilled', 'ORD-1'), 'stored');
    await world.clock.advance(60 * secondMs);
    assert.equal(asked.length, 0);
    assert.deepEqual(handedOn(), ['order.fulfilled']);
  });

  test('are asked about also when nobody registered them, from their first event on', async () => {
    await webhook('order.created', 'ORD-9');
    await world.clock.advance(5 * secondMs + 1000);
    assert.deepEqual(
      asked.map(({ request }) => request.url),
      ['https://supplier.example/v1/orders/SUP-ORD-9'],
    );
    const [order] = (await world.store.listOrders(1, {}, { limit: 10, before: null })).rows;
    assert.equal(order!.flagged, true);
  });

  test('a webhook that comes while the question is under way wins, and nothing happens twice', async () => {
    supplier = () => ({ afterMs: 6000, responseBody: '{"status":"fulfilled"}' });
    const id = await place('ORD-1');
    await world.clock.advance(5 * secondMs + 3000);
    assert.equal(asked.length, 1);
    assert.equal(await webhook('order.fulfilled', 'ORD-1'), 'stored');
    await world.clock.advance(10 * secondMs);
    assert.deepEqual(handedOn(), ['order.fulfilled']);
    assert.equal((await world.store.getOrder(1, id))!.order.foundBy, 'webhook');
  });

  const troubles: [string, () => Answer][] = [
    ['is down', () => ({ error: 'connection_refused', httpStatus: null })],
    ['is slow', () => ({ error: 'timeout', httpStatus: null, afterMs: limits.pollTimeoutMs })],
    ['fails', () => ({ httpStatus: 500 })],
    ['says 429 without saying for how long', () => ({ httpStatus: 429 })],
    ['says 429 and to come back sooner than every', () => ({ httpStatus: 429, retryAfter: '1' })],
    ['answers nonsense', () => ({ responseBody: '<html>oops</html>' })],
    ['answers a word that nobody knows', () => ({ responseBody: '{"status":"weird"}' })],
    [
      'answers more than can be read',
      () => ({ responseBody: '{"status":"fulfilled"', responseTruncated: true }),
    ],
  ];
  for (const [trouble, answer] of troubles) {
    test(`a supplier that ${trouble} is asked no sooner than every, told of, and given up when told to`, async () => {
      supplier = answer;
      const id = await place('ORD-1');
      await world.clock.advance(180 * secondMs);
      assert.ok(asked.length >= 3, `asked ${asked.length} times`);
      for (const [n, { atMs }] of asked.entries())
        if (n > 0) assert.ok(atMs - asked[n - 1]!.atMs >= 5 * secondMs, 'asked sooner than every');
      assert.equal(await stateOf(id), 'stuck');
      const kinds = (await world.store.signals(10)).map(({ kind }) => kind).sort();
      assert.deepEqual(kinds, ['order.overdue', 'order.stuck', 'source.unreachable']);
      assert.deepEqual(handedOn(), []);
      const { length } = asked;
      await world.clock.advance(600 * secondMs);
      assert.equal(asked.length, length);
    });
  }

  test('a supplier that says when to come back is left alone until then, with all its orders', async () => {
    supplier = () => ({ httpStatus: 429, retryAfter: '60' });
    for (const n of [1, 2, 3]) await place(`ORD-${n}`);
    await world.clock.advance(5 * secondMs + 3000);
    const { length } = asked;
    assert.ok(length <= limits.pollsPerSecondDefault);
    await world.clock.advance(55 * secondMs);
    assert.equal(asked.length, length);
    await world.clock.advance(20 * secondMs);
    assert.ok(asked.length > length);
  });

  test('many orders at once are asked about at the rate of their source', async () => {
    source = sourceWith({ ...tracking, poll: { ...tracking.poll, rateLimit: { perSecond: 2 } } });
    for (let n = 0; n < 10; n++) await place(`ORD-${n}`);
    await world.clock.advance(5 * secondMs + 5000);
    assert.equal(new Set(asked.map(({ request }) => request.url)).size, 10);
    for (const { atMs } of asked)
      assert.ok(asked.filter((other) => other.atMs >= atMs && other.atMs < atMs + 1000).length <= 2);
  });

  test('are asked about at the rate of their source over all nodes', async () => {
    source = sourceWith({ ...tracking, poll: { ...tracking.poll, rateLimit: { perSecond: 2 } } });
    const beside = openTracker();
    for (let n = 0; n < 20; n++) await place(`ORD-${n}`);
    await world.clock.advance(5 * secondMs + 12_000);
    await beside.stop();
    assert.equal(new Set(asked.map(({ request }) => request.url)).size, 20);
    for (const { atMs } of asked) {
      const within = asked.filter((other) => other.atMs >= atMs && other.atMs < atMs + 1000);
      assert.ok(within.length <= 2, `${within.length} in a second`);
    }
  });

  test('are asked about in time however many wait at another source', async () => {
    others = [sourceWith(tracking, 'src_2')];
    for (let n = 0; n < 300; n++) await place(`ORD-${n}`);
    await place('ORD-OTHER', 'SUP-OTHER', others[0]);
    await world.clock.advance(5 * secondMs + 1000);
    assert.ok(asked.length < 20);
    assert.ok(asked.some(({ request }) => request.url.endsWith('/SUP-OTHER')));
  });

  test('are asked about in time while other sources do not answer', async () => {
    const slow = Array.from({ length: 30 }, (_, n) => sourceWith(tracking, `src_slow${n}`));
    others = slow;
    supplier = ({ request }) =>
      request.url.includes('SLOW')
        ? { error: 'timeout', httpStatus: null, afterMs: limits.pollTimeoutMs }
        : { responseBody: '{"status":"pending"}' };
    for (const one of slow) for (let n = 0; n < 10; n++) await place(`SLOW-${n}`, `SLOW-${n}`, one);
    await world.clock.advance(60 * secondMs);
    await place('ORD-1');
    await world.clock.advance(5 * secondMs + 1000);
    assert.ok(asked.some(({ request }) => request.url.endsWith('/SUP-ORD-1')));
    others = [];
    await world.clock.advance(limits.pollTimeoutMs);
  });

  test('a restart loses no order and asks no sooner than every', async () => {
    const id = await place('ORD-1');
    await world.clock.advance(5 * secondMs + 1000);
    assert.equal(asked.length, 1);
    await tracker.stop();
    await world.crash();
    tracker = openTracker();
    supplier = () => ({ responseBody: '{"status":"failed"}' });
    await world.clock.advance(5 * secondMs + 1000);
    assert.equal(asked.length, 2);
    assert.ok(asked[1]!.atMs - asked[0]!.atMs >= 5 * secondMs);
    assert.equal(await stateOf(id), 'failed');
    assert.deepEqual(handedOn(), ['order.failed']);
  });

  test('a source that begins to follow asks about the orders it has', async () => {
    const { poll: _, ...without } = tracking;
    source = sourceWith(without);
    await place('ORD-1');
    await world.clock.advance(30 * secondMs);
    assert.equal(asked.length, 0);
    source = sourceWith(tracking);
    await tracker.sourceChanged(source);
    await world.clock.advance(1000);
    assert.equal(asked.length, 1);
  });

  test('a registration is refused in words, and the same one twice is one order', async () => {
    const register = (body: unknown) => tracker.register(world.account, body);
    await assert.rejects(register({ reference: 'x' }), /sourceId: is required/);
    await assert.rejects(register({ sourceId: 'src_other', reference: 'x' }), /there is no source/);
    assert.equal((await register({ sourceId: 'src_1', reference: 'x' })).isNew, true);
    assert.equal((await register({ sourceId: 'src_1', reference: 'x' })).isNew, false);
    assert.equal((await register({ sourceId: 'src_1', reference: 'x', orderId: 'S1' })).order.orderId, 'S1');
    await assert.rejects(
      register({ sourceId: 'src_1', reference: 'x', orderId: 'S2' }),
      /is registered with/,
    );
  });

  describe('lists', () => {
    const list = {
      url: 'https://api.example/v1/events?created[gte]={since}',
      every: '10s',
      overlap: '2m',
      more: { at: '/has_more', parameter: 'starting_after' },
    };
    const item = (id: string, type = 'order.fulfilled', reference = id) => ({
      id,
      type,
      data: { reference },
    });

    test('are read since the last one with an overlap, and nothing on them is taken in twice', async () => {
      const { poll: _, ...without } = tracking;
      source = sourceWith({ ...without, poll: { list } });
      const startS = Math.floor(world.clock.nowMs() / 1000);
      supplier = () => ({
        responseBody: JSON.stringify({ data: [item('e2'), item('e1')], has_more: false }),
      });
      await world.clock.advance(21 * secondMs);
      assert.equal(asked.length, 3);
      assert.deepEqual(handedOn(), ['order.fulfilled', 'order.fulfilled']);
      const since = asked.map(({ request }) => Number(/gte\]=(\d+)/.exec(request.url)![1]) - startS);
      // The first list begins where following began; each one after it where the one before was begun.
      assert.deepEqual(since, [-120, -120, -110]);
      const orders = (await world.store.listOrders(1, { state: 'fulfilled' }, { limit: 10, before: null }))
        .rows;
      assert.deepEqual(orders.map(({ reference }) => reference).sort(), ['e1', 'e2']);
    });

    test('are read to their last page, and asked for again since the same moment when one fails', async () => {
      source = sourceWith({ poll: { list } });
      let fails = true;
      supplier = ({ request }) => {
        if (!request.url.includes('starting_after'))
          return { responseBody: JSON.stringify({ data: [item('e3')], has_more: true }) };
        return fails
          ? { httpStatus: 502 }
          : { responseBody: JSON.stringify({ data: [item('e2')], has_more: false }) };
      };
      await world.clock.advance(1000);
      assert.equal(asked.length, 2);
      assert.match(asked[1]!.request.url, /&starting_after=e3$/);
      assert.deepEqual(handedOn(), []);
      fails = false;
      await world.clock.advance(10 * secondMs);
      assert.equal(asked[2]!.request.url, asked[0]!.request.url);
      assert.equal(handedOn().length, 2);
    });

    test('that go on past the last page that is read are taken in so far, asked for again, and told of', async () => {
      source = sourceWith({ poll: { list } });
      supplier = (_, n) => ({
        responseBody: JSON.stringify({ data: [item(`e${(n - 1) % limits.listPages}`)], has_more: true }),
      });
      await world.clock.advance(11 * secondMs);
      assert.equal(asked.length, 2 * limits.listPages);
      assert.equal(asked[limits.listPages]!.request.url, asked[0]!.request.url);
      assert.equal(handedOn().length, limits.listPages);
      assert.deepEqual(await told(), ['source.unreachable']);
    });

    test('with more items than are read are told of', async () => {
      source = sourceWith({ poll: { list } });
      const data = Array.from({ length: limits.listItems + 1 }, (_, n) => item(`e${n}`));
      supplier = () => ({ responseBody: JSON.stringify({ data, has_more: false }) });
      await world.clock.advance(11 * secondMs);
      assert.deepEqual(handedOn(), []);
      assert.deepEqual(await told(), ['source.unreachable']);
    });
  });
});
