import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Route } from '../../src/api/route.ts';
import { routes } from '../../src/api/routes.ts';
import { scopes } from '../../src/core/account.ts';
import { newcomersEveryMs } from '../../src/core/limits/sources.ts';
import { ApiWorld, adminKey } from '../support/api.ts';

/** A path with something in its parameters that does not exist. */
function emptyPath(route: Route): string {
  return route.path.replaceAll(/\{\w+\}/g, 'nothing');
}

describe('who may do what', () => {
  let world: ApiWorld;
  let table: Route[];
  const keys = new Map<string, Record<string, string>>();

  before(async () => {
    world = await ApiWorld.open();
    table = routes(world.parts);
    // Or what streams would not end.
    world.engine.live.stop();
    await world.ask('POST', '/v1/accounts', { id: 'team', name: 'team' });
    for (const scope of scopes) {
      const made = await world.ask('POST', '/v1/keys', { account: 'team', name: scope, scopes: [scope] });
      keys.set(scope, { authorization: `Bearer ${made.body.key}` });
    }
    const admin = await world.ask('POST', '/v1/keys', { account: null, name: 'stored admin' });
    assert.match(admin.body.key, /^shk_admin_/);
    keys.set('admin', { authorization: `Bearer ${admin.body.key}` });
    keys.set('fixed admin', { authorization: `Bearer ${adminKey}` });
  });
  after(() => world.close());

  test('A64 every route takes exactly the keys that its documentation says', async () => {
    for (const route of table) {
      for (const [holder, headers] of keys) {
        const body = route.requestBody === null ? undefined : {};
        const asked = world.ask(route.method, emptyPath(route), body, headers);
        // Where there may be other nodes, an unknown address is looked for in the store after a moment.
        let isAnswered = false;
        void asked.finally(() => (isAnswered = true));
        while (route.path.startsWith('/in/') && !isAnswered) await world.clock.advance(newcomersEveryMs);
        const { status } = await asked;
        // A portal reads, so that whoever opens one must read, too.
        const handsOn = route.path === '/v1/portal-links' && route.method === 'POST';
        const may =
          holder.includes('admin') || route.right === 'none' || (holder === route.right && !handsOn);
        const what = `${route.method} ${route.path} by ${holder}: ${status}`;
        if (may) assert.ok(status !== 401 && status !== 403 && status < 500, what);
        else assert.equal(status, 403, what);
      }
    }
  });

  test('no route with a right answers without a key, whatever is asked', async () => {
    for (const route of table.filter((one) => one.right !== 'none')) {
      const answer = await world.app.inject({
        method: route.method,
        url: emptyPath(route),
        payload: 'not JSON',
      });
      assert.equal(answer.statusCode, 401, `${route.method} ${route.path}`);
    }
  });

  test('secrets are shown to manage keys only', () => {
    const shown = table.filter((one) => /secret|\/keys/.test(one.path));
    assert.ok(shown.length >= 7);
    for (const one of shown) assert.equal(one.right, 'manage', one.path);
  });

  test('a key can hand on only the scopes it has, and no admin keys', async () => {
    const manage = keys.get('manage')!;
    const own = await world.ask('POST', '/v1/keys', { name: 'mine', scopes: ['manage'] }, manage);
    assert.equal(own.status, 201);
    assert.equal(own.body.account, 'team');
    for (const body of [
      { scopes: ['publish'] },
      {},
      { account: null, scopes: ['manage'] },
      { account: 'default', scopes: ['manage'] },
    ]) {
      assert.equal(
        (await world.ask('POST', '/v1/keys', { name: 'more', ...body }, manage)).status,
        403,
        JSON.stringify(body),
      );
    }
  });
});

