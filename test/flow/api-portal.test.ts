import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { isInPortal, portalRoutes } from '../../src/api/portal-routes.ts';
import { routes } from '../../src/api/routes.ts';
import * as limits from '../../src/core/limits/portals.ts';
import { ApiWorld, adminKey, type Reply } from '../support/api.ts';

let world: ApiWorld;
let acme: { id: string; headers: Record<string, string> };
let other: { id: string; headers: Record<string, string> };

beforeEach(async () => {
  world = await ApiWorld.open({ dashboard: new Map([['/index.html', Buffer.from('<!doctype html>')]]) });
  acme = await world.account('acme');
  other = await world.account('other');
});
afterEach(() => world.close());

async function makeLink(
  body: object = {},
  headers = acme.headers,
): Promise<{ id: string; url: URL; token: string }> {
  const made = await world.ask('POST', '/v1/portal-links', body, headers);
  assert.equal(made.status, 201, made.text);
  const url = new URL(made.body.url);
  return { id: made.body.id, url, token: url.hash.slice(1) };
}

const use = (token: string): Promise<Reply> =>
  world.ask('POST', '/v1/portal-sessions', { token }, { authorization: '', 'sec-fetch-site': 'same-origin' });

async function opened(body: object = {}): Promise<Record<string, string>> {
  const reply = await use((await makeLink(body)).token);
  assert.equal(reply.status, 201, reply.text);
  return { authorization: `Bearer ${reply.body.token}` };
}

const statusOf = async (id: string): Promise<string> => {
  const links = (await world.ask('GET', '/v1/portal-links', undefined, acme.headers)).body.data;
  return links.find((one: { id: string }) => one.id === id).status;
};

