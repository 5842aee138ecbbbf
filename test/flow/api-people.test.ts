import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { actWords, isEnd } from '../../dashboard/words/audit.ts';
import { routes } from '../../src/api/routes.ts';
import * as limits from '../../src/core/limits/people.ts';
import { ApiWorld, adminKey, type Reply } from '../support/api.ts';

/** A browser with its cookie, and what its page knows. */
class Browser {
  readonly #world: ApiWorld;
  cookie: string | null = null;
  csrf: string | null = null;

  constructor(world: ApiWorld) {
    this.#world = world;
  }

  async ask(method: string, url: string, body?: unknown, more: Record<string, string> = {}): Promise<Reply> {
    const own = {
      ...(this.cookie === null ? {} : { cookie: this.cookie }),
      ...(this.csrf === null ? {} : { 'surehook-csrf': this.csrf }),
      'sec-fetch-site': 'same-origin',
    };
    const reply = await this.#world.ask(method, url, body, {
      authorization: '',
      ...own,
      ...more,
    });
    const set = reply.headers['set-cookie'];
    if (typeof set === 'string') this.cookie = set.split(';')[0]!;
    return reply;
  }

  async signIn(proof: object): Promise<Reply> {
    const reply = await this.ask('POST', '/v1/sessions', proof);
    if (reply.status === 201) this.csrf = reply.body.csrf;
    return reply;
  }
}

let world: ApiWorld;
beforeEach(async () => {
  world = await ApiWorld.open();
});
afterEach(() => world.close());

async function link(personId?: string): Promise<{ token: string }> {
  const made = await world.ask('POST', '/v1/sign-in-links', personId === undefined ? {} : { personId });
  assert.equal(made.status, 201);
  return { token: new URL(made.body.url).hash.slice(1) };
}

async function signedIn(proof: object): Promise<Browser> {
  const browser = new Browser(world);
  const reply = await browser.signIn(proof);
  assert.equal(reply.status, 201, reply.text);
  return browser;
}

async function person(role: string): Promise<Browser> {
  const password = `password of ${role}`;
  const email = `${role}@shop.example`;
  const made = await world.ask('POST', '/v1/people', { name: role, email, role, password });
  assert.equal(made.status, 201, made.text);
  return await signedIn({ email, password });
}

