import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiWorld, type Reply } from '../support/api.ts';
import { type Operation, operationsOf } from '../support/operations.ts';

/*
 * Every operation of the OpenAPI document is tried by somebody of another account, with the owner's ids wherever an id can stand. What
 * is tried comes from the document, so that a new route is tried, too: it fails here until the owner has one of what it is about.
 */

/** In everything the owner has, and nowhere else. */
const canary = 'of-the-owner-only';

/** Whose address is the secret itself: a provider's, or a bin's. */
const isDoor = (path: string): boolean => /^\/(in|b)\//.test(path);
/** The same for everybody: what is built in. */
const isPublic = (path: string): boolean => /^\/v1\/(profiles|schemes)/.test(path);
/** A name, which every account may use for its own. */
const isOwnAffair = ({ method, path }: Operation): boolean =>
  method === 'PUT' && path === '/v1/event-types/{name}';

let world: ApiWorld;
let operations: Operation[];
let owner: Record<string, string>;
/** Somebody else's key, and an open portal of theirs. */
const strangers = new Map<string, Record<string, string>>();
/** The owner's ids, by the first steps of the address that takes them. */
const ids: Record<string, string> = {};
/** The owner's values, by the name of the query parameter or member that takes them. */
let values: Record<string, unknown>;

async function make(path: string, body: object): Promise<string> {
  const made = await world.ask('POST', path, body, owner);
  assert.ok(made.status === 201 || made.status === 202, `${path} ${made.text}`);
  ids[path] = made.body.id;
  return made.body.id;
}

async function fillAccount(): Promise<void> {
  const endpoint = {
    url: `https://${canary}.example/hooks`,
    events: ['*'],
    retry: { schedule: [] },
    description: canary,
  };
  ids['/v1/webhooks'] = await make('/v1/endpoints', endpoint);
  world.answer = { httpStatus: 500, responseBody: canary };
  const event = {
    type: `type.${canary}`,
    data: { canary },
    reference: `reference.${canary}`,
    id: `event.${canary}`,
  };
  await make('/v1/events', event);
  await world.clock.advance(0);
  ids['/v1/deliveries'] = (await world.ask('GET', '/v1/dead-letters', undefined, owner)).body.data[0].id;
  await make('/v1/replays', { status: 'cancelled' });
  const tracking = { reference: '/reference', states: { paid: 'fulfilled' } };
  const source = await make('/v1/sources', { name: canary, scheme: 'standard', tracking });
  const { url } = (await world.ask('GET', `/v1/sources/${source}`, undefined, owner)).body;
  await world.app.inject({ method: 'POST', url: new URL(url).pathname, payload: JSON.stringify({ canary }) });
  await world.clock.advance(0);
  const came = await world.ask('GET', `/v1/sources/${source}/requests`, undefined, owner);
  ids['/v1/source-requests'] = came.body.data[0].id;
  await make('/v1/orders', { sourceId: source, reference: `reference.${canary}` });
  const bin = await make('/v1/bins', { name: canary });
  await world.app.inject({ method: 'POST', url: `/b/${bin}`, payload: canary });
  const channel = await make('/v1/alert-channels', {
    name: canary,
    type: 'email',
    to: `a@${canary}.example`,
  });
  await make('/v1/alert-rules', { name: canary, kind: 'delivery.dead', channels: [channel] });
  await make('/v1/keys', { name: canary });
  await make('/v1/portal-links', { name: canary });
  await world.ask('PUT', `/v1/event-types/type.${canary}`, { description: canary }, owner);
  ids['/v1/event-types'] = `type.${canary}`;
  await raiseAlert();
}

async function raiseAlert(): Promise<void> {
  const accountNo = world.engine.directory.accountById('owner')!.no;
  const about = { kind: 'queue.lag' as const, subject: 'queue', summary: canary, detail: { canary } };
  const raise = {
    id: 'alr_0000000000000000000000',
    accountNo,
    ...about,
    tell: [],
    cause: 'queue',
    signals: [],
  };
  await world.store.recordAlerts({ raised: [raise], resolved: [], nowMs: world.clock.nowMs() });
  ids['/v1/alerts'] = raise.id;
}

