import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyDatabase } from '../../../test/support/postgres.ts';
import type { Vault } from '../../ports/vault.ts';
import { openPostgresStore, postgresStatus } from './open.ts';

const vault: Vault = { seal: () => new Uint8Array(), open: () => '' };
const open = (url: string) => openPostgresStore({ url, vault, durable: false });

test('an empty database lacks every migration until it is opened, and none after it, however many open it at once', async () => {
  const database = await emptyDatabase();
  try {
    const before = await postgresStatus(database.url);
    assert.deepEqual([before.version, before.pending.length], [0, before.latest]);
    const stores = await Promise.all([open(database.url), open(database.url)]);
    for (const store of stores) await store.close();
    const after = await postgresStatus(database.url);
    assert.deepEqual([after.version, after.pending], [before.latest, []]);
  } finally {
    await database.drop();
  }
});

test('a database that a newer version wrote, or another program, is refused and left as it is', async () => {
  const database = await emptyDatabase();
  try {
    await database.query('CREATE TABLE theirs (no integer)');
    await assert.rejects(open(database.url), /tables of another program \(theirs\)/);
    await database.query('DROP TABLE theirs');
    await (await open(database.url)).close();
    const { latest } = await postgresStatus(database.url);
    await database.query("INSERT INTO surehook_migration (no, name) VALUES ($1, 'of tomorrow')", [
      latest + 1,
    ]);
    await assert.rejects(open(database.url), /this version of Surehook knows up to/);
    assert.equal((await postgresStatus(database.url)).version, latest + 1);
  } finally {
    await database.drop();
  }
});
