import assert from 'node:assert/strict';
import { type AddressInfo, connect } from 'node:net';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, test } from 'node:test';
import * as limits from '../../src/core/limits/live.ts';
import { ApiWorld } from '../support/api.ts';

interface Told {
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape.
  data: any;
}

/** A stream that is open, and what it said so far. */
class Watching {
  readonly #world: ApiWorld;
  readonly #stream: Readable;
  text = '';
  isOver = false;

  constructor(world: ApiWorld, stream: Readable) {
    this.#world = world;
    this.#stream = stream;
    stream.setEncoding('utf8');
    stream.on('data', (text) => (this.text += text));
    stream.on('end', () => (this.isOver = true));
  }

  static async open(world: ApiWorld, headers: Record<string, string>, query = ''): Promise<Watching> {
    const answer = await world.app.inject({
      method: 'GET',
      url: `/v1/stream${query}`,
      headers,
      payloadAsStream: true,
    });
    assert.equal(answer.statusCode, 200);
    assert.match(String(answer.headers['content-type']), /^text\/event-stream/);
    const watching = new Watching(world, answer.stream());
    await world.clock.settle();
    return watching;
  }

  async told(): Promise<Told[]> {
    await this.#world.clock.settle();
    return [...this.text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)].map(([, event, data]) => ({
      event: event!,
      data: JSON.parse(data!),
    }));
  }

  async changes(): Promise<Told['data'][]> {
    return (await this.told()).filter(({ event }) => event === 'change').map(({ data }) => data);
  }

  leave(): void {
    this.#stream.destroy();
  }
}

