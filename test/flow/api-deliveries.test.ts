import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { ApiWorld } from '../support/api.ts';

const petstore = { profile: 'petstore', retry: { schedule: ['1m'] } };

describe('deliveries', () => {
  let world: ApiWorld;
  let endpointId: string;
  before(async () => {
    world = await ApiWorld.open();
    const endpoint = await world.endpoint({
      ...petstore,
      headers: { 'X-Api-Key': 'c4n4ry', 'X-Env': 'prod' },
    });
    endpointId = endpoint.id;
  });
  after(() => world.close());

  const first = async (query = ''): Promise<{ id: string; status: string }> =>
    (await world.ask('GET', `/v1/deliveries${query}`)).body.data[0];
  const detail = async (id: string) => (await world.ask('GET', `/v1/deliveries/${id}`)).body;

  test('an attempt shows request and response as they went over the wire, own headers masked', async () => {
    world.answer = {
      httpStatus: 503,
      timings: '1,2,3,40',
      detail: 'the receiver answered 503',
      responseHeaders: ['X-Reason', 'full', 'set-cookie', 'a', 'set-cookie', 'b'],
      responseBody: 'no room',
    };
    const event = await world.publish({
      type: 'pet.adopted',
      data: { price: 1.5 },
      timestamp: '2026-01-01T00:00:00Z',
    });
    const shown = await detail((await first()).id);
    assert.equal(shown.status, 'retrying');
    assert.equal(shown.eventId, event.body.id);
    assert.equal(shown.nextAttemptAt, '2026-01-01T00:01:00.000Z');
    const [attempt] = shown.attempts;
    assert.match(attempt.id, /^att_/);
    assert.equal(attempt.n, 1);
    assert.equal(attempt.outcome, 'failed');
    assert.equal(attempt.error, 'http_status');
    assert.equal(attempt.httpStatus, 503);
    assert.deepEqual(attempt.timings, { lookupMs: 1, connectMs: 2, tlsMs: 3, waitMs: 40, readMs: null });
    assert.equal(attempt.nextAttemptAt, shown.nextAttemptAt);
    assert.equal(attempt.request.url, 'https://receiver.example/hooks');
    assert.equal(attempt.request.headers['x-api-key'], '•••');
    assert.equal(attempt.request.headers['x-env'], '•••');
    assert.match(attempt.request.headers['x-petstore-signature'], /^sha256=[0-9a-f]{64}$/);
    assert.equal(attempt.request.body, Buffer.from(world.sent.at(-1)!.body.bytes).toString());
    assert.equal(attempt.request.bodyTruncated, false);
    assert.deepEqual(attempt.response, {
      headers: { 'x-reason': 'full', 'set-cookie': 'a, b' },
      body: 'no room',
      bodyTruncated: false,
    });
  });

  test('headers that the endpoint had at the time stay masked after they were changed, and after it is gone', async () => {
    const { id } = await world.endpoint({ headers: { 'X-Old': 'c4n4ry' } });
    await world.publish({ type: 'masked', data: 1 });
    const delivery = await first(`?endpointId=${id}`);
    await world.ask('PATCH', `/v1/endpoints/${id}`, { headers: {} });
    assert.equal((await detail(delivery.id)).attempts[0].request.headers['x-old'], '•••');
    await world.ask('DELETE', `/v1/endpoints/${id}`);
    const answer = await world.ask('GET', `/v1/deliveries/${delivery.id}`);
    assert.equal(answer.body.attempts[0].request.headers['x-old'], '•••');
    assert.doesNotMatch(answer.text, /c4n4ry/);
  });

  test('bodies are cut at 16 KiB, never within a character, and marked', async () => {
    world.answer = { httpStatus: 500, responseBody: 'y'.repeat(20_000), responseTruncated: false };
    await world.publish({ type: 'long', data: 'é'.repeat(20_000) });
    const [attempt] = (await detail((await first()).id)).attempts;
    assert.equal(attempt.timings, null);
    const bytes = Buffer.byteLength(attempt.request.body);
    assert.ok(bytes <= 16_384 && bytes > 16_380, String(bytes));
    assert.doesNotMatch(attempt.request.body, /\ufffd/);
    assert.equal(attempt.request.bodyTruncated, true);
    assert.equal(attempt.response.body.length, 16_384);
    assert.equal(attempt.response.bodyTruncated, true);
  });

  test('the request that would be sent now is signed for this moment, whole, and sends nothing', async () => {
    world.answer = { httpStatus: 503 };
    const data = { note: 'x'.repeat(20_000), secret: 'none of ours' };
    await world.publish({ type: 'pet.adopted', data });
    const { id } = await first();
    const { secret } = (await world.ask('GET', `/v1/endpoints/${endpointId}/secret`)).body;
    const sentBefore = world.sent.length;
    const [attempt] = (await detail(id)).attempts;
    await world.clock.advance(30_000);
    const { status, body } = await world.ask('POST', `/v1/deliveries/${id}/request`);
    assert.equal(status, 200);
    assert.equal(world.sent.length, sentBefore);
    assert.deepEqual(JSON.parse(body.body).data, data);
    assert.equal(body.bodyBase64, null);
    assert.equal(body.headers['x-api-key'], '•••');
    assert.equal(body.headers['surehook-attempt'], '2');
    const signed = createHmac('sha256', secret).update(body.body).digest('hex');
    assert.equal(body.headers['x-petstore-signature'], `sha256=${signed}`);
    assert.notEqual(body.headers.traceparent, attempt.request.headers.traceparent);
    assert.ok(!JSON.stringify(body).includes(secret));
    assert.equal((await detail(id)).attempts.length, 1);
  });

  test('an exhausted delivery is a dead letter, and a retry gives it a fresh schedule', async () => {
    world.answer = { httpStatus: 500 };
    const { id: mortalId } = await world.endpoint({ ...petstore, events: ['will.die'] });
    const event = await world.publish({ type: 'will.die', data: 1 });
    await world.clock.advance(60_000);
    const { id, status } = await first(`?eventType=will.die&endpointId=${mortalId}`);
    assert.equal(status, 'dead');
    const letters = await world.ask('GET', `/v1/dead-letters?endpointId=${mortalId}`);
    assert.deepEqual(
      letters.body.data.map((one: { id: string }) => one.id),
      [id],
    );
    // The profile disabled the endpoint with it.
    const endpoint = (await world.ask('GET', `/v1/endpoints/${mortalId}`)).body;
    assert.equal(endpoint.status, 'disabled');
    assert.match(endpoint.statusReason, /disabled by the platform/);
    world.answer = {};
    await world.ask('POST', `/v1/endpoints/${mortalId}/resume`);
    const retried = await world.ask('POST', `/v1/deliveries/${id}/retry`);
    assert.equal(retried.status, 202);
    await world.clock.advance(1000);
    const shown = await detail(id);
    assert.equal(shown.status, 'delivered');
    assert.deepEqual(
      shown.attempts.map((one: { n: number }) => one.n),
      [1, 2, 3],
    );
    assert.equal(shown.eventId, event.body.id);
  });

  test('what is held cannot be retried but cancelled, what has ended is 409', async () => {
    await world.ask('POST', `/v1/endpoints/${endpointId}/pause`);
    await world.publish({ type: 'held.back', data: 1 });
    const { id, status } = await first(`?eventType=held.back&endpointId=${endpointId}`);
    assert.equal(status, 'held');
    const held = await world.ask('GET', '/v1/deliveries?status=held,dead');
    assert.ok(held.body.data.some((one: { id: string }) => one.id === id));
    const retried = await world.ask('POST', `/v1/deliveries/${id}/retry`);
    assert.equal(retried.status, 409);
    assert.match(retried.body.detail, /[Rr]esume the endpoint/);
    const cancelled = await world.ask('POST', `/v1/deliveries/${id}/cancel`);
    assert.equal(cancelled.status, 200);
    assert.equal(cancelled.body.status, 'cancelled');
    assert.equal((await world.ask('POST', `/v1/deliveries/${id}/cancel`)).status, 409);
    await world.ask('POST', `/v1/endpoints/${endpointId}/resume`);
    await world.clock.advance(1000);
    assert.equal((await detail(id)).status, 'cancelled');
  });

  test('deliveries are asked for by their last answer and by the number of attempts', async () => {
    const found = async (query: string): Promise<string[]> =>
      (await world.ask('GET', `/v1/deliveries?${query}`)).body.data.map((one: { id: string }) => one.id);
    const all = (await world.ask('GET', '/v1/deliveries')).body.data;
    const ids = (is: (one: { httpStatus: number; attemptCount: number }) => boolean): string[] =>
      all.filter(is).map((one: { id: string }) => one.id);
    assert.deepEqual(
      await found('httpStatus=500'),
      ids(({ httpStatus }) => httpStatus === 500),
    );
    assert.deepEqual(
      await found('httpStatus=2xx'),
      ids(({ httpStatus }) => httpStatus === 200),
    );
    assert.deepEqual(
      await found('minAttempts=2'),
      ids(({ attemptCount }) => attemptCount >= 2),
    );
    assert.deepEqual(await found('q=no+such+text'), []);
    assert.equal((await world.ask('GET', '/v1/deliveries?q=')).status, 422);
    for (const query of ['httpStatus=500', 'httpStatus=2xx', 'minAttempts=2'])
      assert.ok((await found(query)).length > 0 && (await found(query)).length < all.length, query);
    for (const query of [
      'httpStatus=700',
      'httpStatus=5',
      'httpStatus=5xx,404',
      'minAttempts=0',
      'minAttempts=1e300',
    ])
      assert.equal((await world.ask('GET', `/v1/deliveries?${query}`)).status, 422, query);
  });

  test('an id that no delivery can have, and one that none has, are 404', async () => {
    for (const id of ['x', 'dlv_', 'dlv_zzzzzzzzzzz', 'dlv_00000zz2000', endpointId]) {
      for (const [method, act] of [
        ['GET', ''],
        ['POST', '/retry'],
        ['POST', '/cancel'],
      ]) {
        assert.equal((await world.ask(method!, `/v1/deliveries/${id}${act}`)).status, 404, id);
      }
    }
  });
});

