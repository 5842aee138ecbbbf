import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiWorld } from '../support/api.ts';

describe('publishing', () => {
  let world: ApiWorld;
  before(async () => {
    world = await ApiWorld.open();
    await world.endpoint();
  });
  after(() => world.close());

  const count = async (): Promise<number> =>
    (await world.ask('GET', '/v1/events?limit=250')).body.data.length;

  test('a 202 says what was stored and to how many it is owed', async () => {
    const answer = await world.publish({ type: 'order.created', data: { reference: 'R-1' } });
    assert.equal(answer.status, 202);
    assert.deepEqual(Object.keys(answer.body), ['id', 'type', 'createdAt', 'deliveries']);
    assert.match(answer.body.id, /^evt_/);
    assert.equal(answer.body.createdAt, '2026-01-01T00:00:00.000Z');
    assert.equal(answer.body.deliveries, 1);
  });

  test('the payload comes back byte for byte', async () => {
    const data = '{ "b": 1.50, "a": 1e400, "big": 123456789012345678901234567890, "u": "\\u00e9é", "a": 2 }';
    const { body } = await world.ask('POST', '/v1/events', `{"type":"raw.bytes","data":${data}}`);
    const shown = await world.ask('GET', `/v1/events/${body.id}`);
    assert.ok(shown.text.includes(`"data":${data},"deliveries":[`), shown.text);
  });

  test('each spelling of the type that the seeds use is understood', async () => {
    for (const name of ['type', 'eventType', 'event_type', 'event']) {
      const answer = await world.publish({ [name]: 'spelled.so', data: {} });
      assert.equal(answer.status, 202, name);
      assert.equal(answer.body.type, 'spelled.so');
    }
  });

  test('an id that is known is answered with 200 and the stored event, and sends nothing', async () => {
    const event = { id: 'order-7/created', type: 'order.created', data: { n: 1 } };
    const first = await world.publish(event);
    const sentBefore = world.sent.length;
    const again = await world.publish(event);
    assert.equal(again.status, 200);
    assert.deepEqual(again.body, first.body);
    assert.equal(again.headers['surehook-id-conflict'], undefined);
    const other = await world.publish({ ...event, data: { n: 2 } });
    assert.equal(other.status, 200);
    assert.equal(other.headers['surehook-id-conflict'], 'true');
    assert.equal(world.sent.length, sentBefore);
    assert.equal((await world.ask('GET', `/v1/events/${encodeURIComponent(event.id)}`)).body.data.n, 1);
  });

  test('an idempotency key gets its first answer again, and another body under it is 422', async () => {
    const headers = { 'idempotency-key': 'k-1' };
    const first = await world.publish({ type: 'a', data: 1 }, headers);
    const again = await world.publish({ type: 'a', data: 1 }, headers);
    assert.equal(again.status, 202);
    assert.deepEqual(again.body, first.body);
    assert.equal(again.headers['idempotent-replayed'], 'true');
    assert.equal(first.headers['idempotent-replayed'], undefined);
    assert.equal((await world.publish({ type: 'a', data: 2 }, headers)).status, 422);
  });

  test('an idempotency key that is empty or too long is 422', async () => {
    for (const key of ['', 'x'.repeat(256)]) {
      const answer = await world.publish({ type: 'a', data: 1 }, { 'idempotency-key': key });
      assert.equal(answer.status, 422);
      assert.equal(answer.body.errors[0].pointer, 'Idempotency-Key');
    }
    assert.equal(
      (await world.publish({ type: 'a', data: 1 }, { 'idempotency-key': 'x'.repeat(255) })).status,
      202,
    );
  });

  test('bad events are refused with a pointer, and nothing of them is stored', async () => {
    const before = await count();
    const bad: [object, string][] = [
      [{ data: 1 }, '/type'],
      [{ type: 'a' }, '/data'],
      [{ type: '', data: 1 }, '/type'],
      [{ type: 'spa ce', data: 1 }, '/type'],
      [{ type: 'x'.repeat(129), data: 1 }, '/type'],
      [{ type: 5, data: 1 }, '/type'],
      [{ type: 'a', data: 1, id: 'spa ce' }, '/id'],
      [{ type: 'a', data: 1, id: 'x'.repeat(201) }, '/id'],
      [{ type: 'a', data: 1, timestamp: 'soon' }, '/timestamp'],
      [{ type: 'a', data: 1, reference: {} }, '/reference'],
      [{ type: 'a', data: 1, deliverAt: 'later' }, '/deliverAt'],
    ];
    for (const [body, pointer] of bad) {
      const answer = await world.publish(body);
      assert.equal(answer.status, 422, JSON.stringify(body));
      assert.equal(answer.body.errors[0].pointer, pointer, JSON.stringify(body));
    }
    for (const body of ['[]', '1', '"x"', 'null']) {
      assert.equal((await world.ask('POST', '/v1/events', body)).status, 422, body);
    }
    assert.equal(await count(), before);
  });

  test('a batch accepts and refuses each event on its own, in order', async () => {
    const events = [
      { type: 'b.1', data: 1 },
      { type: 'b 2', data: 2 },
      { type: 'b.3', data: 'x'.repeat(256 * 1024) },
      { type: 'b.4', data: 4 },
    ];
    const answer = await world.ask('POST', '/v1/events/batch', { events });
    assert.equal(answer.status, 202);
    const { data } = answer.body;
    assert.match(data[0].id, /^evt_/);
    assert.equal(data[1].error.status, 422);
    assert.equal(data[2].error.status, 413);
    assert.match(data[3].id, /^evt_/);
  });

  test('in a batch an id that is known is answered with the stored event, and told when the body differs', async () => {
    const one = { type: 'batched', id: 'known-1', data: 1 };
    await world.publish(one);
    const { body } = await world.ask('POST', '/v1/events/batch', {
      events: [one, { ...one, data: 2 }, { ...one, id: 'known-2' }],
    });
    assert.deepEqual(
      body.data.map((item: { id: string; conflict?: boolean }) => [item.id, item.conflict]),
      [
        ['known-1', undefined],
        ['known-1', true],
        ['known-2', undefined],
      ],
    );
  });

  test('a batch under an idempotency key is refused with words: the key belongs to single events', async () => {
    const answer = await world.ask(
      'POST',
      '/v1/events/batch',
      { events: [{ type: 'batched', id: 'never', data: 1 }] },
      { 'idempotency-key': 'k' },
    );
    assert.equal(answer.status, 422);
    assert.equal(answer.body.errors[0].pointer, 'Idempotency-Key');
    assert.equal((await world.ask('GET', '/v1/events/never')).status, 404);
  });

  test('an admin’s event cannot name another account than the request does', async () => {
    await world.account('named-a');
    await world.account('named-b');
    const event = { type: 'a', data: 1, account: 'named-b' };
    const header = { 'surehook-account': 'named-a' };
    const answer = await world.ask('POST', '/v1/events', event, header);
    assert.deepEqual([answer.status, answer.body.errors[0].pointer], [422, '/account']);
    const batch = await world.ask('POST', '/v1/events/batch', { events: [event] }, header);
    assert.equal(batch.body.data[0].error.status, 422);
    assert.equal((await world.ask('POST', '/v1/events', event)).status, 202);
    assert.equal(
      (await world.ask('POST', '/v1/events', event, { 'surehook-account': 'named-b' })).status,
      202,
    );
    const key = { name: 'k', account: 'named-b' };
    assert.equal((await world.ask('POST', '/v1/keys', key, header)).status, 422);
    assert.equal((await world.ask('POST', '/v1/keys', key)).body.account, 'named-b');
  });

  test('examples that do not fit the schema they come with are refused', async () => {
    const schema = { type: 'object', required: ['sku'], properties: { sku: { type: 'string' } } };
    const answer = await world.ask('PUT', '/v1/event-types/with.examples', {
      schema,
      examples: [{ sku: 'A' }, {}, { sku: 1 }],
    });
    assert.equal(answer.status, 422);
    assert.deepEqual(
      answer.body.errors.map((one: { pointer: string }) => one.pointer),
      ['/examples/1', '/examples/2/sku'],
    );
    assert.equal((await world.ask('GET', '/v1/event-types/with.examples')).status, 404);
    const fits = await world.ask('PUT', '/v1/event-types/with.examples', {
      schema,
      examples: [{ sku: 'A' }],
    });
    assert.equal(fits.status, 200);
  });

  test('a batch that is none, empty or too long is refused as a whole', async () => {
    const before = await count();
    const many = Array.from({ length: 1001 }, () => ({ type: 'many', data: 1 }));
    for (const body of [{}, { events: [] }, { events: {} }, { events: many }]) {
      assert.equal((await world.ask('POST', '/v1/events/batch', body)).status, 422);
    }
    assert.equal(await count(), before);
  });

  test('a schema that the account has set refuses what does not fit, with pointers into data', async () => {
    const schema = { type: 'object', required: ['total'], properties: { total: { type: 'number' } } };
    assert.equal((await world.ask('PUT', '/v1/event-types/checked.type', { schema })).body.enforced, true);
    const answer = await world.publish({ type: 'checked.type', data: { total: 'ten' } });
    assert.equal(answer.status, 422);
    assert.equal(answer.body.errors[0].pointer, '/data/total');
    assert.equal((await world.publish({ type: 'checked.type', data: { total: 10 } })).status, 202);
    assert.equal((await world.ask('DELETE', '/v1/event-types/checked.type')).status, 204);
    assert.equal((await world.publish({ type: 'checked.type', data: { total: 'ten' } })).status, 202);
  });

  test('a schema that cannot be used is refused and not stored', async () => {
    for (const schema of [
      { type: 'strange' },
      { $ref: 'https://elsewhere.example/schema.json' },
      { pattern: '[' },
    ]) {
      assert.equal(
        (await world.ask('PUT', '/v1/event-types/bad.schema', { schema })).status,
        422,
        JSON.stringify(schema),
      );
    }
    assert.equal((await world.ask('GET', '/v1/event-types/bad.schema')).status, 404);
  });
});

