import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importInto } from '../../src/adapters/postgres/import.ts';
import { openPostgresStore } from '../../src/adapters/postgres/open.ts';
import { openWriter } from '../../src/adapters/sqlite/connection.ts';
import { exportFile } from '../../src/adapters/sqlite/export.ts';
import { openSqliteStore } from '../../src/adapters/sqlite/open.ts';
import { createVault } from '../../src/adapters/system/vault.ts';
import { archiveTables } from '../../src/core/archive.ts';
import * as limits from '../../src/core/limits/store.ts';
import { t0, World } from '../../src/ports/store-world.case.ts';
import { emptyDatabase, testDatabase } from '../support/postgres.ts';
import { temporaryFolder } from '../support/process.ts';

const vault = createVault(new Uint8Array(32).fill(7));

async function* linesOf(file: string): AsyncGenerator<string, void> {
  yield* exportFile(file, () => {});
}

test('what was under way when the SQLite server died is taken over by the first node, and nothing else is', async () => {
  const folder = temporaryFolder();
  const file = `${folder.path}/surehook.db`;
  const before = await openSqliteStore({ file, vault, mode: 'inline' });
  const old = new World(before, 1);
  await old.account('default');
  await old.join();
  const { no } = await old.endpoint();
  const begun = await old.stored({ endpointNos: [no], modes: ['begun'] });
  const done = await old.stored({ endpointNos: [no], modes: ['begun'] });
  await old.end(old.fresh(done, no));
  const waiting = await old.stored({ endpointNos: [no] });
  const leased = await old.stored({ endpointNos: [no] });
  const claimed = await old.claim(no, t0, { first: 1, retry: 0, replayed: 0 });
  // Nothing is given back: as if it had been killed.
  await before.close();

  const database = await emptyDatabase();
  const { url } = database;
  const reseal = (sealed: Uint8Array): Uint8Array => sealed;
  await importInto({ url, durable: false, lines: linesOf(file), reseal });
  const after = await openPostgresStore({ url, vault, durable: false });
  const node = new World(after, 1);
  const lost = await node.join(t0 + 1);
  assert.deepEqual(lost.map(({ key }) => key).sort(), [begun * 65_536, claimed.owed[0]!.key].sort());
  const still = [waiting, leased].map((seq) => seq * 65_536).filter((key) => key !== claimed.owed[0]!.key);
  const { owed } = await node.claim(no, t0 + 1);
  assert.deepEqual(
    owed.map(({ key }) => key),
    still,
  );
  assert.equal(await node.status(done * 65_536), 'delivered');
  // Positions and numbers go on where they were.
  node.version = (await after.directory()).accounts[0]!.version;
  assert.ok((await node.stored()) > leased);
  assert.ok((await node.endpoint()).no > no);
  await after.close();
  await database.drop();
  folder.remove();
});

test('what is older than retention is dropped after the move, and what is younger stays', async () => {
  const folder = temporaryFolder();
  const file = `${folder.path}/surehook.db`;
  const before = await openSqliteStore({ file, vault, mode: 'inline' });
  const old = new World(before, 1);
  await old.account('default');
  await old.join();
  const dayMs = 86_400_000;
  for (const days of [40, 39, 2, 1])
    await old.stored({ event: { id: `d${days}`, createdAtMs: t0 - days * dayMs } });
  await before.close();

  const database = await emptyDatabase();
  const { url } = database;
  await importInto({ url, durable: false, lines: linesOf(file), reseal: (sealed) => sealed });
  const after = await openPostgresStore({ url, vault, durable: false });
  await new World(after, 1).join(t0);
  const count = async (): Promise<number[]> => {
    const [row] = await database.query(
      'SELECT (SELECT count(*) FROM era) AS eras, (SELECT count(*) FROM event) AS events',
    );
    return [Number(row!.eras), Number(row!.events)];
  };
  assert.deepEqual(await count(), [4 + limits.erasAhead, 4]);
  const keepSinceMs = t0 - 30 * dayMs;
  while ((await after.sweep({ nowMs: t0, keepSinceMs, heldSinceMs: 0, limit: 100 })).more);
  assert.deepEqual(await count(), [2 + limits.erasAhead, 2]);
  await after.close();
  await database.drop();
  folder.remove();
});

/** Of SQLite, what an archive has in another form or not at all. */
const otherwise: Record<string, string[]> = {
  node: ['no', 'name', 'epoch', 'low_seq', 'last_seq', 'joined_at', 'clean', 'listed_seq'],
  event_of_type: ['account_no', 'type', 'seq'],
  delivery_arrived: ['endpoint_no', 'key'],
  past_event: ['seq', 'account_no', 'id', 'hash', 'type', 'deliveries', 'created_at'],
  attempt: ['id'],
  delivery: ['lease'],
  idempotency: ['event_seq'],
  signal: ['no'],
  poll_slot: ['source_id', 'free_at'],
};
/** Of PostgreSQL, what begins anew: who works on it, what is derived, and how the past is divided. */
const anew: Record<string, string[]> = {
  node: ['epoch', 'name', 'low_seq', 'beat_at', 'generation'],
  rate: ['endpoint_no', 'free_at'],
  poll_slot: ['source_id', 'free_at'],
  era: ['no', 'from_seq', 'until_seq', 'began_at', 'closed_at'],
  surehook_migration: ['no', 'name'],
  event: ['epoch'],
  open_delivery: ['lease'],
  stat: ['backend'],
  signal: ['no'],
};

test('no column of either store is left out of an archive without being named here', async () => {
  const carried = new Map(archiveTables.map(({ name, columns }) => [name, new Set(Object.keys(columns))]));
  const split = new Set([...carried.get('open_delivery')!, ...carried.get('ended_delivery')!]);
  const missing = (rows: { table: string; name: string }[], known: Record<string, string[]>): string[] =>
    rows
      .filter(({ table, name }) => !known[table]?.includes(name))
      .filter(({ table, name }) => !(table === 'delivery' ? split : carried.get(table))?.has(name))
      .map(({ table, name }) => `${table}.${name}`);

  const sqlite = openWriter(':memory:');
  const columns = sqlite
    .prepare(
      "SELECT m.name AS 'table', c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
    )
    .all();
  sqlite.close();
  assert.ok(columns.length > 100);
  assert.deepEqual(missing(columns as never, otherwise), []);

  const database = await testDatabase();
  const rows = await database.query(
    `SELECT relname AS table, attname AS name FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND attnum > 0 AND NOT attisdropped`,
  );
  await database.drop();
  assert.ok(rows.length > 100);
  assert.deepEqual(missing(rows as never, anew), []);
});