describe('replays', () => {
  let world: ApiWorld;
  let endpointId: string;
  before(async () => {
    world = await ApiWorld.open();
    endpointId = (await world.endpoint({ profile: 'ecomm', retry: { schedule: ['1s'] } })).id;
    world.answer = { httpStatus: 500 };
    for (const type of ['a.one', 'a.one', 'a.two']) await world.publish({ type, data: 1 });
    await world.clock.advance(2000);
    assert.equal((await world.ask('GET', '/v1/dead-letters')).body.data.length, 3);
  });
  after(() => world.close());

  test('a replay counts at once, puts back what matches, and says how it ended', async () => {
    world.answer = {};
    const made = await world.ask('POST', '/v1/replays', { endpointId, eventTypes: ['a.one'], since: '1h' });
    assert.equal(made.status, 202);
    assert.match(made.body.id, /^rpl_/);
    assert.equal(made.body.total, 2);
    await world.clock.advance(5000);
    const { body } = await world.ask('GET', `/v1/replays/${made.body.id}`);
    assert.deepEqual([body.status, body.done, body.failed], ['done', 2, 0]);
    assert.ok(body.finishedAt >= body.startedAt);
    assert.equal((await world.ask('GET', '/v1/dead-letters')).body.data.length, 1);
  });

  test('named deliveries are replayed whatever became of them; one unknown id and nothing happens', async () => {
    const ids = (await world.ask('GET', '/v1/deliveries?status=delivered')).body.data.map(
      (one: { id: string }) => one.id,
    );
    assert.equal(ids.length, 2);
    const before = world.sent.length;
    assert.equal((await world.ask('POST', '/v1/replays', { ids: [...ids, 'dlv_0000zzzz000'] })).status, 404);
    await world.clock.advance(1000);
    assert.equal(world.sent.length, before);
    const made = await world.ask('POST', '/v1/replays', { ids });
    assert.equal(made.body.total, 2);
    await world.clock.advance(5000);
    assert.equal(world.sent.length, before + 2);
  });

  test('recover replays what failed at one endpoint', async () => {
    const { body, status } = await world.ask('POST', `/v1/endpoints/${endpointId}/recover`, { since: '1h' });
    assert.equal(status, 202);
    assert.equal(body.total, 1);
    await world.clock.advance(5000);
    assert.equal((await world.ask('GET', '/v1/dead-letters')).body.data.length, 0);
    assert.equal((await world.ask('POST', `/v1/endpoints/${endpointId}/recover`, {})).status, 422);
  });

  test('a replay can be cancelled, and takes back what waits', async () => {
    const ids = (await world.ask('GET', '/v1/deliveries')).body.data.map((one: { id: string }) => one.id);
    await world.ask('POST', `/v1/endpoints/${endpointId}/pause`);
    const made = await world.ask('POST', '/v1/replays', { ids });
    await world.clock.advance(1000);
    const cancelled = await world.ask('POST', `/v1/replays/${made.body.id}/cancel`);
    assert.equal(cancelled.status, 200);
    assert.equal(cancelled.body.status, 'cancelled');
    await world.clock.advance(1000);
    await world.ask('POST', `/v1/endpoints/${endpointId}/resume`);
    const before = world.sent.length;
    await world.clock.advance(5000);
    assert.equal(world.sent.length, before);
  });

  test('the plan of a replay counts and shows what it would put back; nothing is', async () => {
    const ids = (await world.ask('GET', '/v1/deliveries')).body.data.map((one: { id: string }) => one.id);
    const before = world.sent.length;
    const { status, body } = await world.ask('POST', '/v1/replays/plan', { status: 'delivered' });
    const answered = async (httpStatus: string) =>
      (await world.ask('POST', '/v1/replays/plan', { status: 'delivered', httpStatus })).body.total;
    assert.deepEqual([await answered('2xx'), await answered('201')], [3, 0]);
    await world.clock.advance(1000);
    const sample = body.sample.map((one: { id: string }) => one.id);
    assert.deepEqual([status, body.total, body.atLeast, sample], [200, 3, false, ids.reverse()]);
    assert.equal(world.sent.length, before);
  });

  test('a replay goes as fast as it may, rests while it is paused, and goes on', async () => {
    const replay = (act: string) => world.ask('POST', `/v1/replays/${id}${act}`);
    const before = world.sent.length;
    const made = await world.ask('POST', '/v1/replays', { status: 'delivered', rateLimit: { perSecond: 1 } });
    const { id } = made.body;
    assert.deepEqual([made.body.total, made.body.rateLimit], [3, { perSecond: 1 }]);
    await world.clock.advance(1500);
    assert.equal(world.sent.length, before + 1);
    assert.equal((await replay('/pause')).body.status, 'paused');
    await world.clock.advance(10_000);
    assert.equal(world.sent.length, before + 1);
    assert.equal((await replay('/resume')).body.status, 'running');
    await world.clock.advance(5000);
    assert.equal(world.sent.length, before + 3);
    const { body } = await world.ask('GET', `/v1/replays/${id}`);
    assert.deepEqual([body.status, body.done], ['done', 3]);
    assert.equal((await replay('/pause')).body.status, 'done');
  });

  test('what selects nothing sensible is refused with pointers', async () => {
    const bad: [object, string][] = [
      [{ ids: [] }, '/ids'],
      [{ ids: ['dlv_00000002000'], status: 'dead' }, '/ids'],
      [{ status: 'pending' }, '/status'],
      [{ eventTypes: 'a' }, '/eventTypes'],
      [{ since: 'yesterday' }, '/since'],
      [{ httpStatus: '50x' }, '/httpStatus'],
      [{ minAttempts: 0 }, '/minAttempts'],
      [{ minAttempts: 3_000_000_000 }, '/minAttempts'],
      [{ all: true }, '/all'],
      [{ rateLimit: { perSecond: 0 } }, '/rateLimit/perSecond'],
    ];
    for (const [body, pointer] of bad) {
      const answer = await world.ask('POST', '/v1/replays', body);
      assert.equal(answer.status, 422, JSON.stringify(body));
      assert.equal(answer.body.errors[0].pointer, pointer, JSON.stringify(body));
    }
  });

  test('statistics count attempts and endings', async () => {
    const { body } = await world.ask('GET', `/v1/endpoints/${endpointId}/stats`);
    assert.equal(body.attempts, body.delivered + body.failed);
    assert.equal(body.dead, 3);
    assert.ok(body.latencyMs.p50 >= 1);
    assert.ok(body.buckets.length >= 1);
    assert.deepEqual((await world.ask('GET', '/v1/stats')).body.dead, 3);
    const { body: all } = await world.ask('GET', '/v1/stats');
    assert.equal(all.oldestDueAt, null, 'nothing that is due waits');
    assert.deepEqual([all.orders.late, all.orders.stuck], [0, 0]);
    for (const { latencyMs, delivered, failed } of all.buckets)
      assert.equal(latencyMs === null, delivered + failed === 0);
    assert.equal((await world.ask('GET', '/v1/stats?since=30d&bucket=1m')).status, 422);
    assert.equal((await world.ask('GET', '/v1/stats?bucket=soon')).status, 422);
  });
});

