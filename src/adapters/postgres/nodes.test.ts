import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { testDatabase } from '../../../test/support/postgres.ts';
import { deliveryKey } from '../../core/delivery.ts';
import type { NewEndpoint } from '../../core/endpoint.ts';
import { StoreError } from '../../core/errors.ts';
import { rateBurstShare } from '../../core/limits/dispatch.ts';
import * as limits from '../../core/limits/store.ts';
import type { Store } from '../../ports/store.ts';
import { t0, World } from '../../ports/store-world.case.ts';
import type { Vault } from '../../ports/vault.ts';
import { openPostgresStore } from './open.ts';

const vault: Vault = {
  seal: (plain) => new TextEncoder().encode(plain),
  open: (sealed) => new TextDecoder().decode(sealed),
};
const isFatal = (error: unknown): boolean => error instanceof StoreError && error.fatal;

/** Two nodes on one database, each with its own connections. */
async function withTwo(
  prove: (one: World, other: World, query: Query, url: string) => Promise<void>,
): Promise<void> {
  const database = await testDatabase();
  const stores: Store[] = [];
  for (let n = 0; n < 2; n += 1)
    stores.push(await openPostgresStore({ url: database.url, vault, durable: false }));
  const made = await stores[0]!.createAccount({
    id: 'default',
    name: 'Default',
    maxEndpoints: 10,
    notify: null,
    createdAtMs: t0,
    updatedAtMs: t0,
  });
  const accountNo = made === 'exists' ? 0 : made.account.no;
  const worlds = stores.map((store) => new World(store, accountNo));
  for (const [n, world] of worlds.entries())
    world.epoch = (await world.store.join({ nodeName: `node-${n}`, nowMs: t0 })).epoch;
  try {
    await prove(worlds[0]!, worlds[1]!, database.query, database.url);
  } finally {
    for (const store of stores) await store.close();
    await database.drop();
  }
}
type Query = Awaited<ReturnType<typeof testDatabase>>['query'];

/** As the other node sees it, too. */
async function endpointFor(one: World, other: World, changes: Partial<NewEndpoint> = {}): Promise<number> {
  const { no } = await one.endpoint(changes);
  other.version = one.version;
  return no;
}

test('nodes live side by side: one that joins takes nothing from one that lives', async () => {
  await withTwo(async (one, other) => {
    const no = await endpointFor(one, other);
    const seq = await one.stored({ endpointNos: [no], modes: ['begun'] });
    const third = await other.store.join({ nodeName: 'node-2', nowMs: t0 + limits.nodeDeadMs - 1 });
    assert.deepEqual(third.lost, []);
    assert.equal(await one.end(one.fresh(seq, no)), 'settled');
  });
});

test('a node that has not said for 11 s that it lives is taken over once, with what it had under way', async () => {
  await withTwo(async (one, other) => {
    const no = await endpointFor(one, other);
    const begun = await one.stored({ endpointNos: [no], modes: ['begun'] });
    const queued = await one.stored({ endpointNos: [no] });
    const [claimed] = (await one.claim(no)).owed;
    const mine = await other.stored({ endpointNos: [no], modes: ['begun'] });
    const late = t0 + limits.nodeDeadMs;
    assert.deepEqual(await other.store.beat({ epoch: other.epoch, nowMs: late - 1 }), { lost: [] });
    const { lost } = await other.store.beat({ epoch: other.epoch, nowMs: late });
    assert.deepEqual(
      lost.map(({ key }) => key),
      [deliveryKey(begun, 0), deliveryKey(queued, 0)],
    );
    assert.deepEqual(await other.store.beat({ epoch: other.epoch, nowMs: late }), { lost: [] });

    await assert.rejects(one.stored({ event: { id: 'late' } }), isFatal);
    await assert.rejects(one.store.beat({ epoch: one.epoch, nowMs: late }), isFatal);
    assert.equal(await one.end(one.fresh(begun, no)), 'lost');
    assert.equal(await one.end(claimed!), 'lost');
    for (const owed of lost) assert.equal(await other.end(owed), 'settled');
    assert.equal(await other.end(other.fresh(mine, no)), 'settled');
    assert.equal(await one.store.getEvent(one.accountNo, 'late'), null);
  });
});

