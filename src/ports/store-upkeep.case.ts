import assert from 'node:assert/strict';
import { deliveryKey } from '../core/delivery.ts';
import * as limits from '../core/limits/store.ts';
import { casesFor, type OpenStore, t0, type World } from './store-world.case.ts';

/** What keeps a store small and in order. */
export function upkeepCases(name: string, open: OpenStore): void {
  const promise = casesFor(name, open);
  const sweep = async (
    world: World,
    changes: { nowMs?: number; keepSinceMs?: number; heldSinceMs?: number; limit?: number } = {},
  ): Promise<number> => {
    const input = { nowMs: t0 + 1000, keepSinceMs: 0, heldSinceMs: 0, limit: 100, ...changes };
    for (let steps = 1; ; steps += 1) {
      assert.ok(steps < 100, 'a sweep comes to an end');
      if (!(await world.store.sweep(input)).more) return steps;
    }
  };
  const seqsOf = async (world: World): Promise<number[]> =>
    (await world.store.listEvents(world.accountNo, {}, { limit: 100, before: null })).rows.map(
      ({ event }) => event.seq,
    );

  promise(
    'what is old and ended goes, with deliveries and attempts; what is owed, under way or young stays',
    async (world) => {
      const { no } = await world.endpoint();
      const begun = async (createdAtMs = t0): Promise<number> =>
        world.stored({ event: { createdAtMs }, endpointNos: [no], modes: ['begun'] });
      const old = await begun();
      await world.end(world.fresh(old, no));
      const none = await world.stored();
      const [waiting, sending, late, young] = [
        await world.stored({ endpointNos: [no] }),
        await begun(),
        await begun(),
        await begun(t0 + 500),
      ];
      await world.end(world.fresh(late, no), { state: 'dead' }, t0 + 400);
      await world.end(world.fresh(young, no));
      await sweep(world, { keepSinceMs: t0 + 100 });
      assert.deepEqual(await seqsOf(world), [young, late, sending, waiting]);
      assert.ok(!(await seqsOf(world)).includes(none));
      assert.equal(await world.store.getDelivery(world.accountNo, deliveryKey(old, 0)), null);
      assert.equal(await world.end(world.fresh(sending, no)), 'settled');
    },
  );

  promise('old events go in bounded steps', async (world) => {
    for (let i = 0; i < 7; i += 1) await world.stored();
    assert.deepEqual(await world.store.sweep({ nowMs: t0, keepSinceMs: t0 + 1, heldSinceMs: 0, limit: 3 }), {
      more: true,
    });
    assert.equal((await seqsOf(world)).length, 4);
    await sweep(world, { keepSinceMs: t0 + 1, limit: 3 });
    assert.deepEqual(await seqsOf(world), []);
  });

  promise('a position is never used again, even after everything was deleted', async (world) => {
    const last = await world.stored();
    await sweep(world, { keepSinceMs: t0 + 1 });
    assert.ok((await world.stored()) > last);
  });

  promise('an id is known for 30 days after its event came, even when the event is gone', async (world) => {
    const day = 86_400_000;
    const { no } = await world.endpoint();
    const item = world.item({ event: { id: 'a' }, endpointNos: [no], modes: ['begun'] });
    const keyed = { ...item, idempotency: { key: 'k', requestHash: 'h' } };
    const [first] = await world.accept([keyed]);
    const seq = first!.kind === 'stored' ? first!.seq : 0;
    await world.end(world.fresh(seq, no));
    await sweep(world, { nowMs: t0 + 100, keepSinceMs: t0 + 50 });
    assert.deepEqual(await seqsOf(world), []);

    const event = { id: 'a', type: 'order.created', createdAtMs: t0, deliveries: 1 };
    const again = (nowMs: number, changes: object = {}) =>
      world.accept([world.item({ endpointNos: [no], event: { id: 'a', ...changes } })], nowMs);
    assert.deepEqual(await again(t0 + 30 * day - 1), [{ kind: 'duplicate', event, conflict: false }]);
    for (const changes of [{ data: '{"total":2}' }, { type: 'order.failed' }])
      assert.deepEqual(await again(t0 + day, changes), [{ kind: 'duplicate', event, conflict: true }]);
    assert.deepEqual(await world.accept([keyed], t0 + 200), [
      { kind: 'replayed', event, status: 202, conflict: false },
    ]);
    const other = await world.account('other');
    const elsewhere = world.item({ event: { id: 'a', accountNo: other }, directoryVersion: 1 });
    assert.equal((await world.accept([elsewhere]))[0]!.kind, 'stored');

    await sweep(world, { nowMs: t0 + 30 * day, keepSinceMs: t0 + 50 });
    assert.equal((await again(t0 + 30 * day))[0]!.kind, 'stored');
  });

  promise('what an endpoint has held for too long is dead; what is held for less is not', async (world) => {
    const { no } = await world.endpoint();
    const long = deliveryKey(await world.stored({ endpointNos: [no] }), 0);
    const short = deliveryKey(await world.stored({ endpointNos: [no], dueAtMs: t0 + 50 }), 0);
    await sweep(world, { heldSinceMs: t0 + 40 });
    assert.equal(await world.status(long), 'pending');
    await world.update(no, { status: 'paused', statusAtMs: t0 + 10 });
    await sweep(world, { heldSinceMs: t0 + 9 });
    assert.equal(await world.status(long), 'held');
    await sweep(world, { heldSinceMs: t0 + 40, limit: 1 });
    assert.deepEqual([await world.status(long), await world.status(short)], ['dead', 'held']);
    const stats = await world.store.stats({
      accountNo: world.accountNo,
      endpointNo: no,
      sinceMs: t0,
      untilMs: t0 + 60_000,
      bucketMs: 60_000,
    });
    assert.deepEqual([stats.dead, stats.attempts], [1, 0]);
  });

  promise('what waits behind a delivery that was held for too long goes the same way', async (world) => {
    const { no } = await world.endpoint({ ordered: true });
    const keys = [];
    for (let i = 0; i < 3; i += 1)
      keys.push(
        deliveryKey(
          await world.stored({ event: { reference: 'r' }, endpointNos: [no], modes: ['ordered'] }),
          0,
        ),
      );
    await world.update(no, { status: 'paused', statusAtMs: t0 });
    for (let i = 0; i < 3; i += 1) await sweep(world, { heldSinceMs: t0 + 1 });
    for (const key of keys) assert.equal(await world.status(key), 'dead');
  });

  promise('what a deleted endpoint left open is cancelled for good, in bounded steps', async (world) => {
    const { no } = await world.endpoint();
    for (let i = 0; i < 5; i += 1) await world.stored({ endpointNos: [no] });
    await world.store.deleteEndpoint(no, t0);
    assert.ok((await sweep(world, { limit: 2 })) > 2);
    assert.equal((await world.store.counts({ nowMs: t0 })).open, 0);
    await sweep(world, { nowMs: t0 + 2000, keepSinceMs: t0 + 1500 });
    assert.deepEqual(await seqsOf(world), []);
  });

  promise('what was under way at a deleted endpoint is recorded when it ends', async (world) => {
    const { no } = await world.endpoint();
    await world.stored({ endpointNos: [no] });
    const owed = (await world.claim(no)).owed[0]!;
    await world.store.deleteEndpoint(no, t0 + 1);
    await sweep(world);
    assert.equal(await world.end(owed), 'settled');
    const { delivery, attempts } = (await world.store.getDelivery(world.accountNo, owed.key))!;
    assert.deepEqual([delivery.status, delivery.attempts, attempts.length], ['cancelled', 1, 1]);
  });

  promise('old idempotency keys, replays and counts go', async (world) => {
    const { no } = await world.endpoint();
    const seq = await world.stored({
      endpointNos: [no],
      modes: ['begun'],
      idempotency: { key: 'k', requestHash: 'h' },
    });
    await world.end(world.fresh(seq, no), { state: 'dead' });
    const filter = {
      endpointNo: null,
      eventTypes: null,
      state: 'delivered',
      sinceMs: null,
      untilMs: null,
      keys: null,
    } as const;
    await world.store.createReplay({
      id: 'rpl_1',
      accountNo: world.accountNo,
      filter,
      perSecond: null,
      total: 0,
      nowMs: t0,
    });
    const nowMs = t0 + limits.idempotencyKeepMs;
    await sweep(world, { nowMs, keepSinceMs: t0 + 120_000 });
    const [again] = await world.accept(
      [world.item({ idempotency: { key: 'k', requestHash: 'x' } })],
      nowMs - 1,
    );
    assert.equal(again!.kind, 'stored');
    assert.deepEqual(
      await world.store.listReplays({ accountNo: world.accountNo, limit: 9, before: null }),
      [],
    );
    assert.equal(
      (
        await world.store.stats({
          accountNo: world.accountNo,
          endpointNo: null,
          sinceMs: 0,
          untilMs: nowMs,
          bucketMs: 60_000,
        })
      ).attempts,
      0,
    );
  });

  promise('a store that can commit is ready', async (world) => {
    await world.store.ready();
  });
}
