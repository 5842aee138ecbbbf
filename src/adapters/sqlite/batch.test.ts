import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveryKey } from '../../core/delivery.ts';
import { StoreError, SurehookError } from '../../core/errors.ts';
import * as limits from '../../core/limits/store.ts';
import type { Store } from '../../ports/store.ts';
import { newEndpoint, t0, World } from '../../ports/store-world.case.ts';
import { createVault } from '../system/vault.ts';
import { type Act, type Fault, runBatch, storeErrorOf } from './batch.ts';
import { openWriter } from './connection.ts';
import { Database } from './database.ts';
import { openSqliteStore } from './open.ts';

const vault = createVault(new Uint8Array(32));

async function faulty(fault: Fault): Promise<World> {
  const store = await openSqliteStore({ file: ':memory:', vault, mode: 'inline', fault });
  await store.createAccount({
    id: 'default',
    name: '',
    maxEndpoints: 9,
    notify: null,
    createdAtMs: t0,
    updatedAtMs: t0,
  });
  const world = new World(store, 1);
  await world.join();
  return world;
}

/** A database with one account and one endpoint, and the acts as the writer gets them. */
function bare(): { db: Database; accept: (id: string, changes?: object) => Act; world: World } {
  const db = new Database(openWriter(':memory:'));
  const world = new World({} as Store, 1);
  const sealed = { ...newEndpoint(), secrets: new Uint8Array(1), headers: new Uint8Array(1) };
  const setUp: Act[] = [
    {
      name: 'createAccount',
      input: [{ id: 'default', name: '', maxEndpoints: 9, notify: null, createdAtMs: t0, updatedAtMs: t0 }],
    },
    { name: 'createEndpoint', input: [sealed, 9] },
    { name: 'join', input: [{ nodeName: 'n', nowMs: t0 }] },
  ];
  for (const result of runBatch(db, setUp)) assert.ok('value' in result);
  world.version = 2;
  const accept = (id: string, changes = {}): Act => ({
    name: 'accept',
    input: [{ epoch: 1, items: [world.item({ event: { id }, endpointNos: [1], ...changes })], nowMs: t0 }],
  });
  return { db, accept, world };
}

test('acts that are started together share one commit', async () => {
  const phases: string[] = [];
  const world = await faulty((phase) => {
    phases.push(phase);
    return false;
  });
  phases.length = 0;
  await Promise.all(Array.from({ length: 50 }, () => world.stored()));
  assert.deepEqual(phases, ['before', 'middle', 'after']);
});

test('a commit holds no more than its bound of acts', async () => {
  let commits = 0;
  const world = await faulty((phase) => {
    if (phase === 'before') commits += 1;
    return false;
  });
  commits = 0;
  await Promise.all(Array.from({ length: limits.commitItems + 1 }, () => world.stored()));
  assert.equal(commits, 2);
});

test('a commit that fails is an unknown outcome for every act in it: nothing may be stored, or all of it', async () => {
  for (const failing of ['before', 'middle', 'after'] as const) {
    let armed = false;
    const world = await faulty((phase) => armed && phase === failing);
    armed = true;
    const results = await Promise.allSettled([
      world.stored({ event: { id: 'a' } }),
      world.stored({ event: { id: 'b' } }),
    ]);
    armed = false;
    for (const result of results)
      assert.ok(result.status === 'rejected' && result.reason instanceof StoreError && !result.reason.fatal);
    const stored = (await world.store.listEvents(1, {}, { limit: 9, before: null })).rows.map(
      ({ event }) => event.id,
    );
    assert.deepEqual(stored, failing === 'after' ? ['b', 'a'] : []);
    await world.stored({ event: { id: 'c' } });
  }
});

test('after an accept of unknown outcome the checkpoint stays until what it began was looked for', async () => {
  let armed = false;
  const world = await faulty((phase) => armed && phase === 'after');
  const { no } = await world.endpoint();
  armed = true;
  await assert.rejects(world.stored({ endpointNos: [no], modes: ['begun'] }), StoreError);
  armed = false;
  const seq = await world.stored();
  await world.store.spill({ epoch: world.epoch, owed: [], lowSeq: seq + 1, nowMs: t0 });
  await world.store.reclaim({ epoch: world.epoch, inHand: [], nowMs: t0 });
  const { owed } = await world.claim(no);
  assert.deepEqual(
    owed.map(({ key }) => key),
    [deliveryKey(seq - 1, 0)],
  );
});