test('a node whose heartbeat is under way is not taken over', async () => {
  await withTwo(async (one, other, query, url) => {
    const no = await endpointFor(one, other);
    const begun = await one.stored({ endpointNos: [no], modes: ['begun'] });
    const late = t0 + limits.nodeDeadMs;
    const slow = new pg.Client(url);
    await slow.connect();
    try {
      await slow.query('BEGIN');
      await slow.query('UPDATE node SET beat_at = $1 WHERE epoch = $2', [late, one.epoch]);
      let isDone = false;
      const beat = other.store.beat({ epoch: other.epoch, nowMs: late }).finally(() => (isDone = true));
      while (!isDone && (await query('SELECT 1 FROM pg_locks WHERE NOT granted')).length === 0);
      await slow.query('COMMIT');
      assert.deepEqual(await beat, { lost: [] });
    } finally {
      await slow.end();
    }
    assert.equal(await one.end(one.fresh(begun, no)), 'settled');
  });
});

test('of two nodes that find a third one dead, one takes it over', async () => {
  await withTwo(async (one, other) => {
    const no = await endpointFor(one, other);
    const third = await one.store.join({ nodeName: 'node-2', nowMs: t0 });
    const item = one.item({ endpointNos: [no], modes: ['begun'] });
    await one.store.accept({ epoch: third.epoch, items: [item], nowMs: t0 });
    const nowMs = t0 + limits.nodeDeadMs;
    // Both live: they say so first, just in time.
    for (const world of [one, other]) await world.store.beat({ epoch: world.epoch, nowMs: nowMs - 1 });
    const beats = await Promise.all([one, other].map(({ store, epoch }) => store.beat({ epoch, nowMs })));
    assert.equal(
      beats.reduce((count, { lost }) => count + lost.length, 0),
      1,
    );
  });
});

test('the rate of an endpoint is that of all nodes together', async () => {
  await withTwo(async (one, other) => {
    const ratePerSecond = 20;
    const no = await endpointFor(one, other, { ratePerSecond });
    for (let i = 0; i < 60; i += 1) await one.stored({ endpointNos: [no] });
    let sent = 0;
    for (let ms = 0; ms <= 1000; ms += 25)
      for (const world of [one, other]) sent += (await world.claim(no, t0 + ms)).owed.length;
    assert.equal(sent, ratePerSecond + Math.floor(ratePerSecond * rateBurstShare));
    const { owed, nextAtMs } = await other.claim(no, t0 + 1000);
    assert.deepEqual([owed.length, nextAtMs.first], [0, t0 + 1050]);
  });
});

test('of one reference the next goes at whichever node asks, once the one before it has ended anywhere', async () => {
  await withTwo(async (one, other) => {
    const no = await endpointFor(one, other, { ordered: true });
    const event = { reference: 'r' };
    const first = await one.stored({ event: { ...event, id: 'a' }, endpointNos: [no], modes: ['ordered'] });
    const second = await other.stored({
      event: { ...event, id: 'b' },
      endpointNos: [no],
      modes: ['ordered'],
    });
    const [head] = (await other.claim(no)).owed;
    assert.equal(head!.key, deliveryKey(first, 0));
    assert.deepEqual((await one.claim(no)).owed, []);
    await other.end(head!);
    assert.deepEqual(
      (await one.claim(no)).owed.map(({ key }) => key),
      [deliveryKey(second, 0)],
    );
  });
});

test('many accepts and settlements of one reference at two nodes leave nothing blocked behind nothing', async () => {
  await withTwo(async (one, other) => {
    const no = await endpointFor(one, other, { ordered: true });
    const put = (world: World, n: number): Promise<number> =>
      world.stored({ event: { id: `e${n}`, reference: 'r' }, endpointNos: [no], modes: ['ordered'] });
    const seqs: Promise<number>[] = [];
    const went: number[] = [];
    for (let n = 0; n < 40; n += 1) {
      seqs.push(put(n % 2 === 0 ? one : other, n));
      const world = n % 3 === 0 ? one : other;
      const { owed } = await world.claim(no);
      went.push(...owed.map(({ key }) => key));
      await Promise.all(owed.map((each) => world.end(each)));
    }
    const keys = (await Promise.all(seqs)).map((seq) => deliveryKey(seq, 0)).sort((a, b) => a - b);
    for (let left = keys.length - went.length; left > 0; left -= 1) {
      const { owed } = await one.claim(no);
      went.push(...owed.map(({ key }) => key));
      await Promise.all(owed.map((each) => one.end(each)));
    }
    assert.deepEqual(went, keys);
  });
});

test('what a node had sent before it gave everything back that nobody holds, and what arrives later, changes nothing', async () => {
  await withTwo(async (one, other, query) => {
    const no = await endpointFor(one, other);
    await query('UPDATE node SET generation = generation + 1 WHERE epoch = $1', [one.epoch]);
    await assert.rejects(one.stored({ endpointNos: [no], modes: ['begun'] }), (error) => !isFatal(error));
    await one.store.reclaim({ epoch: one.epoch, inHand: [], nowMs: t0 });
    await one.stored({ endpointNos: [no], modes: ['begun'] });
  });
});

