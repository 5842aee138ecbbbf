import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiWorld, sha256 } from '../support/api.ts';
import { type Operation, operationsOf } from '../support/operations.ts';

/* Secrets are planted wherever there can be one, and looked for in everything that can be read. */

/** What shows a secret because that is what it is for; looking is audited, and needs the right to manage. */
const isForSecrets = (path: string): boolean => path.endsWith('/secret');

let world: ApiWorld;
let operations: Operation[];
const planted = new Map<string, string>();
/** Tokens and keys that the server made, by what they open. */
const made = new Map<string, string>();

function plant(what: string, secret = `planted-${what.replaceAll(/\W/g, '-')}-0123456789`): string {
  planted.set(what, secret);
  return secret;
}

async function create(
  path: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Record<string, string>> {
  const reply = await world.ask('POST', path, body, headers);
  assert.ok(reply.status < 300, `${path} ${reply.text}`);
  return reply.body;
}

before(async () => {
  world = await ApiWorld.open();
  operations = operationsOf((await world.ask('GET', '/openapi.json')).body);
  world.engine.live.stop();
  const endpoint = await create('/v1/endpoints', {
    url: 'https://receiver.example/hooks',
    events: ['*'],
    profile: 'petstore',
    secret: plant('secret of an endpoint'),
    headers: { authorization: plant('header of an endpoint') },
  });
  await create(`/v1/endpoints/${endpoint.id}/rotate-secret`, { secret: plant('new secret of an endpoint') });
  await create('/v1/events', { type: 'order.created', data: { n: 1 } });
  await world.clock.advance(0);
  const tracking = {
    reference: '/reference',
    states: { paid: 'fulfilled' },
    poll: {
      url: 'https://supplier.example/orders/{reference}',
      headers: { authorization: plant('header of a poll') },
      status: '/status',
      states: { paid: 'fulfilled' },
      after: '5m',
      every: '5m',
      giveUpAfter: '1h',
    },
  };
  await create('/v1/sources', { name: 's', scheme: 'github', secret: plant('secret of a source'), tracking });
  await create('/v1/bins', { scheme: 'github', secret: plant('secret of a bin') });
  const hook = `https://hooks.slack.example/services/${plant('address of a channel')}`;
  await create('/v1/alert-channels', { name: 'c', type: 'slack', url: hook });
  const password = plant('password of a person');
  await create('/v1/people', { name: 'Ana', email: 'ana@shop.example', role: 'owner', password });
  made.set('key', (await create('/v1/keys', { name: 'k' })).key!);
  const signIn = await create('/v1/sign-in-links', {});
  made.set('link to sign in', new URL(signIn.url!).hash.slice(1));
  const portal = await create('/v1/portal-links', { name: 'p' });
  made.set('link into a portal', new URL(portal.url!).hash.slice(1));
  const second = await create('/v1/portal-links', { name: 'q' });
  const open = { authorization: '', 'sec-fetch-site': 'same-origin' };
  made.set(
    'portal',
    (await create('/v1/portal-sessions', { token: new URL(second.url!).hash.slice(1) }, open)).token!,
  );
  const browser = await world.ask('POST', '/v1/sessions', { email: 'ana@shop.example', password }, open);
  made.set('session', /surehook_session=([\w-]+)/.exec(String(browser.headers['set-cookie']))![1]!);
});
after(() => world.close());

/** Everything that an owner of the installation can read, each thing by its own address too. */
async function everything(): Promise<[address: string, text: string][]> {
  const seen: [string, string][] = [];
  const read = async (path: string): Promise<void> => {
    const { text, body } = await world.ask('GET', path);
    seen.push([path, text]);
    if (!Array.isArray(body?.data) || path.includes('/requests')) return;
    for (const { method, path: below } of operations)
      for (const one of body.data as { id?: string }[])
        if (
          method === 'GET' &&
          below.startsWith(`${path}/{`) &&
          !isForSecrets(below) &&
          !below.endsWith('/stream')
        )
          if (one.id !== undefined) await read(below.replace(/\{\w+\}/, encodeURIComponent(one.id)));
  };
  for (const { method, path } of operations)
    if (method === 'GET' && !path.includes('{') && path !== '/v1/stream') await read(path);
  return seen;
}

describe('secrets', () => {
  test('A78 stand in nothing that can be read, but where they are shown on purpose', async () => {
    const seen = await everything();
    assert.ok(seen.length >= 40, `${seen.length} addresses`);
    for (const [address, text] of seen)
      for (const [what, secret] of [...planted, ...made]) {
        assert.ok(!text.includes(secret), `${address} tells the ${what}`);
        assert.ok(
          !text.includes(Buffer.from(secret).toString('base64')),
          `${address} tells the ${what} in base64`,
        );
      }
  });

  test('A78 stand in no fault or refusal that is told, and in no audit', async () => {
    const bad = {
      url: 'ftp://x',
      events: [],
      secret: plant('secret that is refused'),
      headers: { host: plant('bad header') },
    };
    const reply = await world.ask('POST', '/v1/endpoints', bad);
    assert.equal(reply.status, 422);
    const told = JSON.stringify([reply.text, world.refusals, (await world.ask('GET', '/v1/audit')).body]);
    for (const [what, secret] of [...planted, ...made]) assert.ok(!told.includes(secret), what);
  });

  test('A63 that let somebody in are kept as hashes only', async () => {
    const { store, clock } = world;
    const links = await store.portalLinks({ accountNo: 1, limit: 10, before: null });
    const kept = JSON.stringify([
      await store.directory(),
      await store.sessions(clock.nowMs()),
      await store.people(),
      links,
    ]);
    for (const [what, secret] of made) assert.ok(!kept.includes(secret), what);
    assert.ok(!kept.includes(sha256('')) && kept.includes(sha256(made.get('key')!)));
    assert.ok(kept.includes(sha256(made.get('session')!)) && kept.includes(sha256(made.get('portal')!)));
  });
});