describe('a portal link', () => {
  test('is opened once, and what it opens says whose it is and how it looks', async () => {
    const { id, url, token } = await makeLink({ name: 'Acme hooks', color: '#0A7D4F' });
    assert.equal(url.pathname, `/portal/${id}`);
    assert.ok(Buffer.from(token, 'base64url').length >= 32);
    const { status, body } = await use(token);
    assert.equal(status, 201);
    assert.match(body.token, /^shk_portal_/);
    assert.deepEqual(
      [body.account, body.name, body.color, body.readOnly],
      [{ id: 'acme', name: 'acme' }, 'Acme hooks', '#0a7d4f', false],
    );
    assert.equal((await use(token)).status, 401);
    assert.equal(await statusOf(id), 'open');
  });

  test('A88 is not opened after its time, and what it opened ends by itself', async () => {
    const late = await makeLink({ expiresIn: '10s' });
    await world.clock.advance(10_000);
    assert.equal((await use(late.token)).status, 401);
    assert.equal(await statusOf(late.id), 'expired');
    const headers = await opened({ lasts: '1m' });
    assert.equal((await world.ask('GET', '/v1/endpoints', undefined, headers)).status, 200);
    await world.clock.advance(60_000);
    assert.equal((await world.ask('GET', '/v1/endpoints', undefined, headers)).status, 401);
  });

  test('that is revoked opens nothing, and what it opened is closed at once', async () => {
    const link = await makeLink();
    const headers = { authorization: `Bearer ${(await use(link.token)).body.token}` };
    assert.equal(
      (await world.ask('DELETE', `/v1/portal-links/${link.id}`, undefined, other.headers)).status,
      404,
    );
    assert.equal((await world.ask('GET', '/v1/endpoints', undefined, headers)).status, 200);
    assert.equal(
      (await world.ask('DELETE', `/v1/portal-links/${link.id}`, undefined, acme.headers)).status,
      204,
    );
    assert.equal((await world.ask('GET', '/v1/endpoints', undefined, headers)).status, 401);
    assert.equal(await statusOf(link.id), 'revoked');
    const unused = await makeLink();
    await world.ask('DELETE', `/v1/portal-links/${unused.id}`, undefined, acme.headers);
    assert.equal((await use(unused.token)).status, 401);
  });

  test('and what it opened end with the account', async () => {
    const headers = await opened();
    await world.ask('DELETE', '/v1/accounts/acme');
    assert.equal((await world.ask('GET', '/v1/endpoints', undefined, headers)).status, 401);
  });

  test('is made by who may manage, for no account but theirs, and hands on no more than they have', async () => {
    const key = async (scopes: string[]): Promise<Record<string, string>> => {
      const made = await world.ask('POST', '/v1/keys', { account: 'acme', name: 'k', scopes });
      return { authorization: `Bearer ${made.body.key}` };
    };
    const asks = async (scopes: string[], body: object): Promise<number> =>
      (await world.ask('POST', '/v1/portal-links', body, await key(scopes))).status;
    assert.equal(await asks(['read', 'publish', 'receive'], {}), 403);
    assert.equal(await asks(['manage'], {}), 403);
    assert.equal(await asks(['manage', 'read'], {}), 201);
    assert.equal(await asks(['manage', 'read'], { account: 'acme' }), 201);
    assert.equal(await asks(['manage', 'read'], { account: 'other' }), 403);
    const byAdmin = await world.ask('POST', '/v1/portal-links', { account: 'other' });
    assert.equal(byAdmin.body.account, 'other');
    assert.equal((await world.ask('POST', '/v1/portal-links', { account: 'nobody' })).status, 404);
  });

  test('is listed for its account only, without what opens it', async () => {
    const { id, token } = await makeLink();
    const list = await world.ask('GET', '/v1/portal-links', undefined, acme.headers);
    assert.deepEqual(
      list.body.data.map((one: { id: string }) => one.id),
      [id],
    );
    assert.ok(!list.text.includes(token) && !list.text.includes('hash'));
    assert.deepEqual((await world.ask('GET', '/v1/portal-links', undefined, other.headers)).body.data, []);
    await world.clock.advance(1);
    const second = await makeLink();
    const first = await world.ask('GET', '/v1/portal-links?limit=1', undefined, acme.headers);
    assert.equal(first.body.data[0].id, second.id);
    const rest = await world.ask(
      'GET',
      `/v1/portal-links?limit=1&cursor=${first.body.nextCursor}`,
      undefined,
      acme.headers,
    );
    assert.deepEqual([rest.body.data[0].id, rest.body.nextCursor], [id, null]);
  });

  test('A67 is opened by a page of ours only', async () => {
    const { token } = await makeLink();
    const from = (site: string) =>
      world.ask('POST', '/v1/portal-sessions', { token }, { authorization: '', 'sec-fetch-site': site });
    assert.equal((await from('cross-site')).status, 403);
    assert.equal((await from('same-site')).status, 403);
    assert.equal((await from('same-origin')).status, 201);
  });

  test('is bounded', async () => {
    for (const [name, body] of Object.entries({
      '/expiresIn': { expiresIn: '2h' },
      '/lasts': { lasts: '25h' },
      '/origins': { origins: Array.from({ length: limits.portalOrigins + 1 }, () => 'https://a.example') },
      '/origins/0': { origins: ['https://*.example'] },
      '/color': { color: 'red' },
    })) {
      const reply = await world.ask('POST', '/v1/portal-links', body, acme.headers);
      assert.equal(reply.status, 422, name);
      assert.equal(reply.body.errors[0].pointer, name);
    }
  });
});

