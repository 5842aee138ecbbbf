import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { routes } from '../../src/api/routes.ts';
import { StoreError, SurehookError } from '../../src/core/errors.ts';
import { ApiWorld, adminKey } from '../support/api.ts';

describe('API conventions', () => {
  let world: ApiWorld;
  before(async () => {
    world = await ApiWorld.open();
  });
  after(() => world.close());

  const endpoint = { url: 'https://receiver.example/hooks', events: ['*'] };

  test('without a key the answer is 401 and says how to send one', async () => {
    for (const authorization of [
      '',
      'Bearer',
      'Bearer ',
      `Basic ${adminKey}`,
      'Bearer shk_live_unknown',
      adminKey,
      `Bearer ${'x'.repeat(300)}`,
    ]) {
      const answer = await world.ask('GET', '/v1/endpoints', undefined, { authorization });
      assert.equal(answer.status, 401, authorization);
      assert.equal(answer.headers['www-authenticate'], 'Bearer');
      assert.match(answer.body.detail, /Authorization: Bearer/);
    }
  });

  test('a revoked key stops working at once, also one that was just used', async () => {
    const made = await world.ask('POST', '/v1/keys', { name: 'short-lived' });
    const headers = { authorization: `Bearer ${made.body.key}` };
    assert.equal((await world.ask('GET', '/v1/endpoints', undefined, headers)).status, 200);
    assert.equal((await world.ask('DELETE', `/v1/keys/${made.body.id}`)).status, 204);
    assert.equal((await world.ask('GET', '/v1/endpoints', undefined, headers)).status, 401);
  });

  test('an admin acts for the account it names, and one that does not exist is 404', async () => {
    await world.account('named');
    const named = { 'surehook-account': 'named' };
    await world.endpoint({}, named);
    assert.equal((await world.ask('GET', '/v1/endpoints', undefined, named)).body.data.length, 1);
    assert.equal((await world.ask('GET', '/v1/endpoints')).body.data.length, 0);
    assert.equal(
      (await world.ask('GET', '/v1/endpoints', undefined, { 'surehook-account': 'nobody' })).status,
      404,
    );
  });

  test("a live key may name its own account and no other one's", async () => {
    const { headers } = await world.account('bound');
    assert.equal(
      (await world.ask('GET', '/v1/endpoints', undefined, { ...headers, 'surehook-account': 'bound' }))
        .status,
      200,
    );
    assert.equal(
      (await world.ask('GET', '/v1/endpoints', undefined, { ...headers, 'surehook-account': 'default' }))
        .status,
      403,
    );
  });

  test('an error names its kind, what to do, and the request', async () => {
    const answer = await world.ask('POST', '/v1/endpoints', { events: [] });
    assert.equal(answer.status, 422);
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
    assert.equal(answer.body.type, 'urn:surehook:problem:invalid');
    assert.equal(answer.body.requestId, answer.headers['request-id']);
    const pointers = answer.body.errors.map((one: { pointer: string }) => one.pointer);
    assert.ok(pointers.includes('/url') && pointers.includes('/events'), String(pointers));
  });

  test('every request has an id of its own', async () => {
    const ids = new Set<unknown>();
    for (let i = 0; i < 5; i++) ids.add((await world.ask('GET', '/livez')).headers['request-id']);
    assert.equal(ids.size, 5);
  });

  test('what is sent as JSON, as curl sends it, or without a type is read as JSON', async () => {
    const types = [
      'application/json',
      'application/json; charset=utf-8',
      'Application/JSON;charset="UTF-8"',
      'application/x-www-form-urlencoded',
    ];
    for (const type of types) {
      const answer = await world.ask('POST', '/v1/accounts', { name: type }, { 'content-type': type });
      assert.equal(answer.status, 201, type);
    }
    const bare = await world.app.inject({
      method: 'POST',
      url: '/v1/accounts',
      headers: { authorization: `Bearer ${adminKey}` },
      payload: Buffer.from('{"name":"no type"}'),
    });
    assert.equal(bare.statusCode, 201);
  });

  test('any other type of body is 415, however it is spelled, and is told which header to send', async () => {
    const types = [
      'text/plain',
      // What `fetch` says of a string by itself.
      'text/plain;charset=UTF-8',
      'text/json',
      'application/xml',
      'multipart/form-data; boundary=x',
      'application/json\ta',
      'application/json garbage',
      'application/json, text/plain',
      'application/jsonx',
      'application/json; charset=latin1',
      'application/cloudevents+json',
    ];
    for (const type of types) {
      for (const path of ['/v1/accounts', '/v1/events']) {
        const answer = await world.ask(
          'POST',
          path,
          { name: 'x', type: 'a', data: 1 },
          { 'content-type': type },
        );
        assert.equal(answer.status, 415, `${type} at ${path}`);
        assert.match(answer.body.detail, /with "Content-Type: application\/json"/);
      }
    }
  });

  test('a compressed body is refused, not inflated', async () => {
    const answer = await world.ask(
      'POST',
      '/v1/events',
      { type: 'a', data: 1 },
      { 'content-encoding': 'gzip' },
    );
    assert.equal(answer.status, 415);
  });

  test('what cannot be read is 400 and says where', async () => {
    const bodies = [
      '',
      '{',
      '{"url":}',
      '[1,]',
      '{"a":1} x',
      '\ufeff{}',
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    ];
    for (const body of bodies) {
      for (const path of ['/v1/endpoints', '/v1/events', '/v1/events/batch']) {
        const answer = await world.ask('POST', path, body);
        assert.equal(answer.status, 400, `${String(body)} at ${path}`);
      }
    }
  });

  test('a body that is nested too deep is refused before it is built', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    for (const body of [deep, `{"name":${deep}}`]) {
      assert.equal((await world.ask('POST', '/v1/accounts', body)).status, 422);
    }
  });

  test('a member called __proto__ is refused where settings are read', async () => {
    const answer = await world.ask('POST', '/v1/accounts', '{"name":"x","__proto__":{"maxEndpoints":9}}');
    assert.equal(answer.status, 422);
    const nested = await world.ask(
      'POST',
      '/v1/endpoints',
      '{"url":"https://a.example/","events":["a"],"metadata":{"\\u005f_proto__":{}}}',
    );
    assert.equal(nested.status, 422);
  });

  test('members that a caller may not set are refused by name', async () => {
    for (const extra of ['accountNo', 'id', 'createdAt', 'failures', 'constructor']) {
      const answer = await world.ask('POST', '/v1/endpoints', { ...endpoint, [extra]: 1 });
      assert.equal(answer.status, 422, extra);
      assert.equal(answer.body.errors[0].pointer, `/${extra}`);
    }
  });

  test('a body past the route’s bound is 413', async () => {
    const big = 'x'.repeat(1024 * 1024);
    assert.equal((await world.ask('POST', '/v1/accounts', { name: big })).status, 413);
    assert.equal((await world.ask('POST', '/v1/events', { type: 'a', data: big })).status, 413);
    assert.equal(
      (await world.ask('POST', '/v1/events', { type: 'a', data: 'x'.repeat(256 * 1024) })).status,
      413,
    );
    assert.equal(
      (await world.ask('POST', '/v1/events', { type: 'a', data: 'x'.repeat(256 * 1024 - 2) })).status,
      202,
    );
    assert.equal((await world.ask('POST', '/v1/events/batch', big.repeat(8) + big)).status, 413);
  });

  test('an unknown query parameter, a bad one and one given twice are 422, by name', async () => {
    const bad = [
      'nope=1',
      'limit=0',
      'limit=251',
      'limit=Infinity',
      'limit=-1e999',
      'limit=abc',
      'limit=1.5',
      'limit=1&limit=2',
      'cursor=x',
      'cursor=%7B%7D',
    ];
    for (const query of bad) {
      const answer = await world.ask('GET', `/v1/endpoints?${query}`);
      assert.equal(answer.status, 422, query);
      assert.equal(answer.body.errors[0].pointer, query.split('=')[0]);
    }
    for (const query of [
      'since=yesterday',
      'until=2026-13-01T00:00:00Z',
      'since=1h&until=2h',
      'status=lost',
      'status=',
    ]) {
      assert.equal((await world.ask('GET', `/v1/deliveries?${query}`)).status, 422, query);
    }
  });

  test('no address and no query parameter with U+0000 is a fault of the server', async () => {
    const nul = '%00';
    for (const { method, path, right, bodyIs, query, requestBody } of routes(world.parts)) {
      if (right === 'none' || bodyIs === 'bytes') continue;
      const body = requestBody === null ? undefined : {};
      const named = path.replaceAll(/\{\w+\}/g, nul);
      if (named !== path)
        assert.equal((await world.ask(method, named, body)).status, 404, `${method} ${path}`);
      for (const name of Object.keys((query as { properties?: object } | undefined)?.properties ?? {})) {
        const answer = await world.ask(method, `${path}?${name}=a${nul}`, body);
        const wanted = path.includes('{') ? [404, 422] : [422];
        assert.ok(wanted.includes(answer.status), `${method} ${path} ${name}: ${answer.status}`);
      }
    }
    assert.deepEqual(world.faults, []);
  });

  test('a cursor works in its own list of its own account and nowhere else', async () => {
    const { headers } = await world.account('pages');
    for (let i = 0; i < 3; i++) await world.endpoint({ description: String(i) }, headers);
    const first = await world.ask('GET', '/v1/endpoints?limit=2', undefined, headers);
    assert.deepEqual(
      first.body.data.map((one: { description: string }) => one.description),
      ['2', '1'],
    );
    const cursor = first.body.nextCursor;
    const second = await world.ask('GET', `/v1/endpoints?limit=2&cursor=${cursor}`, undefined, headers);
    assert.deepEqual(
      second.body.data.map((one: { description: string }) => one.description),
      ['0'],
    );
    assert.equal(second.body.nextCursor, null);
    assert.equal((await world.ask('GET', `/v1/endpoints?cursor=${cursor}`)).status, 422);
    assert.equal((await world.ask('GET', `/v1/keys?cursor=${cursor}`, undefined, headers)).status, 422);
  });

  test('a known address with a method that it does not take is 405 and says which it takes', async () => {
    const cases: [method: string, url: string, allow: string][] = [
      ['PUT', '/v1/events', 'GET, HEAD, POST'],
      ['OPTIONS', '/v1/events?x=1', 'GET, HEAD, POST'],
      ['PUT', '/v1/endpoints/ep_1', 'DELETE, GET, HEAD, PATCH'],
      ['GET', '/v1/events/batch/', ''],
      ['GET', '/v1/endpoints/ep_1/pause', 'POST'],
      ['POST', '/docs', 'GET, HEAD'],
    ];
    for (const [method, url, allow] of cases) {
      for (const body of [undefined, { some: 'body' }]) {
        if (method === 'GET' && body !== undefined) continue;
        const answer = await world.ask(method, url, body);
        assert.equal(answer.status, allow === '' ? 404 : 405, `${method} ${url}`);
        assert.equal(answer.headers.allow, allow === '' ? undefined : allow, `${method} ${url}`);
      }
    }
  });

  test('an address with a slash too many says so, and /docs/ is /docs', async () => {
    assert.match((await world.ask('GET', '/v1/events/')).body.detail, /without the slash/);
    assert.doesNotMatch((await world.ask('GET', '/v2/events/')).body.detail, /slash/);
    const [one, other] = [
      await world.app.inject({ url: '/docs/' }),
      await world.app.inject({ url: '/docs' }),
    ];
    assert.deepEqual([one.statusCode, one.payload], [200, other.payload]);
  });

  test('a refused request is told with its route and what the caller was told, and nothing that the caller sent', async () => {
    await world.clock.advance(2000);
    world.refusals.length = 0;
    const answer = await world.ask(
      'POST',
      '/v1/events?token=hidden-query',
      { type: 'a', data: 'hidden-body', account: 'hidden-account' },
      { 'x-hidden': 'hidden-header' },
    );
    assert.equal(answer.status, 422);
    await world.ask('GET', '/v1/events/hidden-id');
    await world.ask('GET', '/hidden/address');
    await world.ask('GET', '/v1/events', undefined, { authorization: 'Bearer hidden-key' });
    assert.deepEqual(
      world.refusals.map(({ method, route, status, code }) => [method, route, status, code]),
      [
        ['POST', '/v1/events', 422, 'invalid'],
        ['GET', '/v1/events/:id', 404, 'not-found'],
        ['GET', null, 404, 'not-found'],
        ['GET', '/v1/events', 401, 'unauthenticated'],
      ],
    );
    assert.equal(world.refusals[0]!.requestId, answer.body.requestId);
    assert.ok(world.refusals.every((one) => one.detail.length > 0));
    assert.doesNotMatch(JSON.stringify(world.refusals), /hidden/);
  });

  test('a flood of refused requests is told ten times a second, with a count of the rest', async () => {
    await world.clock.advance(2000);
    world.refusals.length = 0;
    for (let n = 0; n < 25; n++) await world.ask('GET', '/nowhere');
    assert.equal(world.refusals.length, 10);
    await world.clock.advance(1000);
    await world.ask('GET', '/nowhere');
    assert.deepEqual(
      world.refusals.map(({ leftOut }) => leftOut),
      [...Array(10).fill(0), 15],
    );
  });

  test('an unknown address is 404 in the same form', async () => {
    for (const [method, url] of [
      ['GET', '/v2/x'],
      ['GET', '/v1/endpoints/'],
      ['GET', '/v1//events'],
    ]) {
      const answer = await world.ask(method!, url!);
      assert.equal(answer.status, 404, `${method} ${url}`);
      assert.equal(answer.body.status, 404);
    }
    assert.equal((await world.ask('GET', '/v1/events/%zz')).status, 400);
    assert.equal((await world.ask('GET', `/v1/events/${'x'.repeat(2000)}`)).status, 404);
  });

  test('every answer tells browsers to trust nothing', async () => {
    for (const url of ['/livez', '/v1/endpoints', '/v1/nope', '/docs', '/v1/events/%zz', '/openapi.json']) {
      const { headers } = await world.ask('GET', url);
      assert.equal(headers['x-content-type-options'], 'nosniff', url);
      assert.equal(headers['referrer-policy'], 'no-referrer', url);
      assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/, url);
      assert.match(String(headers['content-security-policy']), /default-src 'none'/, url);
      assert.equal(headers.server, undefined);
      assert.equal(headers['x-powered-by'], undefined);
    }
  });

  test('routes whose body has no required member take an empty one', async () => {
    const { id } = await world.endpoint();
    for (const path of ['rotate-secret', 'pause', 'resume']) {
      assert.equal((await world.ask('POST', `/v1/endpoints/${id}/${path}`)).status, 200, path);
      assert.equal((await world.ask('POST', `/v1/endpoints/${id}/${path}`, '')).status, 200, path);
    }
    assert.equal((await world.ask('POST', '/v1/replays')).status, 202);
    assert.equal((await world.ask('PUT', '/v1/event-types/empty.body')).status, 200);
  });

  test('the health routes answer without a key', async () => {
    for (const url of ['/livez', '/readyz', '/metrics', '/livez?x=1']) {
      assert.equal((await world.app.inject({ url })).statusCode, 200, url);
    }
  });

  test('every route of the table answers something else than 404 or 500 to its own example', async () => {
    const tracking = { states: { 'order.fulfilled': 'fulfilled' }, reference: '/data/reference' };
    const source = await world.ask('POST', '/v1/sources', { name: 'Supplier', scheme: 'standard', tracking });
    // The examples of signing in are nobody's password and token, that of dismissing is nobody's delivery, and a stream has no end.
    const untried = new Set([
      'POST /v1/sessions',
      'POST /v1/portal-sessions',
      'POST /v1/dead-letters/dismiss',
      'GET /v1/stream',
    ]);
    for (const one of routes(world.parts)) {
      if (one.path.includes('{') || untried.has(`${one.method} ${one.path}`)) continue;
      const example = one.bodyExample ?? (one.requestBody === null ? undefined : {});
      const body = example && JSON.stringify(example).replace('src_…', source.body.id);
      const answer = await world.ask(one.method, one.path, body);
      assert.ok(answer.status < 300, `${one.method} ${one.path}: ${answer.status} ${answer.text}`);
    }
    assert.deepEqual(world.faults, []);
  });
});

