import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyDatabase, testDatabase } from '../../../test/support/postgres.ts';
import type { Vault } from '../../ports/vault.ts';
import { openPostgresStore, postgresStatus } from './open.ts';

const vault: Vault = { seal: () => new Uint8Array(), open: () => '' };
const open = (url: string, durable = false) => openPostgresStore({ url, vault, durable });

test('nodes that start together bring the schema up to date once, and a look at it changes nothing', async () => {
  const database = await emptyDatabase();
  const before = await postgresStatus(database.url);
  assert.deepEqual([before.version, before.pending.length], [0, before.latest]);
  const stores = await Promise.all([1, 2, 3].map(() => open(database.url)));
  for (const store of stores) await store.ready();
  const after = await postgresStatus(database.url);
  assert.deepEqual(after, { version: before.latest, latest: before.latest, pending: [] });
  for (const store of stores) await store.close();
  await database.drop();
});

test('the database of another program is left alone', async () => {
  const database = await emptyDatabase();
  await database.query('CREATE TABLE customer (no integer)');
  await assert.rejects(open(database.url), /another program \(customer\)/);
  assert.equal((await postgresStatus(database.url)).version, 0);
  await database.drop();
});

test('a schema of a newer version is not worked on', async () => {
  const database = await testDatabase();
  await database.query("INSERT INTO surehook_migration VALUES (999, '0999-later')");
  await assert.rejects(open(database.url), /has schema 999/);
  await database.drop();
});

test('a server that does not force commits to the disk is taken in development only', async () => {
  const database = await testDatabase();
  const [row] = await database.query('SHOW fsync');
  if (row!.fsync === 'off') await assert.rejects(open(database.url, true), /fsync = off/);
  else await (await open(database.url, true)).close();
  await database.drop();
});