describe('looking events up', () => {
  let world: ApiWorld;
  before(async () => {
    world = await ApiWorld.open();
    await world.publish({ type: 'order.created', data: { reference: 'R-1', note: 'blue' } });
    await world.clock.advance(3_600_000);
    await world.publish({ type: 'order.failed', data: { note: 'red' }, reference: 'R-2' });
  });
  after(() => world.close());

  const types = async (query: string): Promise<string[]> =>
    (await world.ask('GET', `/v1/events${query}`)).body.data.map((one: { type: string }) => one.type);

  test('the newest come first, and pages follow one another', async () => {
    assert.deepEqual(await types(''), ['order.failed', 'order.created']);
    const first = await world.ask('GET', '/v1/events?limit=1');
    assert.deepEqual(await types(`?limit=1&cursor=${first.body.nextCursor}`), ['order.created']);
  });

  test('each filter narrows the list', async () => {
    assert.deepEqual(await types('?type=order.created'), ['order.created']);
    assert.deepEqual(await types('?reference=R-2'), ['order.failed']);
    assert.deepEqual(await types('?q=blue'), ['order.created']);
    assert.deepEqual(await types('?q=data.none:blue'), []);
    assert.deepEqual(await types('?since=30m'), ['order.failed']);
    assert.deepEqual(await types('?until=2026-01-01T00:30:00Z'), ['order.created']);
    assert.deepEqual(await types('?source=src_none'), []);
    assert.deepEqual(await types('?type=order.created&reference=R-2'), []);
  });

  test('types are selected by the patterns that endpoints take, and what is none is refused', async () => {
    await world.endpoint({ events: ['pattern.*', 'patterns'] });
    await world.publish({ type: 'pattern.a', data: 1 });
    await world.publish({ type: 'patterns', data: 1 });
    for (const url of ['/v1/events?type=pattern.*', '/v1/deliveries?eventType=pattern.*']) {
      const { body } = await world.ask('GET', url);
      assert.ok(body.data.length > 0, url);
      for (const one of body.data) assert.equal(one.type ?? one.eventType, 'pattern.a');
    }
    const bad = [
      '/v1/events?type=pattern*',
      '/v1/deliveries?eventType=a%20b',
      '/v1/dead-letters?eventType=.*',
    ];
    for (const url of bad) assert.equal((await world.ask('GET', url)).status, 422, url);
    const replay = (eventTypes: string[]) =>
      world.ask('POST', '/v1/replays', { eventTypes, status: 'delivered' });
    await world.clock.advance(0);
    assert.ok((await replay(['pattern.*'])).body.total >= 1);
    const refused = await replay(['pattern.*', 'pattern*']);
    assert.deepEqual([refused.status, refused.body.errors[0].pointer], [422, '/eventTypes/1']);
  });

  test('redelivering sends the same event under the same id again', async () => {
    const one = await world.endpoint({ url: 'https://one.example/' });
    await world.endpoint({ url: 'https://two.example/' });
    const { body } = await world.publish({ type: 'again', data: 1 });
    world.sent.length = 0;
    const all = await world.ask('POST', `/v1/events/${body.id}/redeliver`);
    assert.equal(all.status, 202);
    assert.equal(all.body.deliveries, 2);
    const single = await world.ask('POST', `/v1/events/${body.id}/redeliver`, { endpointId: one.id });
    assert.equal(single.body.deliveries, 1);
    await world.clock.advance(1000);
    assert.ok(world.sent.every((request) => request.headers.includes(body.id)));
    assert.ok(world.sent.filter((request) => request.url === 'https://one.example/').length >= 1);
  });

  test('redelivering an event to an endpoint it is not owed to is 409', async () => {
    const event = await world.publish({ type: 'early', data: 1, id: 'early' });
    const late = await world.endpoint({ url: 'https://late.example/' });
    const answer = await world.ask('POST', `/v1/events/${event.body.id}/redeliver`, { endpointId: late.id });
    assert.equal(answer.status, 409);
  });
});

test('while the first request with an idempotency key is under way, a second one of the same account is 409 with Retry-After', async () => {
  const world = await ApiWorld.open();
  for (const id of ['one', 'two']) await world.ask('POST', '/v1/accounts', { id, name: id });
  const { accept } = world.store;
  let finish: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    finish = resolve;
  });
  world.store.accept = async (input) => {
    await held;
    return await accept(input);
  };
  const key = { 'idempotency-key': 'slow' };
  const event = { type: 'a', data: 1 };
  const first = world.ask('POST', '/v1/events', { ...event, account: 'one' }, key);
  const other = world.ask('POST', '/v1/events', { ...event, account: 'two' }, key);
  await world.clock.settle();
  const second = await world.ask('POST', '/v1/events', event, { ...key, 'surehook-account': 'one' });
  assert.equal(second.status, 409);
  assert.equal(second.headers['retry-after'], '1');
  finish();
  assert.equal((await first).status, 202);
  assert.equal((await other).status, 202);
  const again = await world.ask('POST', '/v1/events', { ...event, account: 'one' }, key);
  assert.equal(again.headers['idempotent-replayed'], 'true');
  await world.close();
});