describe('faults of ours', () => {
  test('the store failing is 503 with Retry-After, and tells nothing of the inside', async () => {
    for (const [error, status] of [
      [new StoreError('disk I/O error in /var/lib/secret.db', false), 503],
      [new SurehookError('unavailable', 'Busy.', { retryAfterS: 7 }), 503],
      [new TypeError('cannot read properties of undefined (reading password)'), 500],
    ] as const) {
      const world = await ApiWorld.open({ publish: () => Promise.reject(error) });
      const answer = await world.ask('POST', '/v1/events', { type: 'a', data: 1 });
      assert.equal(answer.status, status);
      assert.equal(
        answer.headers['retry-after'],
        status === 500 ? undefined : error instanceof SurehookError ? '7' : '1',
      );
      assert.doesNotMatch(answer.text, /secret|password|stack|\.ts/);
      assert.equal(world.faults.length, error instanceof SurehookError ? 0 : 1);
      await world.close();
    }
  });

  test('while it cannot work, /readyz says so and /livez does not', async () => {
    const world = await ApiWorld.open({ ready: async () => 'The store cannot commit.' });
    assert.equal((await world.ask('GET', '/readyz')).status, 503);
    assert.equal((await world.ask('GET', '/livez')).status, 200);
    await world.close();
  });
});
