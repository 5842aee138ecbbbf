import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { StoreError } from '../../src/core/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import { ApiWorld, adminKey, type Reply } from '../support/api.ts';
import { entrances } from '../support/entrances.ts';
import { provider } from '../support/provider.ts';
import { openWorld } from '../support/world.ts';

type Body = Reply['body'];

describe('endpoints that are fetched from', () => {
  let world: ApiWorld;
  beforeEach(async () => {
    world = await ApiWorld.open();
  });
  afterEach(() => world.close());

  const queue = (more: object = {}) => world.endpoint({ url: 'pull:', ...more });
  const receive = async (id: string, body: object = {}): Promise<Body[]> => {
    const answer = await world.ask('POST', `/v1/endpoints/${id}/receive`, body);
    assert.equal(answer.status, 200, answer.text);
    return answer.body.data;
  };
  const settle = async (verb: 'ack' | 'nack', id: string, body: object): Promise<string[]> =>
    (await world.ask('POST', `/v1/endpoints/${id}/${verb}`, body)).body.data.map((row: Body) => row.status);
  const publish = (more: object = {}) => world.publish({ type: 'order.created', data: { n: 1 }, ...more });
  const statuses = async () =>
    (await world.ask('GET', '/v1/deliveries')).body.data.map((row: Body) => row.status);

  test('a message is fetched with every digit of its data, acknowledged, and delivered; nothing is sent', async () => {
    const { id } = await queue();
    const published = await world.publish(
      '{"type":"order.created","reference":"ORD-1","data":{"price":12.50}}' as never,
    );
    const answer = await world.ask('POST', `/v1/endpoints/${id}/receive`, { lease: '10s' });
    assert.match(answer.text, /"data":\{"price":12\.50\}/);
    const [message] = answer.body.data;
    assert.deepEqual(message, {
      id: message.id,
      eventId: published.body.id,
      type: 'order.created',
      timestamp: '2026-01-01T00:00:00.000Z',
      reference: 'ORD-1',
      source: null,
      origin: 'api',
      attempt: 1,
      leaseUntil: '2026-01-01T00:00:10.000Z',
      data: { price: 12.5 },
    });
    assert.deepEqual(await receive(id), []);
    assert.deepEqual(await statuses(), ['sending']);
    assert.deepEqual(await settle('ack', id, { ids: [message.id] }), ['delivered']);
    assert.deepEqual(await statuses(), ['delivered']);
    assert.deepEqual(world.sent, []);
    const detail = (await world.ask('GET', `/v1/deliveries/${message.id}`)).body;
    assert.deepEqual([detail.attempts[0].outcome, detail.attempts[0].request.url], ['succeeded', 'pull:']);
  });

  test('who waits is answered as soon as there is a message, and with nothing when the wait ends', async () => {
    const { id } = await queue();
    const waiting = receive(id, { wait: '20s' });
    await world.clock.advance(5000);
    await publish();
    assert.equal((await waiting).length, 1);
    const inVain = receive(id, { wait: '20s' });
    await world.clock.advance(20_000);
    assert.deepEqual(await inVain, []);
  });

  test('each message goes to one of those who wait, and none is left while somebody waits', async () => {
    const { id } = await queue();
    const waiting = Array.from({ length: 5 }, () => receive(id, { wait: '20s', max: 1 }));
    await world.clock.advance(10);
    for (let n = 0; n < 3; n++) await world.ask('POST', '/v1/events', { type: 'a', data: n });
    await world.clock.advance(20_000);
    const got = (await Promise.all(waiting)).map((messages) => messages.map((message) => message.data));
    assert.deepEqual(got.flat().sort(), [0, 1, 2]);
  });

  test('a lease that runs out is received again by who waits, at that moment, and its attempts are on record', async () => {
    const { id } = await queue({ retry: { schedule: ['1m', '1m'] } });
    await publish();
    const [first] = await receive(id, { lease: '10s' });
    const waiting = receive(id, { wait: '20s', lease: '10s' });
    await world.clock.advance(10_000);
    const [second] = await waiting;
    assert.deepEqual(
      [second.id, second.attempt, second.leaseUntil],
      [first.id, 2, '2026-01-01T00:00:20.000Z'],
    );
    await world.clock.advance(10_000);
    const [third] = await receive(id, { lease: '10s' });
    assert.equal(third.attempt, 3);
    // The third was the last of a schedule of two; nobody needs to look for it to be dead.
    await world.clock.advance(10_000);
    assert.deepEqual(await statuses(), ['dead']);
    const detail = (await world.ask('GET', `/v1/deliveries/${first.id}`)).body;
    assert.deepEqual(
      detail.attempts.map((one: Body) => one.error),
      ['timeout', 'timeout', 'timeout'],
    );
    assert.equal((await world.ask('GET', '/v1/dead-letters')).body.data.length, 1);
    const replay = await world.ask('POST', '/v1/replays', { endpointId: id });
    await world.clock.advance(1000);
    const [again] = await receive(id);
    assert.deepEqual([again.id, again.attempt], [first.id, 4]);
    await settle('ack', id, { ids: [again.id] });
    await world.clock.advance(1000);
    assert.equal((await world.ask('GET', `/v1/replays/${replay.body.id}`)).body.done, 1);
  });

  test('a lease ends when it was to, though the store could not look for messages in between', async () => {
    let fails = false;
    const failing = await openWorld({
      disk: (store): Store => ({
        ...store,
        pull: (input) => (fails ? Promise.reject(new StoreError('away', false)) : store.pull(input)),
      }),
    });
    const endpoint = await failing.endpoint({ url: 'pull:' });
    await failing.publish({});
    const receiving = () =>
      failing.engine.puller.receive(endpoint, { max: 1, waitMs: 0, leaseMs: 10_000 }, () => {});
    assert.equal((await receiving()).length, 1);
    fails = true;
    await assert.rejects(receiving(), StoreError);
    fails = false;
    await failing.clock.advance(10_000);
    assert.deepEqual(
      (await failing.deliveries()).map(({ status }) => status),
      ['retrying'],
    );
    await failing.close();
  });

  test('a message that the store failed to hand to one who waits goes to the next at that moment', async () => {
    let fails = false;
    const failing = await openWorld({
      disk: (store): Store => ({
        ...store,
        pull(input) {
          if (!fails) return store.pull(input);
          fails = false;
          return Promise.reject(new StoreError('away', false));
        },
      }),
    });
    const endpoint = await failing.endpoint({ url: 'pull:' });
    const waiting = Array.from({ length: 2 }, () =>
      failing.engine.puller.receive(endpoint, { max: 1, waitMs: 20_000, leaseMs: 10_000 }, () => {}),
    );
    const ends: string[] = [];
    for (const one of waiting)
      one.then(
        (messages) => ends.push(`got ${messages.length}`),
        () => ends.push('failed'),
      );
    await failing.clock.settle();
    fails = true;
    await failing.publish({});
    await failing.clock.advance(1);
    assert.deepEqual(ends, ['failed', 'got 1']);
    await failing.close();
  });

  test('what is given back comes again at once, or after the delay that was asked for', async () => {
    const { id } = await queue();
    await publish();
    const [message] = await receive(id);
    assert.deepEqual(await settle('nack', id, { ids: [message.id] }), ['retrying']);
    assert.equal((await receive(id)).length, 1);
    await settle('nack', id, { ids: [message.id], delay: '1m' });
    const waiting = receive(id, { wait: '20s' });
    await world.clock.advance(20_000);
    assert.deepEqual(await waiting, []);
    const again = receive(id, { wait: '20s' });
    await world.clock.advance(20_000);
    const last = receive(id, { wait: '20s' });
    await world.clock.advance(20_000);
    assert.deepEqual(
      [...(await again), ...(await last)].map(({ attempt }) => attempt),
      [3],
    );
  });

  test('of one reference the next comes when the one before is acknowledged, also for inbound events', async () => {
    const supplier = await provider(world, { reference: '/order' });
    const { id } = await queue({ ordered: true, sources: [supplier.id] });
    for (let n = 0; n < 3; n++) await supplier.post(`{"order":"A","n":${n}}`);
    await supplier.post('{"order":"B","n":9}');
    const seen: number[] = [];
    for (;;) {
      const messages = await receive(id);
      if (messages.length === 0) break;
      for (const message of messages) {
        if (message.reference === 'A') seen.push(message.data.n);
        assert.deepEqual([message.origin, message.source], ['webhook', supplier.id]);
      }
      await settle('ack', id, { ids: messages.map((message) => message.id) });
    }
    assert.deepEqual(seen, [0, 1, 2]);
  });

  test('a paused endpoint hands nothing out until it is resumed, and who waits is answered then', async () => {
    const { id } = await queue({ status: 'paused' });
    await publish();
    const waiting = receive(id, { wait: '20s' });
    await world.clock.advance(1000);
    assert.deepEqual(await statuses(), ['held']);
    await world.ask('POST', `/v1/endpoints/${id}/resume`);
    await world.clock.advance(0);
    assert.equal((await waiting).length, 1);
  });

  test('a stop answers who waits, and what was leased is not given to another before its time', async () => {
    const { id } = await queue();
    const waiting = receive(id, { wait: '20s' });
    await world.clock.settle();
    const { puller } = world.engine;
    puller.stop();
    assert.deepEqual(await waiting, []);
  });

  test('only a key with the scope receive fetches, and only from endpoints of its account with the url pull:', async () => {
    const { id } = await queue();
    const consumer = await world.account('other', ['receive']);
    assert.equal((await world.ask('POST', `/v1/endpoints/${id}/receive`, {}, consumer.headers)).status, 404);
    const { body } = await world.ask('POST', '/v1/keys', {
      name: 'c',
      account: 'default',
      scopes: ['publish', 'read'],
    });
    const reader = { authorization: `Bearer ${body.key}` };
    assert.equal((await world.ask('POST', `/v1/endpoints/${id}/receive`, {}, reader)).status, 403);
    const sentTo = await world.endpoint();
    assert.equal((await world.ask('POST', `/v1/endpoints/${sentTo.id}/receive`)).status, 409);
    const tried = await world.ask('POST', `/v1/endpoints/${id}/test`, { eventType: 'a', data: 1 });
    assert.equal(tried.status, 409);
  });

  test('durations and ids out of bounds are refused, and ids of nobody are lost', async () => {
    const { id } = await queue();
    for (const [verb, body, pointer] of [
      ['receive', { wait: '21s' }, '/wait'],
      ['receive', { lease: '0s' }, '/lease'],
      ['receive', { lease: '13h' }, '/lease'],
      ['receive', { max: 101 }, '/max'],
      ['nack', { ids: ['x'], delay: '31d' }, '/delay'],
      ['ack', { ids: [] }, '/ids'],
    ] as const) {
      const answer = await world.ask('POST', `/v1/endpoints/${id}/${verb}`, body);
      assert.deepEqual([answer.status, answer.body.errors?.[0].pointer], [422, pointer]);
    }
    await publish();
    const other = await queue({ events: ['none'] });
    const [message] = await receive(id);
    assert.deepEqual(await settle('ack', other.id, { ids: [message.id, 'nobody'] }), ['lost', 'lost']);
    assert.deepEqual(await settle('ack', id, { ids: [message.id, message.id] }), ['delivered', 'lost']);
  });

  test('a consumer that went away gets no message: it is there for the next at once', async () => {
    const { id } = await queue();
    const endpoint = world.engine.directory.endpointById(1, id)!;
    let leave = (): void => {};
    const waiting = world.engine.puller.receive(
      endpoint,
      { max: 1, waitMs: 20_000, leaseMs: 10_000 },
      (act) => {
        leave = act;
      },
    );
    await world.clock.settle();
    leave();
    assert.deepEqual(await waiting, []);
    await publish();
    assert.equal((await receive(id)).length, 1);
  });

  for (const way of entrances)
    test(`a connection that breaks while it waits takes no message along, ${way.name}`, async (t) => {
      const { id } = await queue();
      const { port, close } = await way.open(world);
      t.after(close);
      const accepted = once(world.app.server, 'connection');
      const client = connect(port, '127.0.0.1');
      const body = '{"wait":"20s"}';
      const head = `POST /v1/endpoints/${id}/receive HTTP/1.1\r\nhost: h\r\nauthorization: Bearer ${adminKey}\r\n`;
      const asked = once(world.app.server, 'request');
      client.write(`${head}content-length: ${body.length}\r\n\r\n${body}`);
      const [served] = (await accepted) as [Socket];
      await asked;
      await world.clock.settle();
      const closed = once(served, 'close');
      client.destroy();
      await closed;
      await publish();
      const [message] = await receive(id);
      assert.equal(message.attempt, 1);
    });

  test('who waits at an endpoint that is deleted is answered with nothing', async () => {
    const { id } = await queue();
    const waiting = receive(id, { wait: '20s' });
    await world.clock.settle();
    await world.ask('DELETE', `/v1/endpoints/${id}`);
    await world.clock.settle();
    assert.deepEqual(await waiting, []);
    assert.equal((await world.ask('POST', `/v1/endpoints/${id}/receive`)).status, 404);
  });

  test('who went away takes no message on the way out, not even one that is due at that moment', async () => {
    const { id } = await queue();
    await publish();
    await receive(id, { lease: '10s' });
    const endpoint = world.engine.directory.endpointById(1, id)!;
    let leave = (): void => {};
    const waiting = world.engine.puller.receive(
      endpoint,
      { max: 1, waitMs: 20_000, leaseMs: 10_000 },
      (act) => {
        leave = act;
      },
    );
    await world.clock.settle();
    world.clock.jumpTo(world.clock.nowMs() + 10_000);
    leave();
    assert.deepEqual(await waiting, []);
    const [message] = await receive(id);
    assert.equal(message.attempt, 2);
  });
});
