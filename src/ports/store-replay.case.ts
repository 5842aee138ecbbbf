import assert from 'node:assert/strict';
import type { Replay, ReplayFilter } from '../core/replay.ts';
import {
  casesFor,
  endedDeliveries,
  type OpenStore,
  settlementOf,
  t0,
  type World,
} from './store-world.case.ts';

const everything: ReplayFilter = {
  endpointNo: null,
  eventTypes: null,
  state: 'dead',
  sinceMs: null,
  untilMs: null,
  keys: null,
};

/** Putting deliveries back by replays. */
export function replayCases(name: string, open: OpenStore): void {
  const promise = casesFor(name, open);

  const start = async (
    world: World,
    filter: Partial<ReplayFilter> = {},
    perSecond: number | null = null,
  ): Promise<Replay> => {
    const input = { accountNo: world.accountNo, filter: { ...everything, ...filter }, nowMs: t0 + 100 };
    const { count, next } = await world.store.countReplay({ ...input, from: null, rows: 1000 });
    assert.equal(next, null);
    return world.store.createReplay({ ...input, id: `rpl_${Math.random()}`, perSecond, total: count });
  };
  /** Feeds it to its end; what it put back. */
  const feed = async (world: World, replay: Replay, limit = 2): Promise<number> => {
    let moved = 0;
    for (let feeding = true; feeding; ) {
      const step = await world.store.stepReplay({ no: replay.no, limit, nowMs: t0 + 100 });
      assert.ok(step.moved <= limit);
      moved += step.moved;
      feeding = step.more;
    }
    return moved;
  };
  const read = async (world: World, replay: Replay): Promise<Replay> =>
    (await world.store.getReplay({ accountNo: world.accountNo, id: replay.id }))!;

  promise('a replay counts what matches at once and puts back just that, page by page', async (world) => {
    const [a, b] = [await world.endpoint(), await world.endpoint()];
    const keys = [
      ...(await endedDeliveries(world, a.no, 'dead', 3)),
      ...(await endedDeliveries(world, b.no, 'dead', 2)),
    ];
    await endedDeliveries(world, a.no, 'delivered', 2);
    const replay = await start(world);
    assert.deepEqual([replay.status, replay.total, replay.feeding], ['running', 5, true]);
    await endedDeliveries(world, a.no, 'dead', 1);
    assert.equal(await feed(world, replay), 5);
    const owed = [...(await world.claim(a.no, t0 + 100)).owed, ...(await world.claim(b.no, t0 + 100)).owed];
    assert.deepEqual(
      owed.map(({ key }) => key),
      keys,
    );
    assert.ok(
      owed.every((one) => one.replayNo === replay.no && one.tries === 0 && one.startedAtMs === t0 + 100),
    );
  });

  promise('a replay takes only the endpoint, types and times it was made for', async (world) => {
    const [a, b] = [await world.endpoint(), await world.endpoint()];
    const dead = await endedDeliveries(world, a.no, 'dead', 4);
    await endedDeliveries(world, a.no, 'dead', 1, 'other');
    await endedDeliveries(world, b.no, 'dead', 1);
    const replay = await start(world, {
      endpointNo: a.no,
      eventTypes: ['order.created'],
      sinceMs: t0 + 1,
      untilMs: t0 + 3,
    });
    assert.equal(replay.total, 2);
    await feed(world, replay, 1);
    assert.deepEqual(
      (await world.claim(a.no, t0 + 100)).owed.map(({ key }) => key),
      dead.slice(1, 3),
    );
    assert.deepEqual((await world.claim(b.no, t0 + 100)).owed, []);
  });

  promise('a replay takes a prefix of types, and counts what it takes', async (world) => {
    const { no } = await world.endpoint();
    const wanted = await endedDeliveries(world, no, 'dead', 2, 'order.a');
    wanted.push(...(await endedDeliveries(world, no, 'dead', 1, 'exact')));
    for (const other of ['orders.a', 'order', 'order.', 'exact.a'])
      await endedDeliveries(world, no, 'dead', 1, other);
    const replay = await start(world, { eventTypes: ['order.*', 'exact'] });
    assert.equal(replay.total, 3);
    await feed(world, replay, 10);
    const { owed } = await world.claim(no, t0 + 100);
    assert.deepEqual(
      owed.map(({ key }) => key),
      wanted,
    );
  });

  promise('a replay takes only what was answered and attempted as it asks', async (world) => {
    const { no } = await world.endpoint();
    const ended = async (httpStatus: number | null, attempts: number) => {
      const seq = await world.stored({ endpointNos: [no], modes: ['begun'] });
      const owed = { ...world.fresh(seq, no), attempts: attempts - 1 };
      await world.settle([settlementOf(owed, { state: 'dead' }, { httpStatus })]);
      return owed.key;
    };
    const busy = await ended(503, 1);
    const broken = await ended(500, 3);
    await ended(404, 3);
    await ended(null, 3);
    const server = { from: 500, to: 599 };
    const wanted: [Partial<ReplayFilter>, number[]][] = [
      [{ httpStatus: server }, [busy, broken]],
      [{ httpStatus: server, minAttempts: 2 }, [broken]],
      [{ httpStatus: { from: 503, to: 503 }, sinceMs: t0 }, [busy]],
    ];
    for (const [filter, keys] of wanted) {
      const input = { accountNo: world.accountNo, filter: { ...everything, ...filter } };
      const plan = await world.store.planReplay({ ...input, nowMs: t0 + 100, rows: 9, limit: 9 });
      assert.deepEqual(
        plan.sample.map(({ key }) => key),
        keys,
      );
    }
    const replay = await start(world, { minAttempts: 3, httpStatus: server });
    assert.equal(replay.total, 1);
    assert.equal(await feed(world, replay), 1);
    const { owed } = await world.claim(no, t0 + 100);
    assert.deepEqual(
      owed.map(({ key }) => key),
      [broken],
    );
  });

  promise(
    'a replay that goes on takes what it took back, whatever that was answered since',
    async (world) => {
      const { no } = await world.endpoint();
      const [key] = await endedDeliveries(world, no, 'dead', 1);
      const replay = await start(world, { httpStatus: { from: 500, to: 500 } });
      assert.equal(await feed(world, replay), 1);
      const [owed] = (await world.claim(no, t0 + 100)).owed;
      const next = { state: 'open', dueAtMs: t0 + 300 } as const;
      await world.settle([settlementOf(owed!, next, { httpStatus: 404 })], t0 + 200);
      const { accountNo } = world;
      await world.store.pauseReplay({ accountNo, id: replay.id });
      await world.store.stepReplay({ no: replay.no, limit: 9, nowMs: t0 + 201 });
      assert.equal(await world.status(key!), 'dead');
      await world.store.resumeReplay({ accountNo, id: replay.id });
      assert.equal(await feed(world, replay), 1);
    },
  );

  promise("a replay of given deliveries takes those that ended and are the account's", async (world) => {
    const { no } = await world.endpoint();
    const other = await world.account('other');
    const theirs = await world.endpoint({ accountNo: other });
    const seq = await world.store.accept({
      epoch: world.epoch,
      nowMs: t0,
      items: [
        { ...world.item({ event: { accountNo: other }, endpointNos: [theirs.no] }), directoryVersion: 2 },
      ],
    });
    assert.equal(seq[0]!.kind, 'stored');
    const keys = [
      ...(await endedDeliveries(world, no, 'dead', 1)),
      ...(await endedDeliveries(world, no, 'delivered', 2)),
      65_536 * 1,
    ];
    const replay = await start(world, { keys });
    assert.equal(replay.total, 3);
    assert.equal(await feed(world, replay), 3);
    assert.equal((await world.claim(no, t0 + 100)).owed.length, 3);
  });

  promise('a replay is done when its last delivery ended, and says how they ended', async (world) => {
    const { no } = await world.endpoint();
    await endedDeliveries(world, no, 'dead', 3);
    const replay = await start(world);
    await feed(world, replay);
    const { owed } = await world.claim(no, t0 + 100);
    await world.end(owed[0]!, { state: 'delivered' });
    await world.end(owed[1]!, { state: 'dead' });
    await world.end(owed[2]!, { state: 'open', dueAtMs: t0 + 200 });
    assert.deepEqual(
      [(await read(world, replay)).status, (await world.store.openReplays()).length],
      ['running', 1],
    );
    const [last] = (await world.claim(no, t0 + 200)).owed;
    assert.equal(last!.replayNo, replay.no);
    await world.end(last!, { state: 'delivered' }, t0 + 200);
    const done = await read(world, replay);
    assert.deepEqual([done.status, done.done, done.failed, done.finishedAtMs], ['done', 2, 1, t0 + 200]);
    assert.deepEqual(await world.store.openReplays(), []);
  });

  promise('a replay that takes what another one gave back counts that, too', async (world) => {
    const { no } = await world.endpoint();
    const { accountNo } = world;
    await endedDeliveries(world, no, 'dead', 2);
    const first = await start(world);
    await feed(world, first);
    await endedDeliveries(world, no, 'dead', 1);
    const second = await start(world);
    assert.equal(second.total, 1);
    await world.store.pauseReplay({ accountNo, id: first.id });
    await world.store.stepReplay({ no: first.no, limit: 9, nowMs: t0 + 101 });
    assert.equal(await feed(world, second), 3);
    for (const owed of (await world.claim(no, t0 + 200)).owed) await world.end(owed, { state: 'delivered' });
    const { status, total, done, failed } = await read(world, second);
    assert.deepEqual([status, total, done, failed], ['done', 3, 3, 0]);
  });

  promise('a replay that matches nothing is done at once', async (world) => {
    assert.deepEqual([(await start(world)).status, (await start(world)).feeding], ['done', false]);
  });

  promise(
    'a cancelled replay takes back what has not gone, as it was, and leaves what has',
    async (world) => {
      const { no } = await world.endpoint();
      const [dead] = await endedDeliveries(world, no, 'dead', 1);
      const [delivered, gone] = await endedDeliveries(world, no, 'delivered', 2);
      const replay = await start(world, { keys: [gone!, dead!, delivered!] });
      await feed(world, replay);
      const took = (await world.claim(no, t0 + 100)).owed;
      await world.store.release({
        epoch: world.epoch,
        owed: took.filter(({ key }) => key !== gone),
        nowMs: t0 + 100,
      });
      const cancelled = await world.store.cancelReplay({
        accountNo: world.accountNo,
        id: replay.id,
        nowMs: t0 + 101,
      });
      assert.deepEqual(
        [cancelled!.status, cancelled!.feeding, cancelled!.finishedAtMs],
        ['cancelled', false, t0 + 101],
      );
      assert.deepEqual(
        (await world.store.openReplays()).map(({ no: open }) => open),
        [replay.no],
      );
      const back = await world.store.stepReplay({ no: replay.no, limit: 9, nowMs: t0 + 102 });
      assert.deepEqual([back.moved, back.more], [2, true]);
      assert.deepEqual(
        [await world.status(dead!), await world.status(delivered!), await world.status(gone!)],
        ['dead', 'delivered', 'sending'],
      );
      await world.end(took.find(({ key }) => key === gone)!, { state: 'open', dueAtMs: t0 + 500 });
      const last = await world.store.stepReplay({ no: replay.no, limit: 9, nowMs: t0 + 103 });
      assert.deepEqual([last.moved, last.more], [1, false]);
      assert.equal(await world.status(gone!), 'delivered');
      assert.deepEqual(await world.store.openReplays(), []);
      assert.deepEqual((await world.claim(no, t0 + 900)).owed, []);
    },
  );

  promise('a paused replay takes back what waits and puts just that back when it goes on', async (world) => {
    const [a, b] = [await world.endpoint(), await world.endpoint()];
    const keys = [
      ...(await endedDeliveries(world, a.no, 'dead', 3)),
      ...(await endedDeliveries(world, b.no, 'dead', 2)),
    ];
    const replay = await start(world);
    await feed(world, replay);
    const [gone, failed, failing] = (await world.claim(a.no, t0 + 200)).owed;
    await world.end(gone!, { state: 'delivered' }, t0 + 200);
    await world.end(failed!, { state: 'dead' }, t0 + 200);
    const { accountNo } = world;
    const paused = await world.store.pauseReplay({ accountNo, id: replay.id });
    assert.deepEqual([paused!.status, paused!.finishedAtMs], ['paused', null]);
    const step = async (nowMs: number) => {
      const { moved, more } = await world.store.stepReplay({ no: replay.no, limit: 9, nowMs });
      return [moved, more];
    };
    assert.deepEqual(await step(t0 + 201), [2, true]);
    await world.end(failing!, { state: 'open', dueAtMs: t0 + 300 }, t0 + 202);
    assert.deepEqual(await step(t0 + 203), [1, false]);
    assert.deepEqual(await Promise.all(keys.map((key) => world.status(key))), [
      'delivered',
      'dead',
      'dead',
      'dead',
      'dead',
    ]);
    assert.deepEqual(await world.store.openReplays(), []);
    assert.equal((await world.store.resumeReplay({ accountNo, id: replay.id }))!.status, 'running');
    assert.equal(await feed(world, replay), 3);
    const again = [...(await world.claim(a.no, t0 + 400)).owed, ...(await world.claim(b.no, t0 + 400)).owed];
    assert.deepEqual(
      again.map(({ key, tries }) => [key, tries]),
      keys.slice(2).map((key) => [key, 0]),
    );
    for (const owed of again) await world.end(owed, { state: 'delivered' }, t0 + 400);
    const { status, done, failed: dead } = await read(world, replay);
    assert.deepEqual([status, done, dead], ['done', 4, 1]);
    assert.equal((await world.store.pauseReplay({ accountNo, id: replay.id }))!.status, 'done');
  });

  promise('a paused replay of given deliveries goes on with those that did not go', async (world) => {
    const { no } = await world.endpoint();
    const keys = await endedDeliveries(world, no, 'delivered', 3);
    const replay = await start(world, { keys });
    await feed(world, replay);
    const took = (await world.claim(no, t0 + 200, { first: 0, retry: 0, replayed: 1 })).owed;
    await world.end(took[0]!, { state: 'delivered' }, t0 + 200);
    const { accountNo } = world;
    await world.store.pauseReplay({ accountNo, id: replay.id });
    await world.store.stepReplay({ no: replay.no, limit: 9, nowMs: t0 + 201 });
    assert.deepEqual((await world.claim(no, t0 + 300)).owed, []);
    await world.store.resumeReplay({ accountNo, id: replay.id });
    assert.equal(await feed(world, replay), 2);
    assert.deepEqual(
      (await world.claim(no, t0 + 300)).owed.map(({ key }) => key),
      keys.slice(1),
    );
  });

  promise('a paused replay can be cancelled', async (world) => {
    const { no } = await world.endpoint();
    await endedDeliveries(world, no, 'dead', 1);
    const replay = await start(world);
    const { accountNo } = world;
    const other = await world.account('other');
    assert.equal(await world.store.pauseReplay({ accountNo: other, id: replay.id }), null);
    await world.store.pauseReplay({ accountNo, id: replay.id });
    assert.equal(await world.store.resumeReplay({ accountNo: other, id: replay.id }), null);
    const cancelled = await world.store.cancelReplay({ accountNo, id: replay.id, nowMs: t0 + 101 });
    assert.deepEqual([cancelled!.status, cancelled!.finishedAtMs], ['cancelled', t0 + 101]);
  });

  promise('a replay with a rate puts back no more than the time since its start allows', async (world) => {
    const { no } = await world.endpoint();
    await endedDeliveries(world, no, 'dead', 5);
    const replay = await start(world, {}, 2);
    assert.equal((await read(world, replay)).perSecond, 2);
    const moved = [];
    for (const afterMs of [0, 499, 500, 700, 5000, 5499, 5500, 6000, 6500]) {
      const step = await world.store.stepReplay({ no: replay.no, limit: 9, nowMs: t0 + 100 + afterMs });
      moved.push(step.moved);
    }
    assert.deepEqual(moved, [0, 0, 1, 0, 2, 0, 1, 1, 0]);
  });

  promise('replays are listed newest first and seen by their account only', async (world) => {
    const made = [await start(world), await start(world), await start(world)];
    const { accountNo } = world;
    const page = await world.store.listReplays({ accountNo, limit: 2, before: null });
    assert.deepEqual(page, [made[2], made[1]]);
    assert.deepEqual(await world.store.listReplays({ accountNo, limit: 2, before: made[1]!.no }), [made[0]]);
    const other = await world.account('other');
    assert.equal(await world.store.getReplay({ accountNo: other, id: made[0]!.id }), null);
    assert.equal(await world.store.cancelReplay({ accountNo: other, id: made[0]!.id, nowMs: t0 }), null);
    assert.deepEqual(await world.store.listReplays({ accountNo: other, limit: 9, before: null }), []);
  });
}
