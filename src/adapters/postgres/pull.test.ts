import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { testDatabase } from '../../../test/support/postgres.ts';
import { t0, World } from '../../ports/store-world.case.ts';
import type { Vault } from '../../ports/vault.ts';
import { pull } from './acts/pull.ts';
import { configOf } from './connections.ts';
import { openPostgresStore } from './open.ts';
import { type Row, Session, type Value } from './session.ts';

/** Counts the data that comes over. */
class CountingSession extends Session {
  bytes = 0;

  override async all(sql: string, ...values: Value[]): Promise<Row[]> {
    const rows = await super.all(sql, ...values);
    for (const { data } of rows) if (typeof data === 'string') this.bytes += data.length;
    return rows;
  }
}

test('of what waits to be fetched no more comes over than one answer holds', async () => {
  const database = await testDatabase();
  const vault: Vault = {
    seal: (plain) => new TextEncoder().encode(plain),
    open: (sealed) => new TextDecoder().decode(sealed),
  };
  const store = await openPostgresStore({ url: database.url, vault, durable: false });
  const client = new pg.Client(configOf(database.url));
  await client.connect();
  try {
    const names = { id: 'default', name: 'Default', maxEndpoints: 10, notify: null };
    const made = await store.createAccount({ ...names, createdAtMs: t0, updatedAtMs: t0 });
    const world = new World(store, made === 'exists' ? 0 : made.account.no);
    world.epoch = (await store.join({ nodeName: 'node', nowMs: t0 })).epoch;
    const { no } = await world.endpoint({ url: 'pull:' });
    const data = JSON.stringify('x'.repeat(1000));
    for (let n = 0; n < 10; n += 1) await world.stored({ endpointNos: [no], event: { data } });
    const session = new CountingSession(client);
    const bounds = { max: 10, maxBytes: 3100, maxTries: 10, leaseUntilMs: t0 + 1000, nowMs: t0 };
    const { pulled } = await pull(session, { endpointNo: no, ...bounds });
    assert.deepEqual([pulled.length, session.bytes], [3, 3 * data.length]);
  } finally {
    await client.end();
    await store.close();
    await database.drop();
  }
});