/** Needs an owner of the installation: made by the admin key, and nobody's account. */
async function fillInstallation(): Promise<void> {
  const person = await world.ask('POST', '/v1/people', {
    name: canary,
    email: `p@${canary}.example`,
    role: 'owner',
  });
  ids['/v1/people'] = person.body.id;
  const link = await world.ask('POST', '/v1/sign-in-links', {});
  const token = new URL(link.body.url).hash.slice(1);
  await world.ask('POST', '/v1/sessions', { token }, { authorization: '' });
  ids['/v1/sessions'] = (await world.ask('GET', '/v1/sessions')).body.data[0].id;
  ids['/v1/accounts'] = 'owner';
}

before(async () => {
  world = await ApiWorld.open();
  const account = await world.ask('POST', '/v1/accounts', { id: 'owner', name: canary });
  assert.equal(account.status, 201);
  const key = await world.ask('POST', '/v1/keys', { account: 'owner', name: canary });
  owner = { authorization: `Bearer ${key.body.key}` };
  await fillAccount();
  await fillInstallation();
  values = {
    endpointId: ids['/v1/endpoints'],
    sourceId: ids['/v1/sources'],
    source: ids['/v1/sources'],
    sources: [ids['/v1/sources']],
    channels: [ids['/v1/alert-channels']],
    personId: ids['/v1/people'],
    account: 'owner',
    ids: [ids['/v1/deliveries']],
    reference: `reference.${canary}`,
    type: `type.${canary}`,
    eventType: `type.${canary}`,
    q: canary,
  };
  const { headers } = await world.account('stranger');
  strangers.set('a key of another account', headers);
  const { url } = (await world.ask('POST', '/v1/portal-links', {}, headers)).body;
  const opened = await world.ask(
    'POST',
    '/v1/portal-sessions',
    { token: new URL(url).hash.slice(1) },
    { authorization: '' },
  );
  strangers.set('a portal of another account', { authorization: `Bearer ${opened.body.token}` });
  operations = operationsOf((await world.ask('GET', '/openapi.json')).body);
  // Or what streams would not end.
  world.engine.live.stop();
});
after(() => world.close());

/** The owner's id in the place of the parameter. */
function addressOf({ path }: Operation): string {
  const id = ids[path.split('/{')[0]!];
  assert.ok(id !== undefined, `${path}: the owner has none of these. Add one to this test.`);
  return path.replace(/\{\w+\}/, encodeURIComponent(id));
}

/** Throws when an answer holds something of the owner's that was not sent along. */
function holdsNothing(reply: Reply, sent: string, what: string): void {
  const secret = new Set([...Object.values(ids).filter((id) => /^[a-z]+_/.test(id)), canary]);
  for (const one of secret) {
    if (sent.includes(one)) continue;
    assert.ok(!reply.text.includes(one), `${what} tells ${one}: ${reply.text}`);
  }
}

async function ownersView(): Promise<string[]> {
  const seen: string[] = [];
  for (const { method, path } of operations) {
    if (method !== 'GET' || isDoor(path) || path.endsWith('/stream') || !path.startsWith('/v1/')) continue;
    const address =
      path.includes('{') && !isPublic(path) ? addressOf({ method, path, query: [], body: null }) : path;
    seen.push(
      `${path} ${(await world.ask('GET', address, undefined, owner)).text.replace(/"requestId":"[\w-]+"/, '')}`,
    );
  }
  return seen;
}

