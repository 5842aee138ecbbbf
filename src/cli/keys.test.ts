import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import type { ApiKey } from '../core/account.ts';
import { keysInStore, keysOfServer } from './key-holders.ts';
import { type KeysWorld, runCreateKey, runListKeys, runRevokeKey } from './keys.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Heard {
  world: KeysWorld;
  keys: ApiKey[];
  out: string[];
  err: string[];
}

function newWorld(): Heard {
  const keys: ApiKey[] = [];
  const out: string[] = [];
  const err: string[] = [];
  const account = {
    no: 1,
    id: 'default',
    name: '',
    maxEndpoints: 10,
    notify: null,
    createdAtMs: 0,
    updatedAtMs: 0,
  };
  let filled = 0;
  const inStore = keysInStore({
    store: {
      directory: async () => ({
        accounts: [{ account, version: 0 }],
        endpoints: [],
        keys,
        eventTypes: [],
        sources: [],
      }),
      createKey: async (key) => void keys.push(key),
      deleteKey: async (id) =>
        void keys.splice(
          keys.findIndex((key) => key.id === id),
          1,
        ),
    },
    random: { number: () => 0, bytes: (count) => new Uint8Array(count).fill(++filled) },
    nowMs: 1_800_000_000_000,
    sha256,
  });
  const world: KeysWorld = {
    keys: inStore,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  };
  return { world, keys, out, err };
}

describe('surehook keys', () => {
  test('a new key is shown once, and only its hash is stored', async () => {
    const { world, keys, out } = newWorld();
    assert.equal(await runCreateKey({ account: 'default', scopes: 'read,publish', name: 'shop' }, world), 0);
    const key = out[0] ?? '';
    assert.match(key, /^shk_live_[\w-]{43}$/);
    assert.equal(keys[0]?.hash, sha256(key));
    assert.deepEqual(keys[0]?.scopes, ['publish', 'read']);
    assert.ok(!JSON.stringify(keys).includes(key));
  });

  test('an admin key belongs to no account', async () => {
    const { world, keys, out } = newWorld();
    await runCreateKey({ admin: true, account: 'default' }, world);
    assert.match(out[0] ?? '', /^shk_admin_/);
    assert.equal(keys[0]?.accountNo, null);
  });

  test('an unknown account or scope makes no key', async () => {
    const { world, keys } = newWorld();
    await assert.rejects(runCreateKey({ account: 'acc_none' }, world), /There is no account "acc_none"/);
    await assert.rejects(runCreateKey({ scopes: 'read,everything' }, world), /--scopes takes publish, read/);
    await assert.rejects(runCreateKey({ scopes: '' }, world), /--scopes takes/);
    assert.deepEqual(keys, []);
  });

  test('the list does not show what opens anything', async () => {
    const { world, out } = newWorld();
    await runCreateKey({ name: 'shop' }, world);
    const key = out.pop() ?? '';
    await runListKeys(world);
    assert.equal(out.length, 1);
    assert.ok(!out[0]?.includes(key.slice(0, 20)));
    assert.match(
      out[0] ?? '',
      /^key_\w+ {2}shk_live_.{5}… {2}default {2}publish,read,manage,receive {2}2027-/,
    );
  });

  test('a revoked key is gone, an unknown one is said to be unknown', async () => {
    const { world, keys } = newWorld();
    await runCreateKey({}, world);
    assert.equal(await runRevokeKey('key_unknown', world), 1);
    assert.equal(await runRevokeKey(keys[0]?.id ?? '', world), 0);
    assert.deepEqual(keys, []);
  });

  test('beside a running server its API makes, lists and revokes them', async () => {
    const { world, out, err } = newWorld();
    const asked: unknown[] = [];
    const views = [3, 2, 1].map((n) => ({
      id: `key_${n}`,
      hint: 'shk_live_abcde',
      account: n === 1 ? null : 'default',
      scopes: ['read'],
      createdAt: `2027-01-0${n}T00:00:00.000Z`,
      name: '',
    }));
    const answers: { status: number; body: string }[] = [
      { status: 201, body: '{"id":"key_9","key":"shk_admin_new"}' },
      { status: 200, body: JSON.stringify({ data: views.slice(0, 2), nextCursor: 'a+b' }) },
      { status: 200, body: JSON.stringify({ data: views.slice(2), nextCursor: null }) },
      { status: 204, body: '' },
      { status: 404, body: '{"detail":"No key"}' },
      { status: 422, body: '{"detail":"/account: there is no account \\"x\\""}' },
      { status: 401, body: '{"detail":"Send a valid API key"}' },
    ];
    world.keys = keysOfServer(async (...call) => {
      asked.push(call);
      return answers.shift()!;
    });
    assert.equal(await runCreateKey({ admin: true, scopes: 'read' }, world), 0);
    assert.equal(await runListKeys(world), 0);
    assert.equal(await runRevokeKey('key_3', world), 0);
    assert.equal(await runRevokeKey('key_4', world), 1);
    await assert.rejects(runCreateKey({ account: 'x' }, world), /422: \/account: there is no account "x"/);
    await assert.rejects(runListKeys(world), /does not take this admin key.*SUREHOOK_ADMIN_KEY/);
    assert.deepEqual(asked.slice(0, 4), [
      ['POST', '/v1/keys', { account: null, scopes: ['read'], name: 'surehook keys create' }],
      ['GET', '/v1/keys?limit=250', undefined],
      ['GET', '/v1/keys?limit=250&cursor=a%2Bb', undefined],
      ['DELETE', '/v1/keys/key_3', undefined],
    ]);
    assert.deepEqual(
      out.map((line) => line.split('  ').slice(0, 3).join(' ')),
      [
        'shk_admin_new',
        'key_1 shk_live_abcde… admin',
        'key_2 shk_live_abcde… default',
        'key_3 shk_live_abcde… default',
        'key_3 is revoked.',
      ],
    );
    assert.match(err.at(-1) ?? '', /There is no key with the id "key_4"/);
  });
});
