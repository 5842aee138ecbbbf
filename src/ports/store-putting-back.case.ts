import assert from 'node:assert/strict';
import { deliveryKey } from '../core/delivery.ts';
import { casesFor, endedDeliveries, type OpenStore, settlementOf, t0 } from './store-world.case.ts';

/** Putting deliveries back one by one, and cancelling them. */
export function puttingBackCases(name: string, open: OpenStore): void {
  const promise = casesFor(name, open);

  promise('a dismissed dead letter is cancelled, with its attempts, and can be put back', async (world) => {
    const { no } = await world.endpoint();
    const [seen, left] = await endedDeliveries(world, no, 'dead', 2);
    const [arrived] = await endedDeliveries(world, no, 'delivered', 1);
    const waits = deliveryKey(await world.stored({ endpointNos: [no] }), 0);
    const { accountNo } = world;
    const keys = [seen!, arrived!, waits, 12345];
    assert.equal(
      await world.store.dismiss({ accountNo: await world.account('other'), keys, nowMs: t0 + 9 }),
      0,
    );
    assert.equal(await world.store.dismiss({ accountNo, keys, nowMs: t0 + 9 }), 1);
    assert.equal(await world.store.dismiss({ accountNo, keys, nowMs: t0 + 10 }), 0);
    const { delivery, attempts } = (await world.store.getDelivery(accountNo, seen!))!;
    const { status, endedAtMs, httpStatus } = delivery;
    assert.deepEqual([status, endedAtMs, httpStatus, attempts.length], ['cancelled', t0 + 9, 500, 1]);
    assert.deepEqual(
      [await world.status(left!), await world.status(arrived!), await world.status(waits)],
      ['dead', 'delivered', 'pending'],
    );
    const page = { limit: 9, before: null };
    const { rows } = await world.store.listDeliveries(accountNo, { statuses: ['dead'] }, page);
    assert.deepEqual(
      rows.map(({ key }) => key),
      [left],
    );
    assert.equal((await world.store.counts({ nowMs: t0 + 9 })).dead, 1);
    assert.equal((await world.store.requeue({ accountNo, keys: [seen!], nowMs: t0 + 11 })).requeued, 1);
  });

  promise('an ended delivery that is put back has a fresh schedule and keeps its attempts', async (world) => {
    const { no } = await world.endpoint();
    const [key] = await endedDeliveries(world, no, 'dead', 1);
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
}
