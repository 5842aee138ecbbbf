import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiWorld } from '../support/api.ts';

const everything = {
  url: 'https://shop.example/hooks',
  events: ['order.*', 'payment.succeeded'],
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  description: 'all of it',
  profile: 'standard',
  status: 'active',
  headers: { 'X-Env': 'prod' },
  retry: { schedule: ['30s', '2m', '10m'], jitter: 0.1, giveUpAfter: '24h' },
  timeout: '10s',
  rateLimit: { perSecond: 50 },
  concurrency: 16,
  ordered: false,
  filter: { '/data/total': { gte: 100 } },
  sources: null,
  notify: 'ops@shop.example',
  metadata: { team: 'shop' },
};

describe('endpoints', () => {
  let world: ApiWorld;
  before(async () => {
    world = await ApiWorld.open();
    await world.ask('PATCH', '/v1/accounts/default', { maxEndpoints: 100 });
  });
  after(() => world.close());

  test('everything that can be said about an endpoint comes back as it was said', async () => {
    const { status, body } = await world.ask('POST', '/v1/endpoints', everything);
    assert.equal(status, 201);
    for (const [name, value] of Object.entries(everything)) assert.deepEqual(body[name], value, name);
    const { body: shown } = await world.ask('GET', `/v1/endpoints/${body.id}`);
    assert.equal(shown.secret, undefined);
    assert.deepEqual(shown.headers, { 'X-Env': '•••' });
    assert.equal((await world.ask('GET', `/v1/endpoints/${body.id}/secret`)).body.secret, everything.secret);
  });

  test('what GET answers can be sent back by PATCH, and changes nothing', async () => {
    const { body } = await world.ask('POST', '/v1/endpoints', { ...everything, timeout: '60s' });
    const path = `/v1/endpoints/${body.id}`;
    const { text } = await world.ask('GET', path);
    const changed = await world.ask('PATCH', path, text);
    assert.equal(changed.status, 200, changed.text);
    assert.deepEqual(changed.body, JSON.parse(text));
    assert.equal(world.parts.directory.endpointById(1, body.id)?.headers['X-Env'], 'prod');
    const stale = await world.ask('PATCH', path, {
      ...changed.body,
      updatedAt: '2025-12-31T23:59:59.000Z',
    });
    assert.deepEqual([stale.status, stale.body.errors[0].pointer], [422, '/updatedAt']);
  });

  test('numbers of a filter that no double can hold are shown and compared as they were written', async () => {
    const filter = '{"/data/n":{"eq":12345678901234567890},"/data/m":{"lte":0.1234567890123456789}}';
    const made = await world.ask(
      'POST',
      '/v1/endpoints',
      `{"url":"https://a.example/","events":["exact.*"],"filter":${filter},"metadata":{"n":1.0}}`,
    );
    assert.equal(made.status, 201);
    for (const answer of [made, await world.ask('GET', `/v1/endpoints/${made.body.id}`)])
      assert.ok(answer.text.includes(`"filter":${filter}`) && answer.text.includes('"metadata":{"n":1.0}'));
    const publish = async (data: string): Promise<number> =>
      (await world.ask('POST', '/v1/events', `{"type":"exact.n","data":${data}}`)).body.deliveries;
    assert.equal(await publish('{"n":12345678901234567890,"m":0.1234567890123456789}'), 1);
    assert.equal(await publish('{"n":12345678901234567891,"m":0.1234567890123456789}'), 0);
    assert.equal(await publish('{"n":12345678901234567890,"m":0.123456789012345679}'), 0);
  });

  test('url and events are enough', async () => {
    const { body } = await world.ask('POST', '/v1/endpoints', { url: 'https://a.example/', events: ['*'] });
    assert.match(body.id, /^ep_/);
    assert.match(body.secret, /^whsec_/);
    assert.deepEqual(
      [body.profile, body.status, body.concurrency, body.ordered, body.sources],
      ['standard', 'active', 16, false, null],
    );
  });

  test("the Petstore seed's commands work with only host and token changed", async () => {
    // As curl sends them: -d without -H is a form.
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const made = await world.ask('POST', '/v1/webhooks', {
      url: 'https://your-app.com/webhooks/petstore',
      events: [
        'pet.adopted',
        'pet.status_changed',
        'order.created',
        'order.status_changed',
        'payment.succeeded',
        'payment.failed',
      ],
      secret: 'your_webhook_secret_here',
    });
    assert.equal(made.status, 201);
    assert.equal(made.body.profile, 'petstore');
    assert.equal(made.body.secret, 'your_webhook_secret_here');
    assert.equal(made.body.status, 'active');
    const path = `/v1/webhooks/${made.body.id}`;
    const tested = await world.ask(
      'POST',
      `${path}/test`,
      { eventType: 'pet.adopted', data: { pet: { id: 'pet_1', name: 'Test Pet' } } },
      form,
    );
    assert.equal(tested.status, 200);
    assert.equal(tested.body.outcome, 'succeeded');
    assert.ok(
      (await world.ask('GET', '/v1/webhooks')).body.data.some(
        (one: { id: string }) => one.id === made.body.id,
      ),
    );
    assert.equal((await world.ask('GET', path)).status, 200);
    const changed = await world.ask('PATCH', path, {
      events: ['pet.adopted', 'order.created', 'payment.succeeded'],
    });
    assert.deepEqual(changed.body.events, ['pet.adopted', 'order.created', 'payment.succeeded']);
    assert.equal((await world.ask('DELETE', path)).status, 204);
    assert.equal((await world.ask('GET', path)).status, 404);
  });

  test('a test sends one signed attempt at once, byte for byte, and answers 200 whatever the receiver said', async () => {
    const { id } = await world.endpoint();
    await world.ask('POST', `/v1/endpoints/${id}/pause`);
    world.answer = { httpStatus: 418, responseBody: 'teapot', detail: 'the receiver answered 418' };
    const data = '{"n": 1.50, "e": 1E3}';
    const answer = await world.ask(
      'POST',
      `/v1/endpoints/${id}/test`,
      `{"eventType":"a.test","data":${data}}`,
    );
    world.answer = {};
    assert.equal(answer.status, 200);
    assert.deepEqual(
      [answer.body.outcome, answer.body.httpStatus, answer.body.error],
      ['failed', 418, 'http_status'],
    );
    assert.equal(answer.body.response.body, 'teapot');
    assert.equal(answer.body.request.headers['surehook-test'], 'true');
    assert.ok(answer.body.request.body.includes(`"data":${data}`));
    assert.ok(Buffer.from(world.sent.at(-1)!.body.bytes).includes(data));
    assert.equal((await world.ask('GET', `/v1/endpoints/${id}/stats`)).body.attempts, 0);
    assert.equal((await world.ask('GET', '/v1/events?type=a.test')).body.data.length, 0);
  });

  test('a test without type or data is refused with pointers', async () => {
    const { id } = await world.endpoint();
    const { status, body } = await world.ask('POST', `/v1/endpoints/${id}/test`, {});
    assert.equal(status, 422);
    assert.deepEqual(
      body.errors.map((one: { pointer: string }) => one.pointer),
      ['/eventType', '/data'],
    );
  });

  test('a rotation shows the new secret and how long the old one lives', async () => {
    const { id, secret } = await world.endpoint();
    const { status, body } = await world.ask('POST', `/v1/endpoints/${id}/rotate-secret`, {
      overlap: '1h',
      signWith: 'old',
    });
    assert.equal(status, 200);
    assert.notEqual(body.secret, secret);
    assert.deepEqual(body.previous, [{ secret, validUntil: '2026-01-01T01:00:00.000Z' }]);
    assert.equal(
      (await world.ask('POST', `/v1/endpoints/${id}/rotate-secret`, { overlap: 'long' })).status,
      422,
    );
    assert.equal(
      (await world.ask('POST', `/v1/endpoints/${id}/rotate-secret`, { secret: 'short' })).status,
      422,
    );
  });

  test('pausing says who did it, and resuming ends it', async () => {
    const { id } = await world.endpoint();
    const paused = await world.ask('POST', `/v1/endpoints/${id}/pause`);
    assert.equal(paused.body.status, 'paused');
    assert.match(paused.body.statusReason, /paused by the admin key at 2026/);
    const resumed = await world.ask('POST', `/v1/endpoints/${id}/resume`);
    assert.deepEqual([resumed.body.status, resumed.body.statusReason], ['active', null]);
  });

  test('past maxEndpoints the answer is 409, and nothing is made', async () => {
    const { headers } = await world.account('small');
    await world.ask('PATCH', '/v1/accounts/small', { maxEndpoints: 1 });
    const body = { url: 'https://a.example/', events: ['*'] };
    assert.equal((await world.ask('POST', '/v1/endpoints', body, headers)).status, 201);
    const refused = await world.ask('POST', '/v1/endpoints', body, headers);
    assert.equal(refused.status, 409);
    assert.match(String(refused.body.detail), /PATCH \/v1\/accounts\/small, "maxEndpoints"/);
    assert.equal((await world.ask('GET', '/v1/endpoints', undefined, headers)).body.data.length, 1);
  });

  test('bad settings are refused at create and at PATCH with a pointer, and nothing is half-stored', async () => {
    const bad: [string, unknown][] = [
      ['url', 'http://shop.example/'],
      ['url', 'https://127.0.0.1/'],
      ['url', 'https://localhost/'],
      ['url', 'https://168.63.129.16/'],
      ['url', 'https://user:pass@shop.example/'],
      ['url', 'ftp://shop.example/'],
      ['url', 'nonsense'],
      ['url', 5],
      ['events', []],
      ['events', ['order.**']],
      ['events', 'order.created'],
      ['secret', ''],
      ['secret', 'whsec_short'],
      ['profile', 'nobody'],
      ['status', 'disabled'],
      ['headers', { host: 'x' }],
      ['headers', { 'webhook-id': 'x' }],
      ['headers', { 'x-a': 'a\r\nb' }],
      ['retry', { schedule: ['soon'] }],
      ['retry', { schedule: ['1s'], exponential: {} }],
      ['timeout', '0s'],
      ['timeout', 10],
      ['rateLimit', { perSecond: 0 }],
      ['concurrency', 257],
      ['concurrency', '16'],
      ['ordered', 'yes'],
      ['filter', { 'data/total': { gte: 1 } }],
      ['filter', { '/data': { like: 'x' } }],
      ['notify', 'not an address'],
      ['metadata', { big: 'x'.repeat(20_000) }],
    ];
    const made = await world.endpoint({ events: ['kept'] });
    const before = (await world.ask('GET', '/v1/endpoints?limit=250')).body.data;
    for (const [name, value] of bad) {
      const what = `${name} ${JSON.stringify(value).slice(0, 60)}`;
      const body = { url: 'https://shop.example/', events: ['*'], [name]: value };
      const created = await world.ask('POST', '/v1/endpoints', body);
      assert.equal(created.status, 422, what);
      assert.ok(created.body.errors[0].pointer.startsWith(`/${name}`), `${what}: ${created.text}`);
      const patched = await world.ask('PATCH', `/v1/endpoints/${made.id}`, {
        description: 'half',
        [name]: value,
      });
      assert.equal(patched.status, 422, what);
    }
    assert.deepEqual((await world.ask('GET', '/v1/endpoints?limit=250')).body.data, before);
  });

  test('deleting an endpoint cancels what is open and keeps its history', async () => {
    const { id } = await world.endpoint({ events: ['doomed'] });
    await world.ask('POST', `/v1/endpoints/${id}/pause`);
    const event = await world.publish({ type: 'doomed', data: 1 });
    assert.equal((await world.ask('DELETE', `/v1/endpoints/${id}`)).status, 204);
    assert.equal((await world.ask('DELETE', `/v1/endpoints/${id}`)).status, 404);
    const { deliveries } = (await world.ask('GET', `/v1/events/${event.body.id}`)).body;
    const own = deliveries.find((one: { endpointId: string }) => one.endpointId === id);
    assert.equal(own.status, 'cancelled');
  });
});

