import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../../test/support/postgres.ts';
import { Connections } from './connections.ts';

test('where the server lets us have few connections, all that comes at once is done by these', async () => {
  const database = await testDatabase();
  const role = `few_${process.pid}`;
  await database.query(`CREATE ROLE ${role} LOGIN CONNECTION LIMIT 2`);
  const url = new URL(database.url);
  url.username = role;
  const connections = new Connections(url.href);
  try {
    const acts = Array.from({ length: 40 }, (_, n) =>
      n % 2 === 0
        ? connections.alone((session) => session.get('SELECT 1 AS one'))
        : connections.reading((session) => session.get('SELECT 1 AS one')),
    );
    for (const result of await Promise.allSettled(acts))
      assert.deepEqual(result, { status: 'fulfilled', value: { one: 1 } });
  } finally {
    await connections.close();
    await database.query(`DROP ROLE ${role}`);
    await database.drop();
  }
});
