import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../../test/support/postgres.ts';
import { Connections } from './connections.ts';

const kept = 'plan_cache_mode=force_generic_plan';

test('accepts and settlements keep their plans, also where a later migration makes them anew', async () => {
  const database = await testDatabase();
  const rows = await database.query(
    `SELECT p.oid::regprocedure::text AS act, p.proconfig AS settings FROM pg_proc p
     WHERE p.proname IN ('accept_events', 'accept_keyed', 'settle_attempts')`,
  );
  assert.equal(rows.length, 4);
  for (const { act, settings } of rows) assert.ok((settings as string[] | null)?.includes(kept), String(act));
  await database.drop();
});

test('look-ups keep their plans, and acts that write are planned as the server likes', async () => {
  const database = await testDatabase();
  const connections = new Connections(database.url);
  const mode = async (among: 'alone' | 'reading') =>
    (await connections[among]((session) => session.get('SHOW plan_cache_mode')))!.plan_cache_mode;
  assert.deepEqual([await mode('reading'), await mode('alone')], ['force_generic_plan', 'auto']);
  await connections.close();
  await database.drop();
});