describe('signing in', () => {
  test('the first link makes the owner, who sets address and password and comes back with them', async () => {
    const browser = await signedIn(await link());
    const me = (await browser.ask('GET', '/v1/sessions/current')).body;
    assert.equal(me.role, 'owner');
    const changes = { name: 'Ana', email: 'Ana@Shop.example', password: 'correct horse battery' };
    assert.equal((await browser.ask('PATCH', `/v1/people/${me.person.id}`, changes)).status, 200);
    const again = new Browser(world);
    assert.equal((await again.signIn({ email: 'ana@shop.example', password: changes.password })).status, 201);
    assert.equal((await again.ask('GET', '/v1/endpoints')).status, 200);
  });

  test('A88 A96 a link works once, and not after its time', async () => {
    const once = await link();
    await signedIn(once);
    assert.equal((await new Browser(world).signIn(once)).status, 401);
    const late = await link();
    await world.clock.advance(limits.signInLinkKeepMs);
    assert.equal((await new Browser(world).signIn(late)).status, 401);
  });

  test('an API key signs in to what it may do, and its session ends with it', async () => {
    const made = await world.ask('POST', '/v1/keys', { name: 'looker', scopes: ['read'] });
    const browser = await signedIn({ key: made.body.key });
    const { accounts } = (await browser.ask('GET', '/v1/sessions/current')).body;
    assert.deepEqual(
      accounts.map(({ id }: { id: string }) => id),
      ['default'],
    );
    assert.equal((await browser.ask('GET', '/v1/deliveries')).status, 200);
    assert.equal(
      (await browser.ask('POST', '/v1/endpoints', { url: 'https://a.example', events: ['*'] })).status,
      403,
    );
    await world.ask('DELETE', `/v1/keys/${made.body.id}`);
    assert.equal((await browser.ask('GET', '/v1/deliveries')).status, 401);
    const admin = await signedIn({ key: adminKey });
    assert.equal((await admin.ask('GET', '/v1/people')).status, 200);
  });

  test('A70 what is wrong is not told: person, password and a person without one answer alike', async () => {
    await person('owner');
    await world.ask('POST', '/v1/people', { name: 'No password', email: 'none@shop.example' });
    const answers = [];
    for (const email of ['owner@shop.example', 'nobody@shop.example', 'none@shop.example']) {
      const { status, body } = await new Browser(world).signIn({ email, password: 'wrong wrong wrong' });
      answers.push([status, body.detail, body.title]);
    }
    assert.equal(answers[0]![0], 401);
    assert.deepEqual(answers[1], answers[0]);
    assert.deepEqual(answers[2], answers[0]);
  });

  test('A68 after some failures an address has to wait, the right password included; others come in all the same', async () => {
    await person('owner');
    const right = { email: 'owner@shop.example', password: 'password of owner' };
    const here = new Browser(world);
    for (let i = 0; i < limits.signInFailuresEach; i++)
      assert.equal((await here.signIn({ ...right, password: 'wrong wrong' })).status, 401);
    const refused = await here.signIn(right);
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assert.equal((await here.signIn({ email: 'other@shop.example', password: 'wrong wrong' })).status, 401);
    await world.clock.advance(limits.signInWithinMs);
    assert.equal((await here.signIn(right)).status, 201);
  });

  test('A69 an address that a stranger writes into a header is not believed: the failures are those of the connection', async () => {
    const from = async (forwarded: string): Promise<number> => {
      const payload = { email: 'owner@shop.example', password: 'wrong wrong' };
      const headers = { 'x-forwarded-for': forwarded };
      return (await world.app.inject({ method: 'POST', url: '/v1/sessions', payload, headers })).statusCode;
    };
    for (let i = 0; i < limits.signInFailuresEach; i++) assert.equal(await from(`203.0.113.${i}`), 401);
    assert.equal(await from('203.0.113.99'), 429);
  });

  test('an IPv6 network of 64 bits counts as one address, for its holder takes any of them', async () => {
    await person('owner');
    const from = async (remoteAddress: string): Promise<number> => {
      const payload = { email: 'owner@shop.example', password: 'wrong wrong' };
      return (await world.app.inject({ method: 'POST', url: '/v1/sessions', payload, remoteAddress }))
        .statusCode;
    };
    for (let i = 0; i < limits.signInFailuresEach; i++)
      assert.equal(await from(`2001:db8:0:1::${i + 1}`), 401);
    assert.equal(await from('2001:db8:0:1:a:b:c:d'), 429);
    assert.equal(await from('2001:db8:0:2::1'), 401);
  });

  test('guesses that are made side by side count as well', async () => {
    await person('owner');
    const guesses = Array.from({ length: 3 * limits.signInFailuresEach }, (_, i) =>
      new Browser(world).signIn({ email: 'owner@shop.example', password: `guess number ${i}` }),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 401).length, limits.signInFailuresEach);
  });

  test('a body that shows nothing, or two things, is refused with what to send', async () => {
    for (const body of [
      {},
      { key: 'a', token: 'b' },
      { email: 'a@b.example' },
      { key: 1 },
      { key: 'a', role: 'owner' },
    ]) {
      const reply = await new Browser(world).signIn(body);
      assert.equal(reply.status, 422, JSON.stringify(body));
    }
  });
});

