import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SurehookError } from '../../src/core/errors.ts';
import type { Actor } from '../../src/flow/administer-parts.ts';
import { openWorld, sha256, type World } from '../support/world.ts';

const admin: Actor = { name: 'the admin key', isAdmin: true, scopes: [] };
const live: Actor = { name: 'key "ci"', isAdmin: false, scopes: ['manage', 'publish'] };
const least = { url: 'https://receiver.example/hooks', events: ['order.*'] };

/** Runs against a world of its own, and ends it. */
function inWorld(name: string, act: (world: World) => Promise<void>): void {
  test(name, async () => {
    const world = await openWorld();
    try {
      await act(world);
    } finally {
      await world.close();
    }
  });
}

async function refusal(act: Promise<unknown>): Promise<string> {
  try {
    await act;
  } catch (error) {
    if (error instanceof SurehookError) return error.code;
    throw error;
  }
  return 'taken';
}

inWorld('an endpoint is matched by the moment its creation resolves', async (world) => {
  const made = await world.endpoint({ events: ['pet.adopted'] });
  const { directory } = world.engine;
  assert.deepEqual(directory.match(world.account.no, 'pet.adopted', null), [made]);
  assert.deepEqual((await world.store.directory()).endpoints, [made]);
  assert.equal((await world.store.directory()).accounts[0]?.version, directory.version(world.account.no));
});

inWorld('what a process administered, the next one finds', async (world) => {
  const { administration, account } = world;
  const endpoint = await world.endpoint({ headers: { 'X-A': 'b' }, filter: { '/data/n': { gte: 1 } } });
  const other = await administration.createAccount({ id: 'shop-1', name: 'Shop' });
  const { key, stored } = await administration.createKey(other, { name: 'ci' }, admin);
  await administration.putEventType(account, 'mine', { schema: { type: 'object', required: ['x'] } });
  await world.crash();
  const { directory } = world.engine;
  assert.deepEqual(directory.endpointById(account.no, endpoint.id), endpoint);
  assert.deepEqual(directory.accountById('shop-1'), other);
  assert.deepEqual(directory.keyByHash(sha256(key)), stored);
  assert.equal(directory.checkData(account.no, 'mine', '{}').length, 1);
});

inWorld('a refused body changes nothing', async (world) => {
  const before = await world.store.directory();
  const { administration, account } = world;
  assert.equal(await refusal(world.endpoint({ url: 'https://127.0.0.1/' })), 'invalid');
  assert.equal(await refusal(administration.createAccount({ name: '' })), 'invalid');
  assert.equal(await refusal(administration.createAccount({ name: 'a\r\nb', id: '../x' })), 'invalid');
  assert.equal(
    await refusal(administration.createKey(account, { name: 'x', scopes: ['all'] }, admin)),
    'invalid',
  );
  assert.equal(
    await refusal(administration.putEventType(account, 'a', { schema: { type: 'nonsense' } })),
    'invalid',
  );
  assert.equal(await refusal(administration.putEventType(account, "a'; --", {})), 'invalid');
  assert.deepEqual(await world.store.directory(), before);
});

inWorld('an account has ten endpoints unless an admin says otherwise', async (world) => {
  for (let n = 0; n < 10; n++) await world.endpoint({});
  assert.equal(await refusal(world.endpoint({})), 'conflict');
  await world.administration.updateAccount(world.account, { maxEndpoints: 11 });
  await world.endpoint({});
  assert.equal(await refusal(world.endpoint({})), 'conflict');
});

inWorld('an account’s id is taken once, and default cannot be deleted', async (world) => {
  const { administration } = world;
  await administration.createAccount({ id: 'shop', name: 'A' });
  assert.equal(await refusal(administration.createAccount({ id: 'shop', name: 'B' })), 'conflict');
  assert.equal(await refusal(administration.deleteAccount(world.account)), 'conflict');
  assert.match((await administration.createAccount({ name: 'C' })).id, /^acc_[0-9a-z]{26}$/);
});

inWorld('with an account go its endpoints and keys', async (world) => {
  const { administration } = world;
  const account = await administration.createAccount({ name: 'Shop' });
  const endpoint = await administration.createEndpoint(account, least, {
    actor: admin,
    defaultProfile: 'petstore',
  });
  const { key } = await administration.createKey(account, { name: 'ci' }, admin);
  await administration.deleteAccount(account);
  const { directory } = world.engine;
  assert.deepEqual(
    [directory.accountById(account.id), directory.endpoint(endpoint.no), directory.keyByHash(sha256(key))],
    [null, null, null],
  );
  const stored = await world.store.directory();
  assert.deepEqual([stored.endpoints, stored.keys], [[], []]);
});