test('after a release of unknown outcome the checkpoint stays until what was to be given back was looked for', async () => {
  let armed = false;
  const world = await faulty((phase) => armed && phase === 'middle');
  const { no } = await world.endpoint();
  const seq = await world.stored({ endpointNos: [no], modes: ['begun'] });
  armed = true;
  const owed = [world.fresh(seq, no)];
  await assert.rejects(world.store.release({ epoch: world.epoch, owed, nowMs: t0 }), StoreError);
  armed = false;
  await world.store.spill({ epoch: world.epoch, owed: [], lowSeq: seq + 1, nowMs: t0 });
  // The first look fails, too.
  armed = true;
  await assert.rejects(world.store.reclaim({ epoch: world.epoch, inHand: [], nowMs: t0 }), StoreError);
  armed = false;
  await world.store.spill({ epoch: world.epoch, owed: [], lowSeq: seq + 1, nowMs: t0 });
  await world.store.reclaim({ epoch: world.epoch, inHand: [], nowMs: t0 });
  assert.deepEqual(
    (await world.claim(no)).owed.map(({ key }) => key),
    [deliveryKey(seq, 0)],
  );
});

test('a full disk fails what it cannot hold, loses nothing, and works again when there is space', () => {
  const { db, accept } = bare();
  const { page_count: pages } = db.raw.prepare('PRAGMA page_count').get()!;
  db.raw.exec(`PRAGMA max_page_count = ${Number(pages) + 4}`);
  const big = { event: { id: 'big', data: `"${'x'.repeat(100_000)}"` } };
  const [small] = runBatch(db, [accept('small')]);
  assert.ok('value' in small!);
  const results = runBatch(db, [accept('other'), accept('big', big)]);
  for (const result of results)
    assert.ok('error' in result && result.error instanceof StoreError && !result.error.fatal);
  db.raw.exec('PRAGMA max_page_count = 1000000');
  const again = runBatch(db, [accept('small'), accept('other'), accept('big', big)]);
  assert.deepEqual(
    again.map((result) => 'value' in result && (result.value as { kind: string }[])[0]!.kind),
    ['duplicate', 'stored', 'stored'],
  );
});

test('an act that is broken fails alone', () => {
  const { db, accept } = bare();
  const broken: Act = { name: 'accept', input: [{ epoch: 1, items: [null], nowMs: t0 }] };
  const results = runBatch(db, [accept('a'), broken, accept('b')]);
  assert.deepEqual(
    results.map((result) => 'value' in result),
    [true, false, true],
  );
  assert.equal(db.get('SELECT count(*) AS n FROM event')!.n, 2);
});

test('a failed sync of the disk ends all writing; a full disk or a lock does not', () => {
  const error = (errcode: number): Error =>
    Object.assign(new Error('x'), { code: 'ERR_SQLITE_ERROR', errcode });
  for (const code of [1034, 778, 1290, 10, 11, 26])
    assert.equal(storeErrorOf(error(code))?.fatal, true, String(code));
  for (const code of [13, 5, 8, 266, 4874])
    assert.equal(storeErrorOf(error(code))?.fatal, false, String(code));
  const { db, accept } = bare();
  db.broken = storeErrorOf(error(1034));
  const [result] = runBatch(db, [accept('a')]);
  assert.ok('error' in result! && result!.error === db.broken);
});

test('what waits for a commit is bounded, and the caller is told when to come again', async () => {
  const world = await faulty(() => false);
  const item = world.item();
  const many = Array.from({ length: limits.commitQueueEvents }, () => item);
  const full = world.accept(many);
  await assert.rejects(
    world.accept([item]),
    (error) => error instanceof SurehookError && error.code === 'unavailable' && error.retryAfterS === 1,
  );
  await full;
  await world.accept([item]);
});

test('the way of an event never scans a table and never sorts', async () => {
  const { db, accept, world } = bare();
  const seen = new Set<string>();
  const prepare = db.raw.prepare.bind(db.raw);
  db.raw.prepare = (sql) => {
    seen.add(sql);
    return prepare(sql);
  };
  const owed = world.fresh(1, 1);
  const take = { first: 9, retry: 9, replayed: 9 };
  const acts: Act[] = [
    accept('a', { idempotency: { key: 'k', requestHash: 'h' } }),
    accept('a', { idempotency: { key: 'k', requestHash: 'h' } }),
    accept('b', { event: { id: 'b', reference: 'r' }, modes: ['ordered'] }),
    { name: 'claim', input: [{ epoch: 1, requests: [{ endpointNo: 1, take }], nowMs: t0 }] },
    { name: 'spill', input: [{ epoch: 1, owed: [owed], lowSeq: 1, nowMs: t0 }] },
    { name: 'release', input: [{ epoch: 1, owed: [owed], nowMs: t0 }] },
    { name: 'cancel', input: [{ accountNo: 1, key: deliveryKey(2, 0), nowMs: t0 }] },
  ];
  for (const result of runBatch(db, acts)) assert.ok('value' in result);
  for (const sql of seen) {
    const plan = prepare(`EXPLAIN QUERY PLAN ${sql}`).all(
      ...Array<null>((sql.match(/\?/g) ?? []).length).fill(null),
    );
    const slow = plan
      .map(({ detail }) => String(detail))
      .filter((step) => /^SCAN (?!CONSTANT|node|json_each)|TEMP B-TREE/.test(step));
    assert.deepEqual(slow, [], sql);
  }
  assert.ok(seen.size > 10);
});