describe('a session', () => {
  test('its cookie is out of reach of scripts and other sites, and holds nothing that is stored', async () => {
    const browser = new Browser(world);
    const reply = await browser.signIn({ key: adminKey });
    const cookie = String(reply.headers['set-cookie']);
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/']) assert.ok(cookie.includes(part), cookie);
    const token = browser.cookie!.split('=')[1]!;
    assert.ok(Buffer.from(token, 'base64url').length >= 32);
    assert.ok(!JSON.stringify(await world.store.sessions(world.clock.nowMs())).includes(token));
    assert.ok(!reply.text.includes(token));
  });

  test('over https the cookie insists on it', async () => {
    const secure = await ApiWorld.open({ isSecure: () => true });
    const reply = await secure.ask('POST', '/v1/sessions', { key: adminKey });
    assert.match(String(reply.headers['set-cookie']), /; Secure$/);
    await secure.close();
  });

  test('A66 signing in gives a new token and ends the one before; signing out ends it on the server', async () => {
    const browser = await signedIn({ key: adminKey });
    const first = browser.cookie!;
    await browser.signIn({ key: adminKey });
    assert.notEqual(browser.cookie, first);
    const old = new Browser(world);
    old.cookie = first;
    assert.equal((await old.ask('GET', '/v1/endpoints')).status, 401);
    const kept = browser.cookie!;
    const out = await browser.ask('DELETE', '/v1/sessions/current');
    assert.equal(out.status, 204);
    assert.match(String(out.headers['set-cookie']), /Max-Age=0/);
    old.cookie = kept;
    assert.equal((await old.ask('GET', '/v1/endpoints')).status, 401);
  });

  test('a token that somebody planted is never taken over', async () => {
    const browser = new Browser(world);
    browser.cookie = `surehook_session=${'a'.repeat(43)}`;
    await browser.signIn({ key: adminKey });
    assert.notEqual(browser.cookie, `surehook_session=${'a'.repeat(43)}`);
  });

  test('it ends by itself, and says when', async () => {
    const browser = await signedIn({ key: adminKey });
    const { expiresAt } = (await browser.ask('GET', '/v1/sessions/current')).body;
    assert.equal(Date.parse(expiresAt), world.clock.nowMs() + limits.sessionKeepMs);
  });

  test('whatever changes something needs the header that only our page knows', async () => {
    const browser = await signedIn({ key: adminKey });
    const csrf = browser.csrf!;
    const body = { url: 'https://a.example/', events: ['*'] };
    for (const wrong of [null, '', 'x', csrf.replace(/.$/, (c) => (c === '0' ? '1' : '0'))]) {
      browser.csrf = wrong;
      assert.equal((await browser.ask('POST', '/v1/endpoints', body)).status, 403, String(wrong));
    }
    browser.csrf = csrf;
    assert.equal((await browser.ask('POST', '/v1/endpoints', body)).status, 201);
    const other = await signedIn({ key: adminKey });
    other.csrf = csrf;
    assert.equal((await other.ask('POST', '/v1/endpoints', body)).status, 403);
  });

  test('A67 a page of another origin changes nothing and signs nobody in, nor does a form', async () => {
    const browser = await signedIn({ key: adminKey });
    const body = { url: 'https://a.example/', events: ['*'] };
    for (const site of ['cross-site', 'same-site'])
      assert.equal(
        (await browser.ask('POST', '/v1/endpoints', body, { 'sec-fetch-site': site })).status,
        403,
      );
    for (const type of ['application/x-www-form-urlencoded', 'text/plain']) {
      assert.equal(
        (await browser.ask('POST', '/v1/endpoints', body, { 'content-type': type })).status,
        415,
        type,
      );
      const login = await new Browser(world).ask(
        'POST',
        '/v1/sessions',
        { key: adminKey },
        { 'content-type': type },
      );
      assert.equal(login.status, 415, type);
    }
    const login = await new Browser(world).ask(
      'POST',
      '/v1/sessions',
      { key: adminKey },
      { 'sec-fetch-site': 'cross-site' },
    );
    assert.equal(login.status, 403);
    assert.equal((await world.ask('GET', '/v1/endpoints')).body.data.length, 0);
  });

  test('a key in the request counts, not the cookie beside it', async () => {
    const browser = await signedIn({ key: adminKey });
    const other = await world.account('other', ['read']);
    assert.equal((await browser.ask('GET', '/v1/people', undefined, other.headers)).status, 403);
  });
});