inWorld('of a key only its SHA-256 is kept, and a revoked key is nobody’s', async (world) => {
  const { administration, account } = world;
  const { key, stored } = await administration.createKey(account, { name: 'ci', scopes: ['publish'] }, admin);
  assert.match(key, /^shk_live_[A-Za-z0-9_-]{43}$/);
  assert.match(
    (await administration.createKey(account, { account: null, name: 'root' }, admin)).key,
    /^shk_admin_[A-Za-z0-9_-]{43}$/,
  );
  assert.ok(!JSON.stringify(await world.store.directory()).includes(key));
  assert.equal(stored.hash, sha256(key));
  await administration.deleteKey(account.no, stored.id);
  assert.equal(world.engine.directory.keyByHash(stored.hash), null);
  assert.equal(await refusal(administration.deleteKey(account.no, stored.id)), 'not_found');
});

inWorld(
  'a key of one account cannot make one with more rights, nor touch another account’s',
  async (world) => {
    const { administration, account } = world;
    const other = await administration.createAccount({ name: 'Other' });
    const { stored } = await administration.createKey(other, { name: 'theirs' }, admin);
    assert.equal(
      await refusal(administration.createKey(account, { name: 'x', scopes: ['read'] }, live)),
      'forbidden',
    );
    assert.equal(
      await refusal(
        administration.createKey(account, { name: 'x', account: other.id, scopes: ['publish'] }, live),
      ),
      'forbidden',
    );
    assert.equal(
      await refusal(
        administration.createKey(account, { name: 'x', account: null, scopes: ['publish'] }, live),
      ),
      'forbidden',
    );
    assert.equal(
      await refusal(administration.createKey(account, { name: 'x', scopes: ['publish'] }, live)),
      'taken',
    );
    assert.equal(await refusal(administration.deleteKey(account.no, stored.id)), 'not_found');
  },
);

inWorld('another account’s endpoint is not there', async (world) => {
  const { administration } = world;
  const other = await administration.createAccount({ name: 'Other' });
  const { id } = await world.endpoint({});
  assert.equal(await refusal(administration.updateEndpoint(other, id, {}, admin)), 'not_found');
  assert.equal(await refusal(administration.deleteEndpoint(other, id)), 'not_found');
  assert.equal(await refusal(administration.rotateSecret(other, id, {})), 'not_found');
});

inWorld('pausing says who and when; resuming clears that and the record of failure', async (world) => {
  const { administration, account } = world;
  const { id, no } = await world.endpoint({});
  const paused = await administration.pauseEndpoint(account, id, live);
  assert.equal(paused.statusReason, `paused by key "ci" at ${new Date(world.clock.nowMs()).toISOString()}`);
  assert.deepEqual(await administration.pauseEndpoint(account, id, admin), paused);
  const resumed = await administration.resumeEndpoint(account, id);
  assert.deepEqual(
    [resumed.status, resumed.statusReason, resumed.failures, resumed.failingSinceMs],
    ['active', null, 0, null],
  );
  assert.deepEqual(world.engine.directory.endpoint(no), resumed);
});

inWorld('rotations at the same moment lose none of the secrets they gave out', async (world) => {
  const { administration, account } = world;
  const { id, secrets } = await world.endpoint({ profile: 'ecomm' });
  const answers = await Promise.all(
    ['a', 'b', 'c'].map((secret) => administration.rotateSecret(account, id, { secret })),
  );
  assert.deepEqual(
    answers.map((one) => one.secrets[0]?.value),
    ['a', 'b', 'c'],
  );
  const now = world.engine.directory.endpointById(account.no, id);
  assert.deepEqual(
    now?.secrets.map((secret) => secret.value),
    ['c', 'b', 'a', secrets[0]?.value],
  );
  assert.equal(await refusal(administration.rotateSecret(account, id, {})), 'conflict');
});

inWorld('a change that comes after a deletion finds nothing', async (world) => {
  const { administration, account } = world;
  const { id } = await world.endpoint({});
  const results = await Promise.all([
    refusal(administration.deleteEndpoint(account, id)),
    refusal(administration.updateEndpoint(account, id, { events: ['*'] }, admin)),
    refusal(administration.deleteEndpoint(account, id)),
  ]);
  assert.deepEqual(results, ['taken', 'not_found', 'not_found']);
  assert.deepEqual(world.engine.directory.match(account.no, 'order.created', null), []);
});

inWorld('only a schema that was put is enforced, and deleting it ends that', async (world) => {
  const { administration, account } = world;
  const schema = { type: 'object', required: ['total'] };
  await administration.putEventType(account, 'order.created', { schema });
  assert.equal(await refusal(world.publish({ data: {} })), 'invalid');
  assert.equal(await refusal(world.publish({ data: { total: 1 } })), 'taken');
  await administration.deleteEventType(account, 'order.created');
  assert.equal(await refusal(world.publish({ data: {} })), 'taken');
  assert.equal(await refusal(administration.deleteEventType(account, 'order.created')), 'conflict');
  assert.equal(await refusal(administration.deleteEventType(account, 'never.heard')), 'not_found');
});
