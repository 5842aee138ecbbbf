import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { nodeCrypto } from '../../src/adapters/system/crypto.ts';
import { verifyAs } from '../../src/core/signing.ts';
import { ApiWorld } from '../support/api.ts';
import { provider, secret } from '../support/provider.ts';

const body = '{"type":"order.fulfilled","data":{"reference":"ORD-1","price":12.50,"n":12345678901234567890}}';

describe('sources', () => {
  let world: ApiWorld;
  beforeEach(async () => {
    world = await ApiWorld.open();
  });
  afterEach(() => world.close());

  const events = async (query = '') => (await world.ask('GET', `/v1/events${query}`)).body.data;
  /** What is kept is kept behind the answer. */
  const requests = async (id: string, query = '') => {
    await world.clock.settle();
    return (await world.ask('GET', `/v1/sources/${id}/requests${query}`)).body.data;
  };

  test('what a provider sends reaches an endpoint that names the source, signed anew, with every digit', async () => {
    const supplier = await provider(world);
    const endpoint = await world.endpoint({ sources: [supplier.id] });
    const answer = await supplier.post(body);
    assert.equal(answer.statusCode, 200);
    assert.deepEqual(answer.json(), { received: true });
    const [sent] = world.sent;
    const headers = Object.fromEntries(
      sent!.headers.flatMap((name, i, all) => (i % 2 === 0 ? [[name, all[i + 1]]] : [])),
    );
    assert.equal(headers['surehook-origin'], 'webhook');
    assert.equal(headers['surehook-source'], supplier.id);
    assert.equal(headers['surehook-reference'], 'ORD-1');
    assert.match(
      new TextDecoder().decode(sent!.body.bytes),
      new RegExp(`"data":${body.replace(/[{}[\].]/g, '\\$&')}}$`),
    );
    const judged = verifyAs(
      'standard',
      {
        headers: sent!.headers,
        body: sent!.body.bytes,
        secrets: [endpoint.secret],
        fields: {},
        nowS: world.clock.nowMs() / 1000,
      },
      nodeCrypto(),
    );
    assert.equal(judged.valid, true);
    const [event] = await events(`?source=${supplier.id}&reference=ORD-1`);
    assert.deepEqual(
      [event.type, event.origin, event.source, event.reference, event.deliveries],
      ['order.fulfilled', 'webhook', supplier.id, 'ORD-1', 1],
    );
  });

  test('endpoints that name no source, or another one, get nothing; * is every source', async () => {
    const supplier = await provider(world);
    const other = await provider(world);
    await world.endpoint({ url: 'https://receiver.example/api' });
    await world.endpoint({ url: 'https://receiver.example/other', sources: [other.id] });
    await world.endpoint({ url: 'https://receiver.example/all', sources: ['*'] });
    await supplier.post(body);
    assert.deepEqual(
      world.sent.map(({ url }) => url),
      ['https://receiver.example/all'],
    );
  });

  test('the same event posted a hundred times at once is processed once', async () => {
    const supplier = await provider(world);
    await world.endpoint({ sources: ['*'] });
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => supplier.post(body, { id: 'msg_same' })),
    );
    assert.deepEqual([...new Set(answers.map((answer) => answer.statusCode))], [200]);
    const duplicates = answers.filter((answer) => answer.json().duplicate === true);
    assert.equal(duplicates.length, 99);
    assert.equal((await events()).length, 1);
    assert.equal(world.sent.length, 1);
  });

  test('the same id through another source is another event', async () => {
    const supplier = await provider(world);
    const other = await provider(world);
    await supplier.post(body, { id: 'msg_1' });
    assert.deepEqual((await other.post(body, { id: 'msg_1' })).json(), { received: true });
  });

  test('a wrong signature is 401 with the reason, kept, and never an event', async () => {
    const supplier = await provider(world);
    const answer = await supplier.post(body, { headers: { 'webhook-signature': `v1,${'A'.repeat(43)}=` } });
    assert.equal(answer.statusCode, 401);
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
    assert.match(answer.json().detail, /No signature fits/);
    assert.equal(answer.headers['www-authenticate'], undefined);
    assert.deepEqual(await events(), []);
    const [kept] = await requests(supplier.id, '?verdict=rejected');
    assert.deepEqual(
      [kept.verdict, kept.reason, kept.status, kept.eventId],
      ['rejected', 'mismatch', 401, null],
    );
    const one = await world.ask('GET', `/v1/source-requests/${kept.id}`);
    assert.equal(Buffer.from(one.body.bodyBase64, 'base64').toString(), body);
    assert.equal(one.body.sourceId, supplier.id);
  });

  test('an unknown address is 404, and a GET that asks nothing 405', async () => {
    const supplier = await provider(world);
    assert.equal(
      (await world.app.inject({ method: 'POST', url: '/in/nobody', payload: 'x' })).statusCode,
      404,
    );
    assert.equal((await world.app.inject({ url: supplier.path })).statusCode, 405);
    assert.equal((await world.app.inject({ method: 'PUT', url: supplier.path })).statusCode, 405);
    const unsigned = await provider(world, { scheme: 'unsigned', secret: undefined });
    assert.equal((await world.app.inject({ url: unsigned.path })).statusCode, 405);
    assert.equal((await unsigned.post('{"a":1}')).statusCode, 200);
  });

  test('a rejected request is judged again with the mended secret, fresh as of its receipt, and taken in once', async () => {
    const supplier = await provider(world, { secret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' });
    await world.endpoint({ sources: ['*'] });
    assert.equal((await supplier.post(body)).statusCode, 401);
    const [kept] = await requests(supplier.id);
    const verify = () => world.ask('POST', `/v1/source-requests/${kept.id}/verify`);
    assert.equal((await verify()).body.verdict, 'rejected');
    await world.clock.advance(301_000);
    assert.equal(
      (await world.ask('PATCH', `/v1/sources/${supplier.id}`, { secrets: [secret, '•••'] })).status,
      200,
    );
    const judged = (await verify()).body;
    assert.equal(judged.verdict, 'accepted');
    await world.clock.advance(0);
    assert.equal(world.sent.length, 1);
    assert.equal((await events())[0].id, judged.eventId);
    assert.deepEqual((await verify()).body, judged);
    assert.deepEqual(
      (await requests(supplier.id)).map((row: { verdict: string }) => row.verdict),
      ['accepted'],
    );
  });

  test('a source made before its secret is known refuses and keeps; up to four secrets are valid at once', async () => {
    const supplier = await provider(world, { secret: undefined });
    assert.equal((await supplier.post(body)).json().type, 'urn:surehook:problem:no-secret');
    const made = await world.ask('GET', `/v1/sources/${supplier.id}`);
    assert.deepEqual(made.body.missing, ['secret']);
    const olds = Array.from({ length: 3 }, (_, n) => `whsec_${Buffer.alloc(24, n + 1).toString('base64')}`);
    await world.ask('PATCH', `/v1/sources/${supplier.id}`, { secrets: [...olds, secret] });
    assert.equal((await supplier.post(body)).statusCode, 200);
    const five = await world.ask('PATCH', `/v1/sources/${supplier.id}`, {
      secrets: [...olds, secret, secret],
    });
    assert.equal(five.status, 422);
  });

  test('secrets and fields are never shown again, and what GET shows can be sent back', async () => {
    const made = await world.ask('POST', '/v1/sources', {
      name: 'S',
      scheme: 'standard',
      secret,
      rateLimit: { perSecond: 5 },
      maxBody: '1MiB',
      ack: { body: '[accepted]' },
      reject: { status: 400 },
    });
    const shown = (await world.ask('GET', `/v1/sources/${made.body.id}`)).body;
    for (const text of [made.text, JSON.stringify(shown), (await world.ask('GET', '/v1/sources')).text]) {
      assert.ok(!text.includes(secret));
    }
    assert.match(shown.url, /^https:\/\/surehook\.example\/in\/[a-z2-7]{32}$/);
    const back = await world.ask('PATCH', `/v1/sources/${made.body.id}`, { ...shown, name: 'T' });
    assert.equal(back.status, 200, back.text);
    assert.deepEqual({ ...back.body, updatedAt: '' }, { ...shown, name: 'T', updatedAt: '' });
    for (const more of [
      { url: 'https://elsewhere.example/in/x' },
      { id: 'src_x' },
      { updatedAt: '2020-01-01T00:00:00.000Z' },
    ])
      assert.equal((await world.ask('PATCH', `/v1/sources/${made.body.id}`, more)).status, 422);
  });

  test('a scheme that nobody knows is answered with the ones that were probably meant', async () => {
    for (const path of ['/v1/sources', '/v1/bins']) {
      const answer = await world.ask('POST', path, { name: 'S', scheme: 'stripee' });
      assert.equal(answer.status, 422);
      assert.match(answer.body.errors[0].detail, /GET \/v1\/schemes.*Did you mean stripe\?$/);
    }
  });

  test('bad settings are refused with a pointer for each', async () => {
    const answer = await world.ask('POST', '/v1/sources', {
      name: '',
      scheme: 'nobody',
      secrets: ['', 5],
      eventType: 'no-pointer',
      eventId: { header: 'bad name' },
      maxBody: '1GiB',
      rateLimit: { perSecond: 0 },
      ack: { status: 302 },
      reject: { status: 200 },
      schemas: { 'order.created': { type: 'nonsense' } },
      tracking: 5,
      extra: 1,
    });
    assert.equal(answer.status, 422);
    assert.deepEqual(answer.body.errors.map((one: { pointer: string }) => one.pointer).sort(), [
      '/ack/status',
      '/eventId',
      '/eventType',
      '/extra',

      '/maxBody',
      '/name',
      '/rateLimit/perSecond',
      '/reject/status',
      '/schemas/order.created',
      '/scheme',
      '/secrets/0',
      '/secrets/1',
      '/tracking',
    ]);
  });

  test('fields and secrets are held against what the preset takes, and what is not known yet may be missing', async () => {
    const refused = async (more: object) => {
      const answer = await world.ask('POST', '/v1/sources', { name: 'S', ...more });
      return answer.body.errors?.map((one: { pointer: string }) => one.pointer) ?? answer.status;
    };
    assert.deepEqual(await refused({ scheme: 'standard', fields: { nobody: 'x' } }), ['/fields/nobody']);
    assert.deepEqual(await refused({ scheme: 'standard', fields: { tolerance: 'soon' } }), [
      '/fields/tolerance',
    ]);
    assert.deepEqual(await refused({ scheme: 'standard', secrets: [secret, 'no base64!'] }), ['/secrets/1']);
    assert.deepEqual(await refused({ scheme: 'standard', secret, secrets: [secret] }), ['/secrets']);
    assert.equal(await refused({ scheme: 'paypal' }), 201);
    assert.equal(await refused({ scheme: 'standard' }), 201);
  });

  test('every preset is listed with what a source needs for it, and can be named', async () => {
    const { data } = (await world.ask('GET', '/v1/schemes')).body;
    assert.ok(data.length > 30);
    for (const { name } of data)
      assert.equal((await world.ask('POST', '/v1/sources', { name, scheme: name })).status, 201, name);
  });

  test('a scheme of your own is taken in the grammar of schemes, shown and believed', async () => {
    const scheme = {
      place: { header: 'x-sig' },
      prefix: 'v1=',
      message: ['{body}'],
      algorithm: 'hmac-sha256',
      encoding: 'hex',
    };
    const made = await world.ask('POST', '/v1/sources', {
      name: 'Own',
      scheme,
      secret: 'k',
      eventType: { text: 'own.event' },
    });
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(made.body.scheme.message, ['{body}']);
    const mac = createHmac('sha256', 'k').update(body).digest('hex');
    const url = new URL(made.body.url).pathname;
    const answer = await world.app.inject({
      method: 'POST',
      url,
      headers: { 'x-sig': `v1=${mac}` },
      payload: body,
    });
    assert.deepEqual(answer.json(), { received: true });
    assert.equal((await events())[0].type, 'own.event');
    const bad = await world.ask('POST', '/v1/sources', {
      name: 'Own',
      scheme: { ...scheme, message: ['{nobody}'] },
    });
    assert.deepEqual(bad.body.errors[0].pointer.slice(0, 16), '/scheme/message/');
  });

  test('a token that is the secret itself is believed, and neither kept with the event nor shown', async () => {
    const made = await world.ask('POST', '/v1/sources', { name: 'X', scheme: 'xendit', secret: 'the-token' });
    await world.endpoint({ profile: 'original', sources: ['*'] });
    const post = (token: string) =>
      world.app.inject({
        method: 'POST',
        url: new URL(made.body.url).pathname,
        headers: { 'x-callback-token': token, 'x-other': '1', 'content-encoding': 'odd' },
        payload: body,
      });
    assert.equal((await post('the-token')).statusCode, 200);
    await world.clock.advance(0);
    assert.ok(world.sent[0]!.headers.includes('x-other') && !world.sent[0]!.headers.includes('the-token'));
    assert.equal((await post('elsewhere')).statusCode, 401);
    await world.clock.settle();
    const [kept] = await requests(made.body.id, '?verdict=rejected');
    await world.ask('PATCH', `/v1/sources/${made.body.id}`, { secret: 'elsewhere' });
    const shown = await world.ask('GET', `/v1/source-requests/${kept.id}`);
    assert.ok(!shown.text.includes('elsewhere') && shown.text.includes('x-callback-token'));
  });

  test('another account sees neither the source nor its requests', async () => {
    const supplier = await provider(world);
    await supplier.post(body, { headers: { 'webhook-signature': 'v1,x' } });
    const [kept] = await requests(supplier.id);
    const { headers } = await world.account('other');
    for (const [method, path] of [
      ['GET', `/v1/sources/${supplier.id}`],
      ['PATCH', `/v1/sources/${supplier.id}`],
      ['DELETE', `/v1/sources/${supplier.id}`],
      ['GET', `/v1/sources/${supplier.id}/requests`],
      ['GET', `/v1/source-requests/${kept.id}`],
      ['POST', `/v1/source-requests/${kept.id}/verify`],
    ] as const)
      assert.equal(
        (await world.ask(method, path, method === 'PATCH' ? { name: 'x' } : undefined, headers)).status,
        404,
      );
  });

  test("a deleted source's address is unknown, and its events stay", async () => {
    const supplier = await provider(world);
    await supplier.post(body);
    assert.equal((await world.ask('DELETE', `/v1/sources/${supplier.id}`)).status, 204);
    assert.equal((await supplier.post(body)).statusCode, 404);
    assert.equal((await events()).length, 1);
  });

  test('type, id and reference are where the source says; an id that is missing gives way to the hash of the body', async () => {
    const supplier = await provider(world, {
      eventType: { header: 'x-topic' },
      eventId: '/meta/id',
      reference: { query: 'order' },
    });
    const post = (content: string) => supplier.post(content, { headers: { 'x-topic': 'Order created!' } });
    assert.deepEqual((await post('{"meta":{"id":7.10}}')).json(), { received: true });
    assert.deepEqual((await post('{"meta":{"id":7.10},"more":1}')).json(), {
      received: true,
      duplicate: true,
    });
    assert.deepEqual((await post('{"meta":{}}')).json(), { received: true });
    assert.deepEqual((await post('{"meta":{}}')).json(), { received: true, duplicate: true });
    assert.deepEqual((await post('{"meta": {}}')).json(), { received: true });
    assert.deepEqual(
      [...new Set((await events()).map((event: { type: string }) => event.type))],
      ['Order_created_'],
    );
  });

  test('past its rate a source answers 429 with Retry-After, and RateLimit headers always', async () => {
    const supplier = await provider(world, { rateLimit: { perSecond: 2 } });
    const answers = [await supplier.post('{}'), await supplier.post('{}'), await supplier.post('{}')];
    assert.deepEqual(
      answers.map((answer) => answer.statusCode),
      [200, 200, 429],
    );
    assert.deepEqual(
      answers.map(({ headers }) => headers['ratelimit-remaining']),
      ['1', '0', '0'],
    );
    assert.deepEqual(
      [answers[2]!.headers['retry-after'], answers[2]!.headers['ratelimit-limit']],
      ['1', '2'],
    );
    await world.clock.advance(500);
    assert.equal((await supplier.post('{}')).statusCode, 200);
  });

  test("data that does not fit the source's schema is kept and explained, and taken in once the schema is mended", async () => {
    const supplier = await provider(world, {
      schemas: { 'order.fulfilled': { type: 'object', required: ['code'] }, '*': { type: 'object' } },
    });
    const answer = await supplier.post(body);
    assert.equal(answer.statusCode, 422);
    assert.equal(answer.json().errors.length, 1);
    assert.equal((await supplier.post('{"type":"other"}')).statusCode, 200);
    assert.equal((await supplier.post('[]')).statusCode, 422);
    const kept = await requests(supplier.id, '?verdict=rejected');
    assert.deepEqual(
      kept.map((row: { reason: string }) => row.reason),
      ['schema', 'schema'],
    );
    await world.ask('PATCH', `/v1/sources/${supplier.id}`, { schemas: null });
    const judged = await world.ask('POST', `/v1/source-requests/${kept[1].id}/verify`);
    assert.equal(judged.body.verdict, 'accepted');
  });

  test('a provider is answered as the source says', async () => {
    const supplier = await provider(world, {
      ack: { status: 202, contentType: 'text/plain', body: '[accepted]' },
      reject: { status: 403 },
    });
    const answer = await supplier.post(body);
    assert.deepEqual(
      [answer.statusCode, answer.headers['content-type'], answer.payload],
      [202, 'text/plain', '[accepted]'],
    );
    assert.equal((await supplier.post(body, { headers: { 'webhook-timestamp': '1' } })).statusCode, 403);
  });

  test('requests are listed newest first over pages, events among them', async () => {
    const supplier = await provider(world);
    for (let n = 0; n < 5; n++) {
      await supplier.post(`{"n":${n}}`, n % 2 === 0 ? {} : { headers: { 'webhook-signature': 'v1,x' } });
      await supplier.post('{}', { id: 'msg_same' });
      await world.clock.advance(1000);
    }
    const all = await requests(supplier.id);
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = (await world.ask('GET', `/v1/sources/${supplier.id}/requests?limit=3${cursor}`)).body;
      seen.push(...page.data.map((row: { id: string }) => row.id));
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    assert.deepEqual(
      seen,
      all.map((row: { id: string }) => row.id),
    );
    const count = (verdict: string) =>
      all.filter((row: { verdict: string }) => row.verdict === verdict).length;
    assert.deepEqual([count('accepted'), count('rejected'), count('duplicate')], [4, 2, 4]);
    for (const verdict of ['accepted', 'rejected', 'duplicate'])
      assert.equal((await requests(supplier.id, `?verdict=${verdict}`)).length, count(verdict));
  });
});