test('an era is closed after its share of the retention, and dropped once nothing in it is owed or young', async () => {
  await withTwo(async (one, other, query) => {
    const { no } = await one.endpoint();
    const seq = await one.stored({ endpointNos: [no], modes: ['begun'] });
    const open = await one.stored({ endpointNos: [no] });
    await one.end(one.fresh(seq, no));
    const day = limits.eraMaxMs;
    const sweep = (nowMs: number) =>
      one.store.sweep({ nowMs, keepSinceMs: nowMs - 30 * day, heldSinceMs: 0, limit: 100 });
    const eras = async () => (await query('SELECT no FROM era ORDER BY no')).map((row) => Number(row.no));
    const before = await eras();
    await sweep(t0 + day);
    const later = await one.stored({ event: { createdAtMs: t0 + day } });
    assert.ok(later >= limits.eraEvents, 'what comes next is in the next era');
    await sweep(t0 + 40 * day);
    assert.ok((await eras()).includes(before[0]!), 'what is owed keeps its era');
    await one.store.spill({ epoch: one.epoch, owed: [], lowSeq: later + 1, nowMs: t0 });
    const [owed] = (await one.claim(no, t0 + 40 * day)).owed;
    assert.equal(owed!.key, deliveryKey(open, 0));
    await one.end(owed!, { state: 'delivered' }, t0 + 2 * day);
    // A node that takes nothing in keeps no era either.
    for (const world of [one, other, one, other]) await world.store.beat({ epoch: world.epoch, nowMs: t0 });
    for (let n = 0; n < 3; n += 1) await sweep(t0 + 80 * day);
    assert.ok(!(await eras()).includes(before[0]!));
    assert.equal(await one.store.getDelivery(one.accountNo, owed!.key), null);
  });
});

test('what a node says is heard by the others, not by itself, and what is too long is not said', async () => {
  await withTwo(async (one, other) => {
    const heard: string[] = [];
    const listen = async (store: Store, name: string, all: number): Promise<void> => {
      await new Promise<void>((resolve) => {
        store.watch(() => {});
        store.overhear((text) => {
          heard.push(`${name} ${text}`);
          if (heard.length === all) resolve();
        });
        if (all === 0) resolve();
      });
    };
    await listen(one.store, 'one', 0);
    const told = listen(other.store, 'other', 1);
    // The connection of each is used for its beats, too: it listens once they are answered.
    for (const { store, epoch } of [one, other]) await store.beat({ epoch, nowMs: t0 });
    one.store.whisper('x'.repeat(9000));
    one.store.whisper('hello');
    await told;
    await one.store.beat({ epoch: one.epoch, nowMs: t0 });
    assert.deepEqual(heard, ['other hello']);
  });
});

test('when a node is gone the others read the directory, for what it changed last it may have told nobody', async () => {
  await withTwo(async (one, other) => {
    const { nodeDeadMs } = limits;
    const heard: string[] = [];
    one.store.watch((news) => heard.push(news));
    const beat = (nowMs: number) => one.store.beat({ epoch: one.epoch, nowMs });
    await beat(t0);
    await other.store.beat({ epoch: other.epoch, nowMs: t0 });
    assert.deepEqual(heard, []);
    await beat(t0 + nodeDeadMs);
    assert.deepEqual(heard, ['directory']);
    await beat(t0 + nodeDeadMs + 1);
    assert.deepEqual(heard, ['directory']);
  });
});

test('an event of an order goes to the database and back five times, however much of the order changes with it', async () => {
  await withTwo(async (one) => {
    const policy = { poll: null, slaMs: 60_000 };
    const newsOf = (n: number) => ({
      sourceId: 'src_1',
      reference: `ORD-${n}`,
      orderId: null,
      state: 'failed' as const,
      via: 'webhook' as const,
      newId: `ord_${n}`,
      policy,
    });
    const take = (n: number) => one.accept([{ ...one.item({ event: { id: `e${n}` } }), order: newsOf(n) }]);
    await take(1);
    const { query } = pg.Client.prototype;
    // Over one connection: another one may be opened meanwhile.
    const asked = new Map<pg.Client, number>();
    pg.Client.prototype.query = function (this: pg.Client, ...input: unknown[]) {
      asked.set(this, (asked.get(this) ?? 0) + 1);
      return (query as (...all: unknown[]) => unknown).apply(this, input);
    } as typeof query;
    try {
      assert.equal((await take(2))[0]!.kind, 'stored');
    } finally {
      pg.Client.prototype.query = query;
    }
    assert.equal(Math.max(...asked.values()), 5);
    assert.equal((await one.store.getOrder(one.accountNo, 'ord_2'))!.history.length, 1);
  });
});