describe('accounts, keys, event types and profiles', () => {
  let world: ApiWorld;
  before(async () => {
    world = await ApiWorld.open();
  });
  after(() => world.close());

  test('an account is made, changed and deleted with all it has', async () => {
    const made = await world.ask('POST', '/v1/accounts', {
      id: 'acme',
      name: 'Acme',
      notify: 'ops@acme.example',
    });
    assert.equal(made.status, 201);
    assert.equal(made.body.maxEndpoints, 10);
    assert.equal((await world.ask('POST', '/v1/accounts', { id: 'acme', name: 'Again' })).status, 409);
    const key = await world.ask('POST', '/v1/keys', { account: 'acme', name: 'k' });
    assert.equal((await world.ask('PATCH', '/v1/accounts/acme', { maxEndpoints: 3 })).body.maxEndpoints, 3);
    assert.equal((await world.ask('GET', '/v1/accounts/acme')).body.name, 'Acme');
    assert.equal((await world.ask('DELETE', '/v1/accounts/acme')).status, 204);
    assert.equal((await world.ask('GET', '/v1/accounts/acme')).status, 404);
    const headers = { authorization: `Bearer ${key.body.key}` };
    assert.equal((await world.ask('GET', '/v1/endpoints', undefined, headers)).status, 401);
  });

  test('the default account stays', async () => {
    assert.equal((await world.ask('DELETE', '/v1/accounts/default')).status, 409);
  });

  test('a key is shown once', async () => {
    const made = await world.ask('POST', '/v1/keys', { name: 'once', scopes: ['publish'] });
    assert.equal(made.status, 201);
    assert.match(made.body.key, /^shk_live_.{40,}/);
    assert.equal(made.body.account, 'default');
    const listed = await world.ask('GET', '/v1/keys');
    assert.ok(!listed.text.includes(made.body.key));
    assert.ok(listed.body.data.some((one: { id: string }) => one.id === made.body.id));
  });

  test('bad accounts and keys are refused with a pointer', async () => {
    const bad: [string, object, string][] = [
      ['/v1/accounts', {}, '/name'],
      ['/v1/accounts', { name: '' }, '/name'],
      ['/v1/accounts', { name: 'x', id: 'sp ace' }, '/id'],
      ['/v1/accounts', { name: 'x', maxEndpoints: -1 }, '/maxEndpoints'],
      ['/v1/keys', {}, '/name'],
      ['/v1/keys', { name: 'x', scopes: ['everything'] }, '/scopes'],
      ['/v1/keys', { name: 'x', scopes: [] }, '/scopes'],
      ['/v1/keys', { name: 'x', account: 7 }, '/account'],
    ];
    for (const [url, body, pointer] of bad) {
      const answer = await world.ask('POST', url, body);
      assert.equal(answer.status, 422, `${url} ${JSON.stringify(body)}`);
      assert.equal(answer.body.errors[0].pointer, pointer);
    }
  });

  test('the catalogue has what every account knows, and what the account declares goes first', async () => {
    const known = await world.ask('GET', '/v1/event-types?limit=250');
    assert.ok(known.body.data.length >= 18);
    const created = await world.ask('GET', '/v1/event-types/order.created');
    assert.equal(created.body.examples.length, 3);
    assert.equal(created.body.enforced, false);
    await world.ask('PUT', '/v1/event-types/zz.own', { description: 'ours', examples: [1] });
    const first = await world.ask('GET', '/v1/event-types?limit=1');
    assert.equal(first.body.data[0].name, 'zz.own');
    const names: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await world.ask(
        'GET',
        `/v1/event-types?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      names.push(...page.body.data.map((one: { name: string }) => one.name));
      cursor = page.body.nextCursor;
    }
    assert.equal(names.length, known.body.data.length + 1);
    assert.equal(new Set(names).size, names.length);
    assert.equal((await world.ask('DELETE', '/v1/event-types/order.created')).status, 409);
    assert.equal((await world.ask('DELETE', '/v1/event-types/never.declared')).status, 404);
  });

  test('a type that is no type cannot be declared', async () => {
    assert.equal((await world.ask('PUT', '/v1/event-types/sp%20ace', {})).status, 422);
    assert.equal((await world.ask('PUT', '/v1/event-types/with%2Fslash', {})).status, 200);
    assert.equal((await world.ask('GET', '/v1/event-types/with%2Fslash')).body.name, 'with/slash');
  });

  test('every profile is shown in full', async () => {
    const { body } = await world.ask('GET', '/v1/profiles');
    const names = body.data.map((one: { name: string }) => one.name);
    for (const name of [
      'standard',
      'foxreload',
      'digital-goods',
      'petstore',
      'ecomm',
      'cloudevents',
      'slack',
    ]) {
      assert.ok(names.includes(name), name);
    }
    assert.equal((await world.ask('GET', '/v1/profiles/petstore')).body.timeout, '5s');
    assert.equal((await world.ask('GET', '/v1/profiles/none')).status, 404);
  });
});