describe('people', () => {
  test('members act in every account but know nothing of people; viewers look, without secrets', async () => {
    const owner = await person('owner');
    const member = await person('member');
    const viewer = await person('viewer');
    await world.ask('POST', '/v1/accounts', { id: 'acme', name: 'Acme' });
    const acme = { 'surehook-account': 'acme' };
    const body = { url: 'https://a.example/', events: ['*'] };
    const made = await member.ask('POST', '/v1/endpoints', body, acme);
    assert.equal(made.status, 201);
    const one = `/v1/endpoints/${made.body.id}`;
    assert.equal((await viewer.ask('GET', one, undefined, acme)).status, 200);
    assert.equal((await viewer.ask('GET', one)).status, 404);
    assert.equal((await viewer.ask('GET', `${one}/secret`, undefined, acme)).status, 403);
    assert.equal((await viewer.ask('POST', '/v1/endpoints', body)).status, 403);
    assert.equal((await viewer.ask('POST', '/v1/events', { type: 'a', data: 1 })).status, 403);
    for (const browser of [member, viewer]) {
      for (const [method, url, sent] of [
        ['GET', '/v1/people'],
        ['POST', '/v1/people', { name: 'x' }],
        ['GET', '/v1/sessions'],
        ['GET', '/v1/audit'],
        ['POST', '/v1/accounts', { name: 'x' }],
        ['POST', '/v1/sign-in-links', {}],
      ] as [string, string, object?][])
        assert.equal((await browser.ask(method, url, sent)).status, 403, `${method} ${url}`);
    }
    assert.equal((await owner.ask('GET', '/v1/people')).body.data.length, 3);
    const paused = await member.ask('POST', `${one}/pause`, undefined, acme);
    assert.match(paused.body.statusReason, /member/);
    const key = { name: 'k', account: null };
    assert.equal((await member.ask('POST', '/v1/keys', key)).status, 403);
  });

  test('A89 nobody but an owner changes others or roles; a password of one’s own needs the present one', async () => {
    await person('owner');
    const member = await person('member');
    const me = (await member.ask('GET', '/v1/sessions/current')).body.person;
    const all = (await world.ask('GET', '/v1/people')).body.data;
    const other = all.find(({ role }: { role: string }) => role === 'owner');
    assert.equal((await member.ask('PATCH', `/v1/people/${other.id}`, { name: 'x' })).status, 403);
    assert.equal((await member.ask('PATCH', `/v1/people/${me.id}`, { role: 'owner' })).status, 403);
    assert.equal((await member.ask('PATCH', `/v1/people/${me.id}`, { name: 'Mo' })).body.name, 'Mo');
    const password = 'another password';
    assert.equal((await member.ask('PATCH', `/v1/people/${me.id}`, { password })).status, 422);
    const right = { password, currentPassword: 'password of member' };
    assert.equal((await member.ask('PATCH', `/v1/people/${me.id}`, right)).status, 200);
    for (const body of [{ id: 'per_x' }, { passwordHash: 'x' }, { hasPassword: true }])
      assert.equal((await member.ask('PATCH', `/v1/people/${me.id}`, body)).status, 422);
  });

  test('A68 who came by a session does not find out the password by trying', async () => {
    await person('owner');
    const member = await person('member');
    const { id } = (await member.ask('GET', '/v1/sessions/current')).body.person;
    const change = async (currentPassword: string): Promise<number> =>
      (await member.ask('PATCH', `/v1/people/${id}`, { password: 'another password', currentPassword }))
        .status;
    for (let n = 0; n < limits.signInFailuresEach; n += 1) assert.equal(await change(`guess ${n}`), 422);
    assert.equal(await change('password of member'), 429);
    await world.clock.advance(limits.signInWithinMs);
    assert.equal(await change('password of member'), 200);
  });

  test('a new password or role signs out everywhere else', async () => {
    await person('owner');
    const here = await person('member');
    const there = await signedIn({ email: 'member@shop.example', password: 'password of member' });
    const me = (await here.ask('GET', '/v1/sessions/current')).body.person;
    const change = { password: 'another password', currentPassword: 'password of member' };
    await here.ask('PATCH', `/v1/people/${me.id}`, change);
    assert.equal((await there.ask('GET', '/v1/endpoints')).status, 401);
    assert.equal((await here.ask('GET', '/v1/endpoints')).status, 200);
    await world.ask('PATCH', `/v1/people/${me.id}`, { role: 'viewer' });
    assert.equal((await here.ask('GET', '/v1/endpoints')).status, 401);
  });

  test('who is removed is out at once; the last owner stays', async () => {
    const owner = await person('owner');
    const viewer = await person('viewer');
    const all = (await owner.ask('GET', '/v1/people')).body.data as { id: string; role: string }[];
    const idOf = (role: string) => all.find((one) => one.role === role)!.id;
    assert.equal((await owner.ask('DELETE', `/v1/people/${idOf('viewer')}`)).status, 204);
    assert.equal((await viewer.ask('GET', '/v1/endpoints')).status, 401);
    assert.equal((await owner.ask('DELETE', `/v1/people/${idOf('owner')}`)).status, 409);
    assert.equal((await owner.ask('PATCH', `/v1/people/${idOf('owner')}`, { role: 'viewer' })).status, 409);
  });

  test('a link for a person signs in that person', async () => {
    await person('owner');
    const made = await world.ask('POST', '/v1/people', { name: 'Vi', role: 'viewer' });
    const browser = await signedIn(await link(made.body.id));
    assert.equal((await browser.ask('GET', '/v1/sessions/current')).body.person.id, made.body.id);
    assert.equal((await world.ask('POST', '/v1/sign-in-links', { personId: 'per_nobody' })).status, 404);
  });

  test('what people do is in the audit log, who and on what, without anything secret; what keys do is not', async () => {
    const owner = await person('owner');
    const made = await owner.ask('POST', '/v1/endpoints', {
      url: 'https://a.example/',
      events: ['*'],
    });
    await owner.ask('GET', `/v1/endpoints/${made.body.id}/secret`);
    await owner.ask('GET', '/v1/endpoints');
    await world.endpoint();
    const log = (await owner.ask('GET', '/v1/audit')).body.data;
    assert.deepEqual(
      log.map(({ actor, act, target, account }: Record<string, string>) => [actor, act, target, account]),
      [
        ['owner', 'Show the secret', `/v1/endpoints/${made.body.id}/secret`, 'default'],
        ['owner', 'Create an endpoint', '/v1/endpoints', 'default'],
        ['owner', 'Sign in', log[2].target, null],
      ],
    );
    assert.ok(!JSON.stringify(log).includes(made.body.secret));
    assert.deepEqual(
      log.map(({ aboutId, aboutName }: Record<string, string>) => [aboutId, aboutName]).slice(0, 2),
      [
        [made.body.id, null],
        [made.body.id, 'https://a.example/'],
      ],
    );
    const first = await owner.ask('GET', '/v1/audit?limit=2');
    const rest = await owner.ask('GET', `/v1/audit?cursor=${first.body.nextCursor}`);
    assert.equal(rest.body.data.length, 1);
  });

  test('the audit log says what was made, changed and taken away, by what it was called then', async () => {
    const owner = await person('owner');
    const told = async () => {
      const { act, aboutId, aboutName } = (await owner.ask('GET', '/v1/audit?limit=1')).body.data[0];
      return [act, aboutId, aboutName];
    };
    for (const [path, act, body] of [
      ['/v1/bins', 'a bin', { name: 'demo' }],
      ['/v1/sources', 'a source', { name: 'Till', scheme: 'standard' }],
      ['/v1/accounts', 'an account', { name: 'Acme', id: 'acme' }],
      ['/v1/endpoints', 'an endpoint', { url: 'https://a.example/', events: ['*'] }],
      ['/v1/alert-channels', 'an alert channel', { name: 'On duty', type: 'email', to: 'a@a.example' }],
      ['/v1/alert-rules', 'an alert rule', { name: 'Stopped', kinds: ['order.failed'], publish: 'a.b' }],
    ] as const) {
      const { id } = (await owner.ask('POST', path, body)).body;
      const name = 'url' in body ? body.url : body.name;
      assert.deepEqual(await told(), [`Create ${act}`, id, name]);
      const [first, value] = Object.entries(body)[0]!;
      await owner.ask('PATCH', `${path}/${id}`, { [first]: value });
      assert.match((await told())[0], new RegExp(`^(Change ${act}|Tell a bin .*): ${first}$`));
      assert.equal((await owner.ask('DELETE', `${path}/${id}`)).status, 204);
      assert.deepEqual(await told(), [`Delete ${act}`, id, name]);
    }
    const { id } = (await owner.ask('POST', '/v1/keys', { name: 'till', scopes: ['read'] })).body;
    await owner.ask('DELETE', `/v1/keys/${id}`);
    assert.deepEqual(await told(), ['Revoke an API key', id, 'till']);
    const ben = (await owner.ask('POST', '/v1/people', { name: 'Ben', role: 'viewer' })).body;
    await owner.ask('DELETE', `/v1/people/${ben.id}`);
    assert.deepEqual(await told(), ['Remove a person', ben.id, 'Ben']);
    const link = (await owner.ask('POST', '/v1/portal-links', { name: 'Acme' })).body;
    await owner.ask('DELETE', `/v1/portal-links/${link.id}`);
    assert.deepEqual(await told(), ['Revoke a link into a portal', link.id, 'Acme']);
    await owner.ask('PUT', '/v1/event-types/order.made', { description: '' });
    assert.deepEqual(await told(), ['Declare an event type', null, 'order.made']);
  });

  test('every act that the audit log tells has words in the dashboard', () => {
    // Nobody who is signed in receives messages.
    const acts = routes(world.parts).filter(
      ({ method, isAudited, right }) =>
        (isAudited ?? method !== 'GET') && right !== 'none' && right !== 'receive',
    );
    assert.ok(acts.length > 30);
    for (const { summary } of acts) assert.notEqual(actWords(summary, false), summary);
    for (const { method, path, summary } of acts)
      if (method === 'DELETE' && path.endsWith('}')) assert.ok(isEnd(summary), summary);
  });
});
