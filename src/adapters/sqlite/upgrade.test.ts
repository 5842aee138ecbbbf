import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/process.ts';
import { t0, World } from '../../ports/store-world.case.ts';
import type { Vault } from '../../ports/vault.ts';
import { migrationStatus } from './connection.ts';
import { beginning } from './migrations/0001-beginning.ts';
import { openSqliteStore } from './open.ts';

const vault: Vault = {
  seal: (plain) => Buffer.from(plain),
  open: (sealed) => Buffer.from(sealed).toString('utf8'),
};

/** A file as the version with schema 1 left it: one event delivered, one waiting, one under way when the process died. */
function fileOfSchema1(file: string): void {
  const db = new DatabaseSync(file);
  db.exec(beginning);
  db.exec('PRAGMA application_id = 1397246769; PRAGMA user_version = 1');
  db.exec(`
    UPDATE node SET name = 'old', epoch = 3, clean = 0;
    INSERT INTO account VALUES (1, 'default', 'Default', 10, NULL, 4, ${t0}, ${t0});
    INSERT INTO api_key VALUES ('key_1', 1, 'shop', '["publish"]', 'abc', 'shk_a', ${t0});
    INSERT INTO endpoint VALUES (1, 'ep_1', 1, 'active', NULL, ${t0}, NULL, 0, CAST('[]' AS BLOB), CAST('[]' AS BLOB),
      '{"url":"https://shop.example/hooks","events":["*"]}', ${t0}, ${t0}, NULL, 0);
    INSERT INTO event_type VALUES (1, 'order.paid', 'Paid for.', NULL, '[]', 0, ${t0}, ${t0});`);
  const event = db.prepare(
    `INSERT INTO event VALUES (?, 1, ?, 'order.paid', '2023-11-14T22:13:20.000Z', NULL, NULL, 'api', NULL, '[1]', ${t0}, '{"n":1}')`,
  );
  for (const [i, id] of ['delivered', 'waiting', 'begun'].entries()) event.run(i + 1, id);
  const delivery = db.prepare(
    `INSERT INTO delivery (key, endpoint_no, state, line, tries, attempts, due_at, started_at, ended_at) VALUES (?, 1, ?, 0, ?, ?, ${t0}, ${t0}, ?)`,
  );
  delivery.run(65_536, 1, 1, 1, t0);
  delivery.run(2 * 65_536, 0, 0, 0, null);
  db.exec(
    `INSERT INTO attempt VALUES (${65_536 * 8192 + 1}, ${t0}, 12, 200, NULL, '', 'https://shop.example/hooks', '', '{', 1, '}', '', 'ok', 0, NULL)`,
  );
  db.close();
}

test('a file of schema 1 is brought up to date with everything in it, and its open work goes on', async () => {
  const folder = temporaryFolder();
  const file = `${folder.path}/surehook.db`;
  fileOfSchema1(file);
  const { version, pending } = migrationStatus(file);
  assert.deepEqual([version, pending[0]], [1, '0002-sources']);
  const store = await openSqliteStore({ file, vault, mode: 'inline' });
  const world = new World(store, 1);
  assert.deepEqual(
    (await world.join(t0 + 1)).map(({ key }) => key),
    [3 * 65_536],
  );
  const { accounts, endpoints, keys } = await store.directory();
  assert.deepEqual([accounts[0]!.account.id, endpoints[0]!.id, keys[0]!.id], ['default', 'ep_1', 'key_1']);
  assert.equal((await store.getEvent(1, 'delivered'))?.event.data, '{"n":1}');
  assert.equal((await store.getDelivery(1, 65_536))?.attempts.length, 1);
  assert.deepEqual(
    (await world.claim(1, t0 + 1)).owed.map(({ key }) => key),
    [2 * 65_536],
  );
  world.version = accounts[0]!.version;
  assert.equal(await world.stored({ endpointNos: [1] }), 4);
  await store.close();
  assert.deepEqual(migrationStatus(file).pending, []);
  folder.remove();
});
