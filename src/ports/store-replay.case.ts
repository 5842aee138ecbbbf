import assert from 'node:assert/strict';
import type { Replay, ReplayFilter } from '../core/replay.ts';
import { casesFor, type OpenStore, settlementOf, t0, type World } from './store-world.case.ts';

const everything: ReplayFilter = {
  endpointNo: null,
  eventTypes: null,
  state: 'dead',
  sinceMs: null,
  untilMs: null,
  keys: null,
};

/** Putting deliveries back: one by one, and by replays. */
export function replayCases(name: string, open: OpenStore): void {
  const promise = casesFor(name, open);

  /** Deliveries that ended so, one event each. */
  const ended = async (
    world: World,
    no: number,
    state: 'dead' | 'delivered',
    count: number,
    type = 'order.created',
  ): Promise<number[]> => {
    const keys = [];
    for (let i = 0; i < count; i += 1) {
      const seq = await world.stored({
        event: { type, createdAtMs: t0 + i },
        endpointNos: [no],
        modes: ['begun'],
      });
      const owed = world.fresh(seq, no);
      await world.end(owed, { state });
      keys.push(owed.key);
    }
    return keys;
  };
  const start = async (world: World, filter: Partial<ReplayFilter> = {}): Promise<Replay> =>
    world.store.createReplay({
      id: `rpl_${Math.random()}`,
      accountNo: world.accountNo,
      filter: { ...everything, ...filter },
      nowMs: t0 + 100,
    });
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

  promise('an ended delivery that is put back has a fresh schedule and keeps its attempts', async (world) => {
    const { no } = await world.endpoint();
    const [key] = await ended(world, no, 'dead', 1);
    const result = await world.store.requeue({
      accountNo: world.accountNo,
      keys: [key!, 12345],
      nowMs: t0 + 9,
    });
    assert.deepEqual(result, { requeued: 1, sending: 0, endpointNos: [no] });
    const [owed] = (await world.claim(no, t0 + 9)).owed;
    assert.deepEqual([owed!.tries, owed!.attempts, owed!.startedAtMs, owed!.replayNo], [0, 1, t0 + 9, null]);
  });

  promise(
    'a waiting delivery that is put back is due at once, with the rest of its schedule',
    async (world) => {
      const { no } = await world.endpoint();
      await world.stored({ endpointNos: [no] });
      const [owed] = (await world.claim(no)).owed;
      await world.end(owed!, { state: 'open', dueAtMs: t0 + 1000 });
      assert.equal(
        (await world.store.requeue({ accountNo: world.accountNo, keys: [owed!.key], nowMs: t0 + 9 }))
          .requeued,
        1,
      );
      const [again] = (await world.claim(no, t0 + 9)).owed;
      assert.deepEqual([again!.tries, again!.startedAtMs], [1, t0]);
    },
  );

  promise("what is under way, and what is another account's, is not put back", async (world) => {
    const { no } = await world.endpoint();
    const seq = await world.stored({ endpointNos: [no, no], modes: ['begun', 'queued'] });
    const keys = [...(await world.claim(no)).owed, world.fresh(seq, no)].map(({ key }) => key);
    assert.deepEqual(await world.store.requeue({ accountNo: world.accountNo, keys, nowMs: t0 }), {
      requeued: 0,
      sending: 2,
      endpointNos: [],
    });
    const other = await world.account('other');
    assert.deepEqual(await world.store.requeue({ accountNo: other, keys, nowMs: t0 }), {
      requeued: 0,
      sending: 0,
      endpointNos: [],
    });
  });

  promise(
    'what was cancelled under way is not taken over, and its settlement by a holder that lost it changes nothing',
    async (world) => {
      const { no } = await world.endpoint();
      await world.stored({ endpointNos: [no] });
      const owed = (await world.claim(no)).owed[0]!;
      await world.store.cancel({ accountNo: world.accountNo, key: owed.key, nowMs: t0 + 1 });
      const { epoch } = world;
      assert.deepEqual(await world.join(), []);
      const settlements = [settlementOf(owed, { state: 'delivered' })];
      assert.deepEqual(await world.store.settle({ epoch, settlements, nowMs: t0 }), ['lost']);
      assert.deepEqual(await world.settle(settlements), ['lost']);
      const { delivery, attempts } = (await world.store.getDelivery(world.accountNo, owed.key))!;
      assert.deepEqual([delivery.status, delivery.endedAtMs, attempts], ['cancelled', t0 + 1, []]);
    },
  );

  promise('what was cancelled and given back unattempted can be put back', async (world) => {
    const { no } = await world.endpoint();
    await world.stored({ endpointNos: [no] });
    const owed = (await world.claim(no)).owed[0]!;
    await world.store.cancel({ accountNo: world.accountNo, key: owed.key, nowMs: t0 + 1 });
    await world.store.release({ epoch: world.epoch, owed: [owed], nowMs: t0 + 2 });
    assert.equal(await world.status(owed.key), 'cancelled');
    const input = { accountNo: world.accountNo, keys: [owed.key], nowMs: t0 + 3 };
    assert.equal((await world.store.requeue(input)).requeued, 1);
  });

  promise(
    'a delivery is cancelled whether it waits or is under way; what is under way is recorded when it ends, and nothing else changes',
    async (world) => {
      const { no } = await world.endpoint();
      const seq = await world.stored({ endpointNos: [no, no, no], modes: ['begun', 'queued', 'begun'] });
      const owed = [world.fresh(seq, no), ...(await world.claim(no)).owed, world.fresh(seq, no, 2)];
      await world.store.spill({ epoch: world.epoch, owed: [owed[2]!], lowSeq: 0, nowMs: t0 });
      const other = await world.account('other');
      const keys = owed.map(({ key }) => key);
      for (const one of owed) {
        assert.equal(await world.store.cancel({ accountNo: other, key: one.key, nowMs: t0 }), 'not_found');
        assert.deepEqual(
          await world.store.cancel({ accountNo: world.accountNo, key: one.key, nowMs: t0 + 1 }),
          { endpointNo: one.endpointNo },
        );
        assert.equal(
          await world.store.cancel({ accountNo: world.accountNo, key: one.key, nowMs: t0 + 2 }),
          'ended',
        );
        const requeued = await world.store.requeue({
          accountNo: world.accountNo,
          keys: [one.key],
          nowMs: t0 + 3,
        });
        assert.deepEqual(requeued, { requeued: 0, sending: 1, endpointNos: [] });
        const settled = settlementOf(one, { state: 'open', dueAtMs: t0 + 1000 });
        for (let told = 0; told < 2; told += 1)
          assert.deepEqual(await world.settle([settled], t0 + 4), ['settled']);
        const { delivery, attempts } = (await world.store.getDelivery(world.accountNo, one.key))!;
        const { status, endedAtMs, httpStatus, nextAttemptAtMs } = delivery;
        assert.deepEqual([status, endedAtMs, httpStatus, nextAttemptAtMs], ['cancelled', t0 + 1, 500, null]);
        assert.deepEqual(
          attempts.map(({ n, nextAttemptAtMs: next }) => [n, next]),
          [[1, null]],
        );
        assert.equal(delivery.attempts, 1);
      }
      assert.deepEqual((await world.claim(no, t0 + 5000)).owed, []);
      const again = await world.store.requeue({ accountNo: world.accountNo, keys, nowMs: t0 + 6000 });
      assert.equal(again.requeued, 3);
      assert.deepEqual(
        (await world.claim(no, t0 + 6000)).owed.map(({ attempts }) => attempts),
        [1, 1, 1],
      );
      assert.equal(
        await world.store.cancel({ accountNo: world.accountNo, key: owed[0]!.key + 9, nowMs: t0 }),
        'not_found',
      );
    },
  );

  promise('a replay counts what matches at once and puts back just that, page by page', async (world) => {
    const [a, b] = [await world.endpoint(), await world.endpoint()];
    const keys = [...(await ended(world, a.no, 'dead', 3)), ...(await ended(world, b.no, 'dead', 2))];
    await ended(world, a.no, 'delivered', 2);
    const replay = await start(world);
    assert.deepEqual([replay.status, replay.total, replay.feeding], ['running', 5, true]);
    await ended(world, a.no, 'dead', 1);
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
    const dead = await ended(world, a.no, 'dead', 4);
    await ended(world, a.no, 'dead', 1, 'other');
    await ended(world, b.no, 'dead', 1);
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
    const wanted = await ended(world, no, 'dead', 2, 'order.a');
    wanted.push(...(await ended(world, no, 'dead', 1, 'exact')));
    for (const other of ['orders.a', 'order', 'order.', 'exact.a']) await ended(world, no, 'dead', 1, other);
    const replay = await start(world, { eventTypes: ['order.*', 'exact'] });
    assert.equal(replay.total, 3);
    await feed(world, replay, 10);
    const { owed } = await world.claim(no, t0 + 100);
    assert.deepEqual(
      owed.map(({ key }) => key),
      wanted,
    );
  });

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
      ...(await ended(world, no, 'dead', 1)),
      ...(await ended(world, no, 'delivered', 2)),
      65_536 * 1,
    ];
    const replay = await start(world, { keys });
    assert.equal(replay.total, 3);
    assert.equal(await feed(world, replay), 3);
    assert.equal((await world.claim(no, t0 + 100)).owed.length, 3);
  });

  promise('a replay is done when its last delivery ended, and says how they ended', async (world) => {
    const { no } = await world.endpoint();
    await ended(world, no, 'dead', 3);
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

  promise('a replay that matches nothing is done at once', async (world) => {
    assert.deepEqual([(await start(world)).status, (await start(world)).feeding], ['done', false]);
  });

  promise(
    'a cancelled replay takes back what has not gone, as it was, and leaves what has',
    async (world) => {
      const { no } = await world.endpoint();
      const [dead] = await ended(world, no, 'dead', 1);
      const [delivered, gone] = await ended(world, no, 'delivered', 2);
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
