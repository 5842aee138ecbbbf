import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import type { ApiKey } from '../core/account.ts';
import { type KeysWorld, runCreateKey, runListKeys, runRevokeKey } from './keys.ts';

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
  const world: KeysWorld = {
    store: {
      directory: async () => ({ accounts: [{ account, version: 0 }], endpoints: [], keys, eventTypes: [] }),
      createKey: async (key) => void keys.push(key),
      deleteKey: async (id) =>
        void keys.splice(
          keys.findIndex((key) => key.id === id),
          1,
        ),
    },
    random: { number: () => 0, bytes: (count) => new Uint8Array(count).fill(++filled) },
    nowMs: 1_800_000_000_000,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
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
    assert.equal(keys[0]?.hash, world.sha256(key));
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
});