describe('A65 somebody of another account', () => {
  test('gets 404 or 403 for each address with an id of the owner’s in it, and nothing changes', async () => {
    const before = await ownersView();
    let tried = 0;
    for (const [who, headers] of strangers)
      for (const operation of operations) {
        const { method, path, body } = operation;
        if (!path.includes('{') || isDoor(path) || isPublic(path) || isOwnAffair(operation)) continue;
        const address = addressOf(operation);
        const reply = await world.ask(method, address, body?.example, headers);
        const what = `${method} ${address} by ${who}`;
        assert.ok(reply.status === 404 || reply.status === 403, `${what}: ${reply.status} ${reply.text}`);
        if (reply.status === 404) holdsNothing(reply, address, what);
        tried += 1;
      }
    assert.ok(tried >= 100, `${tried} were tried`);
    assert.deepEqual(await ownersView(), before);
  });

  test('sees nothing of the owner’s in any list, whatever of the owner’s is asked for there', async () => {
    let tried = 0;
    for (const [who, headers] of strangers)
      for (const { method, path, query } of operations) {
        if (method !== 'GET' || path.includes('{') || isPublic(path) || !path.startsWith('/v1/')) continue;
        for (const name of ['', ...query.filter((one) => one in values)]) {
          const search = name === '' ? '' : `?${name}=${encodeURIComponent(String(values[name]))}`;
          const reply = await world.ask('GET', path + search, undefined, headers);
          holdsNothing(reply, decodeURIComponent(search), `GET ${path}${search} by ${who}`);
          if (name !== '' && reply.status === 200 && Array.isArray(reply.body.data))
            assert.deepEqual(reply.body.data, [], `${path}${search}`);
          tried += 1;
        }
      }
    assert.ok(tried >= 60, `${tried} were tried`);
  });

  test('reaches nothing of the owner’s by naming it in a body', async () => {
    const before = await ownersView();
    let tried = 0;
    for (const [who, headers] of strangers)
      for (const { method, path, body } of operations) {
        if (body === null || path.includes('{') || !path.startsWith('/v1/')) continue;
        for (const name of body.members.filter(
          (one) => one in values && one !== 'type' && one !== 'reference',
        )) {
          const sent = { ...body.example, [name]: values[name] };
          const reply = await world.ask(method, path, sent, headers);
          const what = `${method} ${path} with ${name} by ${who}`;
          holdsNothing(reply, JSON.stringify(sent), what);
          // An endpoint may wait for a source that is not there: it hears nothing.
          if (name !== 'sources' && name !== 'eventType')
            assert.ok(reply.status >= 400, `${what}: ${reply.status} ${reply.text}`);
          tried += 1;
        }
      }
    assert.ok(tried >= 16, `${tried} were tried`);
    assert.deepEqual(await ownersView(), before);
  });

  test('acts for no account but the own, whatever the header names', async () => {
    for (const [who, headers] of strangers)
      for (const { method, path, body } of operations) {
        if (
          !path.startsWith('/v1/') ||
          isPublic(path) ||
          path === '/v1/sessions/current' ||
          /-sessions$|^\/v1\/sessions$/.test(path)
        )
          continue;
        const address = path.replace(/\{\w+\}/, 'nothing');
        const reply = await world.ask(method, address, body?.example, {
          ...headers,
          'surehook-account': 'owner',
        });
        assert.equal(reply.status, 403, `${method} ${address} by ${who}: ${reply.text}`);
      }
  });

  test('A90 goes on in no list by the owner’s cursor, nor by one that was made up', async () => {
    const { headers } = await world.account('newcomer');
    await make('/v1/endpoints', { url: `https://${canary}.example/two`, events: ['none'] });
    await make('/v1/events', { type: 'none', data: { canary }, id: `second.${canary}` });
    await make('/v1/bins', { name: canary });
    await make('/v1/keys', { name: canary });
    await make('/v1/portal-links', { name: canary });
    let tried = 0;
    for (const { method, path, query } of operations) {
      if (method !== 'GET' || !query.includes('cursor') || path.includes('{')) continue;
      const first = await world.ask('GET', `${path}?limit=1`, undefined, owner);
      const cursor = first.body.nextCursor ?? null;
      if (first.status !== 200 || cursor === null) continue;
      const theirs = await world.ask('GET', `${path}?cursor=${cursor}`, undefined, headers);
      assert.equal(theirs.status, 422, `${path}: ${theirs.text}`);
      const [list, , position] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
      const own = world.engine.directory.accountById('newcomer')!.no;
      const forged = Buffer.from(JSON.stringify([list, own, position])).toString('base64url');
      holdsNothing(
        await world.ask('GET', `${path}?cursor=${forged}`, undefined, headers),
        '',
        `${path} by a forged cursor`,
      );
      for (const wrong of [
        'x',
        Buffer.from('[]').toString('base64url'),
        Buffer.from('{"a":1}').toString('base64url'),
      ])
        assert.equal(
          (await world.ask('GET', `${path}?cursor=${wrong}`, undefined, headers)).status,
          422,
          path,
        );
      tried += 1;
    }
    assert.ok(tried >= 6, `${tried} lists`);
  });

  test('A95 is told nothing by the addresses that are open to everybody', async () => {
    for (const path of ['/livez', '/readyz', '/metrics', '/openapi.json', '/docs', '/']) {
      const reply = await world.ask('GET', path, undefined, { authorization: '' });
      assert.equal(reply.status, 200, path);
      assert.ok(!reply.text.includes(canary), path);
    }
  });
});
