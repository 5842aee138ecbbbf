import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { renderApiTypes } from '../docs/api-types.ts';
import { ApiWorld, adminKey } from '../test/support/api.ts';
import { ApiError, type Client, type ClientOptions, createClient } from './client.ts';
import { consume, type Message } from './pull.ts';

test('the types of the API are what its document says: npm run docs', () => {
  assert.equal(readFileSync(new URL('api-types.ts', import.meta.url), 'utf8'), renderApiTypes());
});

describe('the client against the real routes', () => {
  let world: ApiWorld;
  before(async () => {
    world = await ApiWorld.open();
  });
  after(() => world.close());

  /** The server without a network between. */
  const fetched: typeof fetch = async (input, init = {}) => {
    const { pathname, search } = new URL(String(input));
    const reply = await world.ask(
      init.method ?? 'GET',
      pathname + search,
      init.body ?? undefined,
      init.headers as Record<string, string>,
    );
    const body = reply.status === 204 ? null : reply.text;
    return new Response(body, { status: reply.status, headers: reply.headers as Record<string, string> });
  };
  const open = (more: Partial<ClientOptions> = {}): Client =>
    createClient({ url: 'http://server.example/', key: adminKey, fetch: fetched, ...more });

  test('publishes, and reads what became of it page by page', async () => {
    const client = open();
    const endpoint = await client.call('POST /v1/endpoints', {
      body: { url: 'https://receiver.example/hooks', events: ['order.*'] },
    });
    for (let number = 0; number < 5; number += 1)
      await client.call('POST /v1/events', { body: { type: 'order.created', data: { number } } });
    await world.clock.advance(0);
    const found: string[] = [];
    for await (const delivery of client.list('GET /v1/deliveries', {
      query: { endpointId: endpoint.id, limit: 2 },
    }))
      found.push(delivery.status);
    assert.deepEqual(found, Array(5).fill('delivered'));
    assert.equal(await client.call('DELETE /v1/endpoints/{id}', { path: { id: endpoint.id } }), undefined);
  });

  test('numbers arrive as they are written when the body is given as text', async () => {
    const rawBody = '{"id":"exact","type":"a.b","data":{"total":12.50}}';
    await open().call('POST /v1/events', { body: { type: 'a.b', data: {} } }, { rawBody });
    assert.match((await world.ask('GET', '/v1/events/exact')).text, /"total":12\.50/);
  });

  test('what is refused says what to do, and is not tried again', async () => {
    let calls = 0;
    const counted: typeof fetch = (...args) => {
      calls += 1;
      return fetched(...args);
    };
    const call = open({ fetch: counted }).call('POST /v1/events', { body: { type: 'not a type', data: {} } });
    const error: ApiError = await call.then(
      () => assert.fail('accepted'),
      (reason) => reason,
    );
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.status, calls], [422, 1]);
    assert.match(error.message, /\/type/);
    await assert.rejects(open({ key: 'shk_live_wrong' }).call('GET /v1/keys', {}), { status: 401 });
    await assert.rejects(open({ account: 'nobody' }).call('GET /v1/events', {}), { name: 'ApiError' });
  });

  /** Answers what it is told, then as the server does. */
  function faulty(faults: (Response | Error)[], keys: (string | null)[] = []): typeof fetch {
    return async (input, init) => {
      keys.push(new Headers(init?.headers as Record<string, string>).get('idempotency-key'));
      const fault = faults.shift();
      if (fault instanceof Error) throw fault;
      return fault ?? fetched(input, init);
    };
  }

  test('tries again after what passes, as long as the server says, under one idempotency key', async () => {
    const waits: number[] = [];
    const keys: (string | null)[] = [];
    const busy = new Response('', { status: 503, headers: { 'retry-after': '7' } });
    const client = open({
      fetch: faulty([new TypeError('fetch failed'), busy], keys),
      wait: async (ms) => void waits.push(ms),
    });
    const event = await client.call('POST /v1/events', { body: { type: 'again.once', data: {} } });
    assert.equal(new Set(keys).size, 1);
    assert.equal(keys.length, 3);
    assert.equal(waits[1], 7000);
    assert.ok(waits[0]! >= 375 && waits[0]! <= 625);
    assert.equal((await client.call('GET /v1/events/{id}', { path: { id: event.id } })).type, 'again.once');
  });

  test('what may not be repeated is tried again only when nothing was done', async () => {
    const wait = async () => undefined;
    const input = { body: { url: 'https://receiver.example/other', events: ['x.y'] } };
    for (const fault of [new TypeError('fetch failed'), new Response('', { status: 503 })])
      await assert.rejects(open({ fetch: faulty([fault]), wait }).call('POST /v1/endpoints', input));
    const limited = open({ fetch: faulty([new Response('', { status: 429 })]), wait });
    const { id } = await limited.call('POST /v1/endpoints', input);
    const gone = Array.from({ length: 4 }, () => new Response('', { status: 502 }));
    await assert.rejects(
      open({ fetch: faulty(gone), wait }).call('GET /v1/endpoints/{id}', { path: { id } }),
      { status: 502 },
    );
  });

  test('a consumer handles by type, acknowledges, and gets again what it could not handle', async () => {
    const client = open();
    const retry = { schedule: ['1s', '1s'] };
    const { id: endpointId } = await client.call('POST /v1/endpoints', {
      body: { url: 'pull:', events: ['pulled.*'], retry },
    });
    for (const type of ['pulled.paid', 'pulled.broken', 'pulled.other'])
      await client.call('POST /v1/events', { body: { type, data: { type } } });
    const stop = new AbortController();
    const handled: [string, number][] = [];
    const errors: [string, Message | null][] = [];
    await consume(client, {
      endpointId,
      signal: stop.signal,
      wait: '0s',
      delay: '0s',
      on: {
        'pulled.paid': ({ type, attempt }) => handled.push([type, attempt]),
        'pulled.*': ({ type, attempt }) => {
          if (type === 'pulled.broken' && attempt === 1) throw new Error('no database');
          handled.push([type, attempt]);
          if (type === 'pulled.broken') stop.abort();
        },
      },
      onError: (error, message) => errors.push([(error as Error).message, message]),
    });
    assert.deepEqual(handled.sort(), [
      ['pulled.broken', 2],
      ['pulled.other', 1],
      ['pulled.paid', 1],
    ]);
    assert.deepEqual(
      errors.map(([error, message]) => [error, message?.type]),
      [['no database', 'pulled.broken']],
    );
    const left = await client.call('POST /v1/endpoints/{id}/receive', { path: { id: endpointId }, body: {} });
    assert.deepEqual(left.data, []);
  });

  test('a consumer waits when the server is away, longer each time, and goes on when it is back', async () => {
    const stop = new AbortController();
    const pauses: number[] = [];
    const away = Array.from({ length: 3 }, () => new TypeError('fetch failed'));
    const client = open({ fetch: faulty(away), retries: 0 });
    const { id: endpointId } = await open().call('POST /v1/endpoints', {
      body: { url: 'pull:', events: ['away.*'] },
    });
    await open().call('POST /v1/events', { body: { type: 'away.once', data: {} } });
    await consume(client, {
      endpointId,
      signal: stop.signal,
      wait: '0s',
      on: { '*': () => stop.abort() },
      onError: () => undefined,
      pause: async (ms) => void pauses.push(ms),
    });
    assert.deepEqual(pauses, [1000, 2000, 4000]);
  });
});
