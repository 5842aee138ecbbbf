import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeSchema6, OldNode } from '../../../test/fixtures/statements-6.ts';
import { emptyDatabase, type TestDatabase } from '../../../test/support/postgres.ts';
import { runCommand } from '../../../test/support/process.ts';
import type { Store } from '../../ports/store.ts';
import { t0, World } from '../../ports/store-world.case.ts';
import type { Vault } from '../../ports/vault.ts';
import { openPostgresStore, postgresStatus } from './open.ts';

const vault: Vault = {
  seal: (plain) => Buffer.from(plain),
  open: (sealed) => Buffer.from(sealed).toString('utf8'),
};

describe('a database of schema 6 and a node that works on it', () => {
  let database: TestDatabase;
  let old: OldNode;
  let store: Store;
  let node: World;
  let accountNo: number;
  let endpointNo: number;
  /** Deliveries by what became of them before the upgrade. */
  const keys = { delivered: 0, dead: 0, waiting: 0, begun: 0 };

  const accepted = (id: string, begun: boolean): Promise<number> =>
    old.accept({ id, accountNo, version: 1, endpointNo, nowMs: t0, begun });

  before(async () => {
    database = await emptyDatabase();
    await makeSchema6((sql, values) => database.query(sql, values));
    old = new OldNode(database.url);
    await old.join('old', t0);
    accountNo = await old.createAccount('default', t0);
    endpointNo = await old.createEndpoint({
      id: 'ep_1',
      account_no: accountNo,
      status: 'active',
      status_at: t0,
      failures: 0,
      ordered: false,
      secrets: Buffer.from('[]'),
      headers: Buffer.from('[]'),
      config: '{"url":"https://shop.example/hooks","events":["*"]}',
      created_at: t0,
      updated_at: t0,
    });
    keys.delivered = await accepted('delivered', true);
    assert.ok(await old.settle(keys.delivered, endpointNo, 1, true, t0));
    keys.dead = await accepted('dead', true);
    assert.ok(await old.settle(keys.dead, endpointNo, 2, true, t0));
    keys.waiting = await accepted('waiting', false);
    keys.begun = await accepted('begun', true);
  });

  after(async () => {
    await store?.close();
    await old.close();
    await database.drop();
  });

  test('surehook migrate --status names what is pending and changes nothing; surehook migrate does it beside the node', async () => {
    const surehook = (...args: string[]) =>
      runCommand(['migrate', ...args], {
        database: database.url,
        SUREHOOK_DEV: '1',
        SUREHOOK_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
      });
    const { latest } = await postgresStatus(database.url);
    const status = await surehook('--status');
    assert.equal(status.code, 1, status.err);
    assert.match(status.out, new RegExp(`schema 6 of ${latest}. Pending: 0007-orders-and-alerts, `));
    assert.equal((await postgresStatus(database.url)).version, 6);
    const done = await surehook();
    assert.equal(done.code, 0, done.err);
    assert.match(done.out, /was brought from schema 6 /);
    assert.equal((await surehook('--status')).code, 0);
  });

  test('keeps everything through the upgrade', async () => {
    store = await openPostgresStore({ url: database.url, vault, durable: false });
    node = new World(store, accountNo);
    assert.deepEqual(await node.join(t0 + 1), []);
    const { accounts, endpoints } = await store.directory();
    assert.deepEqual(
      [accounts.map(({ account }) => account.id), endpoints.map(({ id }) => id)],
      [['default'], ['ep_1']],
    );
    assert.equal((await store.getEvent(accountNo, 'waiting'))?.event.type, 'order.paid');
    assert.equal(await node.status(keys.delivered), 'delivered');
    assert.equal(await node.status(keys.dead), 'dead');
    assert.equal((await store.getDelivery(accountNo, keys.dead))?.attempts.length, 1);
  });

  test('goes on accepting and delivering beside a newer node, and each finds what the other left', async () => {
    await old.beat(t0 + 2);
    assert.ok(await old.settle(keys.begun, endpointNo, 1, true, t0 + 2));
    const { owed } = await node.claim(endpointNo, t0 + 2);
    assert.deepEqual(
      owed.map(({ key }) => key),
      [keys.waiting],
    );
    await node.end(owed[0]!);
    const seq = await node.stored({ endpointNos: [endpointNo] });
    assert.deepEqual(await old.claim(endpointNo, t0 + 2), [seq * 65_536]);
    assert.ok(await old.settle(seq * 65_536, endpointNo, 2, false, t0 + 2));
    assert.equal(await node.status(seq * 65_536), 'dead');
    const later = await accepted('later', false);
    assert.deepEqual(
      (await node.claim(endpointNo, t0 + 2)).owed.map(({ key }) => key),
      [later],
    );
  });

  test('has what it held taken over by a newer node when it is silent, and then changes nothing', async () => {
    const left = await accepted('left', true);
    const { lost } = await store.beat({ epoch: node.epoch, nowMs: t0 + 60_000 });
    assert.deepEqual(
      lost.map(({ key }) => key),
      [left],
    );
    await assert.rejects(old.beat(t0 + 60_000), /took over/);
    assert.equal(await old.settle(left, endpointNo, 1, true, t0 + 60_000), false);
  });
});
