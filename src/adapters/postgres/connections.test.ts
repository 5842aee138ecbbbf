import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../../test/support/postgres.ts';
import { Connections } from './connections.ts';
import type { Session } from './session.ts';

/** So many acts and look-ups at once, by a role that may have two connections. */
async function withFew(count: number, meanwhile: (connections: Connections) => void): Promise<void> {
  const database = await testDatabase();
  const role = `few_${process.pid}`;
  await database.query(`CREATE ROLE ${role} LOGIN CONNECTION LIMIT 2`);
  const url = new URL(database.url);
  url.username = role;
  const connections = new Connections(url.href);
  try {
    const one = (session: Session) => session.get('SELECT 1 AS one FROM pg_sleep(0.005)');
    const acts = Array.from({ length: count }, (_, n) =>
      n % 2 === 0 ? connections.alone(one) : connections.reading(one),
    );
    await acts[count >> 2];
    meanwhile(connections);
    for (const result of await Promise.allSettled(acts))
      assert.deepEqual(result, { status: 'fulfilled', value: { one: 1 } });
  } finally {
    await connections.close();
    await database.query(`DROP ROLE ${role}`);
    await database.drop();
  }
}

test('where the server lets us have few connections, all that comes at once is done by these', async () => {
  await withFew(40, () => {});
});

test('who waits for a connection that is given up is served by another', async () => {
  await withFew(200, (connections) => void connections.makeRoom());
});