describe('the stream of an account', () => {
  let world: ApiWorld;
  let ours: { id: string; headers: Record<string, string> };
  let theirs: { id: string; headers: Record<string, string> };
  const open: Watching[] = [];
  const watch = async (headers: Record<string, string>, query = ''): Promise<Watching> => {
    const watching = await Watching.open(world, headers, query);
    open.push(watching);
    return watching;
  };

  beforeEach(async () => {
    world = await ApiWorld.open();
    ours = await world.account('ours');
    theirs = await world.account('theirs');
  });
  afterEach(async () => {
    for (const watching of open.splice(0)) watching.leave();
    await world.close();
  });

  test('says that it is ready, then tells of events and of what becomes of their deliveries', async () => {
    const endpoint = await world.endpoint({}, ours.headers);
    const stream = await watch(ours.headers);
    assert.deepEqual(await stream.told(), [{ event: 'ready', data: {} }]);
    await world.publish({ type: 'order.created', data: { secret: 'payload' }, id: 'e-1' }, ours.headers);
    const [event, delivery] = await stream.changes();
    assert.deepEqual(event, {
      kind: 'event',
      id: 'e-1',
      type: 'order.created',
      reference: null,
      source: null,
      deliveries: 1,
    });
    const { id, ...rest } = delivery;
    assert.deepEqual(rest, {
      kind: 'delivery',
      status: 'delivered',
      endpointId: endpoint.id,
      eventId: 'e-1',
    });
    assert.equal((await world.ask('GET', `/v1/deliveries/${id}`, undefined, ours.headers)).status, 200);
    assert.ok(!stream.text.includes('payload'));
  });

  test('tells nothing of another account, whoever watches there', async () => {
    await world.endpoint({}, ours.headers);
    const [own, other] = [await watch(ours.headers), await watch(theirs.headers)];
    const admin = await watch({
      authorization: 'Bearer shk_admin_of_the_environment',
      'surehook-account': 'theirs',
    });
    await world.publish({ type: 'a', data: 1 }, ours.headers);
    assert.equal((await own.changes()).length, 2);
    assert.deepEqual(await other.changes(), []);
    assert.deepEqual(await admin.changes(), []);
  });

  test('tells of acts of people: endpoints, retries, cancelled deliveries, replays', async () => {
    world.answer = { httpStatus: 500 };
    const stream = await watch(ours.headers);
    const endpoint = await world.endpoint({ retry: { schedule: [] } }, ours.headers);
    await world.publish({ type: 'a', data: 1 }, ours.headers);
    await world.ask('POST', `/v1/endpoints/${endpoint.id}/pause`, undefined, ours.headers);
    const [{ id }] = (await world.ask('GET', '/v1/deliveries', undefined, ours.headers)).body.data;
    await world.ask('POST', `/v1/deliveries/${id}/retry`, undefined, ours.headers);
    await world.ask('POST', `/v1/deliveries/${id}/cancel`, undefined, ours.headers);
    await world.ask('POST', '/v1/replays', { status: 'cancelled' }, ours.headers);
    await world.clock.advance(1000);
    await world.ask('DELETE', `/v1/endpoints/${endpoint.id}`, undefined, ours.headers);
    const seen = (await stream.changes()).map(({ kind, status }) => `${kind} ${status ?? ''}`.trim());
    for (const one of [
      'endpoint active',
      'delivery dead',
      'endpoint paused',
      'delivery',
      'delivery cancelled',
      'replay running',
      'endpoint deleted',
    ])
      assert.ok(seen.includes(one), `${one} in ${seen.join(', ')}`);
  });

  test('tells of what comes through sources, and of orders', async () => {
    const tracking = {
      reference: '/reference',
      states: { 'order.created': 'pending', 'order.paid': 'fulfilled' },
    };
    const source = await world.ask(
      'POST',
      '/v1/sources',
      { name: 's', scheme: 'standard', tracking },
      ours.headers,
    );
    assert.equal(source.status, 201, source.text);
    const stream = await watch(ours.headers, '?kinds=request,order');
    await world.app.inject({ method: 'POST', url: new URL(source.body.url).pathname, payload: '{}' });
    await world.ask('POST', '/v1/orders', { sourceId: source.body.id, reference: 'o-1' }, ours.headers);
    const [request, order] = await stream.changes();
    assert.deepEqual(request, { kind: 'request', id: null, source: source.body.id, status: 'rejected' });
    assert.deepEqual([order.kind, order.reference, order.status], ['order', 'o-1', 'pending']);
  });

  test('tells that an order was asked about, though it stands as before', async () => {
    world.tracker.start();
    world.answer = { responseBody: '{"status":"pending"}' };
    const url = 'https://supplier.example/orders/{reference}';
    const poll = { url, states: { pending: 'pending' }, after: '1m', every: '1m' };
    const tracking = { reference: '/reference', states: { 'order.paid': 'fulfilled' }, poll };
    const given = { name: 's', scheme: 'standard', tracking };
    const source = (await world.ask('POST', '/v1/sources', given, ours.headers)).body;
    await world.ask('POST', '/v1/orders', { sourceId: source.id, reference: 'o-1' }, ours.headers);
    const stream = await watch(ours.headers, '?kinds=order');
    await world.clock.advance(65_000);
    const [asked] = await stream.changes();
    assert.deepEqual([asked?.reference, asked?.status], ['o-1', 'pending']);
  });

  test('tells only of the kinds that were asked for, and says which there are', async () => {
    await world.endpoint({}, ours.headers);
    const stream = await watch(ours.headers, '?kinds=delivery');
    await world.publish({ type: 'a', data: 1 }, ours.headers);
    assert.deepEqual(
      (await stream.changes()).map(({ kind }) => kind),
      ['delivery'],
    );
    const wrong = await world.ask('GET', '/v1/stream?kinds=everything', undefined, ours.headers);
    assert.equal(wrong.status, 422);
    assert.match(wrong.body.errors[0].detail, /delivery/);
  });

  test('in a portal tells of what the portal shows, and of nothing else', async () => {
    const made = await world.ask('POST', '/v1/portal-links', { readOnly: true }, ours.headers);
    const page = { authorization: '', 'sec-fetch-site': 'same-origin' };
    const token = new URL(made.body.url).hash.slice(1);
    const portal = await world.ask('POST', '/v1/portal-sessions', { token }, page);
    const headers = { authorization: `Bearer ${portal.body.token}` };
    const tracking = { reference: '/reference', states: { 'order.paid': 'fulfilled' } };
    const given = { name: 's', scheme: 'standard', tracking };
    const source = (await world.ask('POST', '/v1/sources', given, ours.headers)).body;
    const stream = await watch(headers);
    await world.app.inject({ method: 'POST', url: new URL(source.url).pathname, payload: '{}' });
    await world.ask('POST', '/v1/orders', { sourceId: source.id, reference: 'o-1' }, ours.headers);
    await world.publish({ type: 'a', data: 1 }, ours.headers);
    assert.deepEqual(
      (await stream.changes()).map(({ kind }) => kind),
      ['event'],
    );
    assert.equal((await world.ask('GET', '/v1/stream?kinds=event,order', undefined, headers)).status, 422);
  });

  test('under load tells so many in a second, and that there was more', async () => {
    const stream = await watch(ours.headers);
    const events = Array.from({ length: 3 * limits.livePerS }, () => ({ type: 'a', data: 1 }));
    await world.ask('POST', '/v1/events/batch', { events }, ours.headers);
    assert.equal((await stream.changes()).length, limits.livePerS);
    await world.clock.advance(1000);
    assert.deepEqual((await stream.told()).at(-1), { event: 'more', data: { kinds: ['event'] } });
  });

  test('shows that it is alive, and ends when its key does', async () => {
    const made = await world.ask('POST', '/v1/keys', { account: 'ours', name: 'k', scopes: ['read'] });
    const stream = await watch({ authorization: `Bearer ${made.body.key}` });
    await world.clock.advance(limits.liveBeatMs);
    assert.match(stream.text, /: still here\n\n$/);
    await world.ask('DELETE', `/v1/keys/${made.body.id}`);
    await world.clock.advance(limits.liveBeatMs);
    assert.ok(stream.isOver);
  });

  test('ends when its key does although something changes all the time', async () => {
    const made = await world.ask('POST', '/v1/keys', { account: 'ours', name: 'k', scopes: ['read'] });
    const stream = await watch({ authorization: `Bearer ${made.body.key}` });
    await world.ask('DELETE', `/v1/keys/${made.body.id}`);
    for (let atMs = 0; atMs <= limits.liveBeatMs; atMs += 1000) {
      await world.publish({ type: 'a', data: 1 }, ours.headers);
      await world.clock.advance(1000);
    }
    assert.ok(stream.isOver);
  });

  test('is served to so many; who leaves makes room, and when the server stops all have ended', async () => {
    const leave: (() => void)[] = [];
    for (let n = 0; n < limits.liveWatchers; n++)
      world.engine.live.watch({ accountNo: 1000 + n, caller: 'key', kinds: null }, (act) => leave.push(act));
    assert.equal((await world.ask('GET', '/v1/stream', undefined, ours.headers)).status, 429);
    leave[0]!();
    leave[0]!();
    const stream = await watch(ours.headers);
    assert.equal((await world.ask('GET', '/v1/stream', undefined, ours.headers)).status, 429);
    world.engine.live.stop();
    await world.clock.settle();
    assert.ok(stream.isOver);
  });

  test('one key has so many places and no more, whoever else watches', async () => {
    const made = await world.ask('POST', '/v1/keys', { account: 'ours', name: 'k', scopes: ['read'] });
    const other = { authorization: `Bearer ${made.body.key}` };
    for (let n = 0; n < limits.liveWatchersEach; n++) await watch(other);
    const refused = await world.ask('GET', '/v1/stream', undefined, other);
    assert.equal(refused.status, 429);
    assert.match(refused.body.detail, /Close one/);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    await watch(ours.headers);
  });

  test('a reader that takes nothing is cut off once there is more than fits between it and us', async (t) => {
    await world.app.listen({ host: '127.0.0.1', port: 0 });
    const reader = connect((world.app.server.address() as AddressInfo).port, '127.0.0.1');
    t.after(() => reader.destroy());
    const head = Object.entries(ours.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const heard = new Promise((resolve) => reader.once('data', resolve));
    reader.write(`GET /v1/stream HTTP/1.1\r\nhost: localhost\r\n${head.join('')}\r\n`);
    await heard;
    reader.pause();
    const accountNo = world.engine.directory.accountById('ours')!.no;
    // Much more than the system keeps for a connection.
    for (let second = 0; second < 20; second++) {
      const change = { kind: 'event', id: 'e', reference: 'x'.repeat(20_000) } as const;
      for (let n = 0; n < limits.livePerS; n++) world.engine.live.say(accountNo, change);
      await world.clock.advance(1000);
    }
    assert.ok(world.engine.live.isWatched);
    await world.clock.advance(limits.liveStalledMs);
    const closed = new Promise((resolve) => reader.once('close', resolve));
    reader.resume();
    await closed;
    assert.equal(world.engine.live.isWatched, false);
  });
});