describe('an open portal', () => {
  test('every route that it may ask for is one, and it gets nothing from any other', async () => {
    const headers = await opened();
    // Or what streams would not end.
    world.engine.live.stop();
    const table = routes(world.parts);
    const tried = new Set<string>();
    for (const route of table) {
      if (route.right === 'none') continue;
      const path = route.path.replaceAll(/\{\w+\}/g, 'nothing');
      const body = route.requestBody === null ? undefined : {};
      const { status } = await world.ask(route.method, path, body, headers);
      if (isInPortal(route)) {
        assert.ok(status !== 401 && status !== 403 && status < 500, `${route.method} ${path}: ${status}`);
        tried.add(`${route.method} ${route.path}`);
      } else assert.equal(status, 403, `${route.method} ${path}`);
    }
    assert.deepEqual(tried, portalRoutes);
  });

  test('A64 for reading only shows no secret and changes nothing', async () => {
    const endpoint = await world.endpoint({}, acme.headers);
    const headers = await opened({ readOnly: true });
    const one = `/v1/endpoints/${endpoint.id}`;
    assert.equal((await world.ask('GET', one, undefined, headers)).status, 200);
    assert.equal((await world.ask('GET', `${one}/secret`, undefined, headers)).status, 403);
    for (const act of ['pause', 'rotate-secret'])
      assert.equal((await world.ask('POST', `${one}/${act}`, {}, headers)).status, 403);
    assert.equal((await world.ask('DELETE', one, undefined, headers)).status, 403);
  });

  test('sees and changes its own account, and the other one is not there', async () => {
    await world.endpoint({ url: 'https://other.example/hooks' }, other.headers);
    await world.publish({ type: 'a', data: 1 }, other.headers);
    const theirs = (await world.ask('GET', '/v1/deliveries', undefined, other.headers)).body.data[0].id;
    const headers = await opened();
    const made = await world.ask(
      'POST',
      '/v1/endpoints',
      { url: 'https://acme.example/', events: ['*'] },
      headers,
    );
    assert.equal(made.status, 201);
    const list = await world.ask('GET', '/v1/endpoints', undefined, headers);
    assert.deepEqual(
      list.body.data.map(({ url }: { url: string }) => url),
      ['https://acme.example/'],
    );
    assert.equal((await world.ask('GET', `/v1/deliveries/${theirs}`, undefined, headers)).status, 404);
    const named = { ...headers, 'surehook-account': 'other' };
    assert.equal((await world.ask('GET', '/v1/endpoints', undefined, named)).status, 403);
    const me = (await world.ask('GET', '/v1/sessions/current', undefined, headers)).body;
    assert.deepEqual([me.accounts, me.role, me.person], [[{ id: 'acme', name: 'acme' }], null, null]);
  });

  test('what is done there is in the audit log, and in the reasons that people read', async () => {
    const endpoint = await world.endpoint({}, acme.headers);
    const headers = await opened({ name: 'Acme hooks' });
    const paused = await world.ask('POST', `/v1/endpoints/${endpoint.id}/pause`, undefined, headers);
    assert.match(paused.body.statusReason, /portal "Acme hooks"/);
    const log = (await world.ask('GET', '/v1/audit')).body.data;
    assert.deepEqual(
      log.map(({ actor, act, account }: Record<string, string>) => [actor, act, account]),
      [
        ['portal "Acme hooks"', 'Pause an endpoint', 'acme'],
        ['portal "Acme hooks"', 'Open a portal', 'acme'],
      ],
    );
  });

  test('A63 its token is stored nowhere', async () => {
    const { token, id } = await makeLink();
    const session = (await use(token)).body.token;
    const stored = JSON.stringify(await world.store.portalLink(id));
    assert.ok(!stored.includes(token) && !stored.includes(session));
  });
});

describe('the pages of a portal', () => {
  const policyOf = async (path: string): Promise<string> => {
    const answer = await world.app.inject({
      method: 'GET',
      url: path,
      headers: { authorization: `Bearer ${adminKey}` },
    });
    assert.equal(answer.statusCode, 200);
    return String(answer.headers['content-security-policy']);
  };

  test('A74 are framed by the origins that the link names, and by nobody else', async () => {
    const { id } = await makeLink({ origins: ['https://shop.example', 'http://localhost:3000'] });
    for (const path of [`/portal/${id}`, `/portal/${id}/endpoints/ep_1`])
      assert.match(await policyOf(path), /frame-ancestors https:\/\/shop\.example http:\/\/localhost:3000;/);
    const { id: alone } = await makeLink();
    for (const path of [
      `/portal/${alone}`,
      '/portal/ptl_nothing',
      '/portal/%00',
      '/',
      '/endpoints',
      '/signin',
    ])
      assert.match(await policyOf(path), /frame-ancestors 'none';/);
  });

  test('may still be framed when the link is over, to say so there', async () => {
    const { id } = await makeLink({ origins: ['https://shop.example'], expiresIn: '10s' });
    await world.clock.advance(10_000);
    assert.match(await policyOf(`/portal/${id}`), /frame-ancestors https:\/\/shop\.example;/);
  });
});