test('what is kept how long can be asked by whoever may look', async () => {
  const world = await ApiWorld.open({ retentionMs: 7 * 86_400_000 });
  const { headers } = await world.account('curious');
  const { status, body } = await world.ask('GET', '/v1/retention', undefined, headers);
  assert.equal(status, 200);
  assert.deepEqual([body.events, body.eventIds, body.auditEntries], ['7d', '30d', 100_000]);
  await world.close();
});

test('what a deleted endpoint was owed can be looked at, and not sent again: 409 in words', async () => {
  const world = await ApiWorld.open();
  world.answer = { httpStatus: 500 };
  const { id } = await world.endpoint({ ...petstore, events: ['will.go'] });
  const sibling = await world.endpoint({ events: ['will.go'] });
  const both = await world.publish({ type: 'will.go', data: 1 });
  await world.ask('DELETE', `/v1/endpoints/${sibling.id}`);
  await world.clock.advance(60_000);
  const { id: deadId } = (await world.ask('GET', `/v1/deliveries?endpointId=${id}`)).body.data[0];
  world.answer = {};
  await world.ask('DELETE', `/v1/endpoints/${id}`);
  assert.equal((await world.ask('GET', `/v1/deliveries?endpointId=${id}`)).body.data[0].id, deadId);
  const letters = await world.ask('GET', `/v1/dead-letters?endpointId=${id}`);
  assert.equal(letters.body.data[0].id, deadId);
  assert.equal((await world.ask('GET', `/v1/stats?endpointId=${id}`)).body.dead, 1);
  const other = await world.account('history');
  for (const list of ['deliveries', 'dead-letters', 'stats'])
    assert.equal(
      (await world.ask('GET', `/v1/${list}?endpointId=${id}`, undefined, other.headers)).status,
      404,
    );
  for (const [path, body] of [
    [`/v1/deliveries/${deadId}/retry`, undefined],
    [`/v1/events/${both.body.id}/redeliver`, undefined],
    [`/v1/events/${both.body.id}/redeliver`, { endpointId: id }],
    ['/v1/replays', { ids: [deadId] }],
  ] as const) {
    const answer = await world.ask('POST', path, body);
    assert.equal(answer.status, 409, path);
    assert.match(answer.body.detail, /its endpoint was deleted/);
  }
  assert.equal((await world.ask('GET', `/v1/deliveries/${deadId}`)).body.status, 'dead');
  await world.close();
});

test('a dismissed dead letter leaves the list and counts as cancelled; one unknown id and none does', async () => {
  const world = await ApiWorld.open();
  await world.endpoint({ retry: { schedule: [] } });
  world.answer = { httpStatus: 500 };
  for (const data of [1, 2]) await world.publish({ type: 'a.dead', data });
  await world.clock.advance(2000);
  const [{ id }, other] = (await world.ask('GET', '/v1/dead-letters')).body.data;
  const ids = [id];
  const dismiss = (body: object) => world.ask('POST', '/v1/dead-letters/dismiss', body);
  assert.equal((await dismiss({ ids: [...ids, 'dlv_0000zzzz000'] })).status, 404);
  assert.deepEqual((await dismiss({ ids })).body, { dismissed: 1 });
  assert.deepEqual((await dismiss({ ids })).body, { dismissed: 0 });
  const left = (await world.ask('GET', '/v1/dead-letters')).body.data;
  assert.deepEqual(
    left.map((one: { id: string }) => one.id),
    [other.id],
  );
  assert.equal((await world.ask('GET', `/v1/deliveries/${id}`)).body.status, 'cancelled');
  assert.equal((await dismiss({ ids: [] })).status, 422);
  await world.close();
});