describe('what belongs to another account', () => {
  let world: ApiWorld;
  const ids: Record<string, string> = {};
  let owner: Record<string, string>;
  let stranger: Record<string, string>;

  before(async () => {
    world = await ApiWorld.open();
    owner = (await world.account('owner')).headers;
    stranger = (await world.account('stranger')).headers;
    world.answer = { httpStatus: 410 };
    const endpoint = await world.endpoint({}, owner);
    const event = await world.publish(
      { type: 'order.created', data: { secret: 'of the owner' }, id: 'own-event' },
      owner,
    );
    const delivery = (await world.ask('GET', '/v1/deliveries', undefined, owner)).body.data[0];
    const replay = await world.ask('POST', '/v1/replays', { status: 'cancelled' }, owner);
    const key = (await world.ask('GET', '/v1/keys', undefined, owner)).body.data[0];
    await world.ask('PUT', '/v1/event-types/owners.own', { description: 'theirs' }, owner);
    assert.equal(delivery.status, 'dead');
    Object.assign(ids, {
      Endpoints: endpoint.id,
      Webhooks: endpoint.id,
      Events: event.body.id,
      Deliveries: delivery.id,
      Replays: replay.body.id,
      Keys: key.id,
      'Event types': 'owners.own',
    });
  });
  after(() => world.close());

  const snapshot = async (): Promise<unknown> => {
    const lists = [
      '/v1/endpoints',
      '/v1/events',
      '/v1/deliveries',
      '/v1/replays',
      '/v1/keys',
      '/v1/event-types?limit=250',
    ];
    const texts = await Promise.all(
      lists.map(async (url) => (await world.ask('GET', url, undefined, owner)).text),
    );
    return [
      ...texts,
      (await world.ask('GET', `/v1/endpoints/${ids.Endpoints}/secret`, undefined, owner)).text,
    ];
  };

  test('every route with an id in its path answers 404 to a stranger, and nothing changes', async () => {
    const before = await snapshot();
    let tried = 0;
    for (const route of routes(world.parts)) {
      const id = ids[route.tag];
      // Declaring a type of the same name is the stranger's own affair, and profiles and accounts are nobody's.
      if (
        !route.path.includes('{') ||
        id === undefined ||
        (route.tag === 'Event types' && route.method === 'PUT')
      )
        continue;
      const body = route.requestBody === null ? undefined : (route.bodyExample ?? {});
      const path = route.path.replaceAll(/\{\w+\}/g, encodeURIComponent(id));
      const answer = await world.ask(route.method, path, body, stranger);
      assert.equal(answer.status, 404, `${route.method} ${path}: ${answer.text}`);
      assert.doesNotMatch(answer.text, /of the owner|receiver\.example/);
      tried++;
    }
    assert.ok(tried >= 25, `${tried} routes`);
    assert.deepEqual(await snapshot(), before);
  });

  test('ids in bodies and queries are looked for in the asking account only', async () => {
    const before = await snapshot();
    const { Endpoints: endpointId, Deliveries: deliveryId } = ids;
    const asks: [string, string, object?][] = [
      ['POST', '/v1/replays', { endpointId }],
      ['POST', '/v1/replays', { ids: [deliveryId] }],
      ['POST', '/v1/dead-letters/dismiss', { ids: [deliveryId] }],
      ['POST', '/v1/replays/plan', { endpointId }],
      ['POST', '/v1/replays/plan', { ids: [deliveryId] }],
      ['GET', `/v1/deliveries?endpointId=${endpointId}`],
      ['GET', `/v1/dead-letters?endpointId=${endpointId}`],
      ['GET', `/v1/stats?endpointId=${endpointId}`],
    ];
    for (const [method, url, body] of asks) {
      assert.equal((await world.ask(method, url, body, stranger)).status, 404, `${method} ${url}`);
    }
    const own = await world.publish({ type: 'a', data: 1, id: 'strangers' }, stranger);
    assert.equal(
      (await world.ask('POST', `/v1/events/${own.body.id}/redeliver`, { endpointId }, stranger)).status,
      404,
    );
    assert.deepEqual(await snapshot(), before);
  });

  test('lists, replays without a filter and statistics reach the asking account only', async () => {
    for (const url of ['/v1/endpoints', '/v1/deliveries', '/v1/dead-letters', '/v1/replays']) {
      assert.deepEqual((await world.ask('GET', url, undefined, stranger)).body.data, [], url);
    }
    assert.equal((await world.ask('POST', '/v1/replays', {}, stranger)).body.total, 0);
    assert.equal((await world.ask('GET', '/v1/stats', undefined, stranger)).body.attempts, 0);
  });

  test('A94 the same event id and idempotency key in two accounts are two events', async () => {
    const key = { 'idempotency-key': 'shared' };
    const mine = await world.publish({ type: 'a', data: 1, id: 'shared-id' }, { ...owner, ...key });
    const theirs = await world.publish({ type: 'a', data: 2, id: 'shared-id' }, { ...stranger, ...key });
    assert.equal(mine.status, 202);
    assert.equal(theirs.status, 202);
    assert.equal(theirs.headers['idempotent-replayed'], undefined);
  });

  test('an event for another account is 403, in a batch too', async () => {
    assert.equal(
      (await world.ask('POST', '/v1/events', { type: 'a', data: 1, account: 'owner' }, stranger)).status,
      403,
    );
    const batch = await world.ask(
      'POST',
      '/v1/events/batch',
      { events: [{ type: 'a', data: 1, account: 'owner' }] },
      stranger,
    );
    assert.equal(batch.body.data[0].error.status, 403);
  });
});
