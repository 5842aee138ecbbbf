import assert from 'node:assert/strict';
import { deliveryKey } from '../core/delivery.ts';
import * as limits from '../core/limits/api.ts';
import { unlistedEvents } from '../core/limits/store.ts';
import { casesFor, type OpenStore, settlementOf, t0, type World } from './store-world.case.ts';

/** Lists over much, where a store may make entries for many at once and later than the events themselves. */
export function listingCases(name: string, open: OpenStore): void {
  const promise = casesFor(name, open);

  /** So many events of a type that were begun, and their keys at the endpoint. */
  const begun = async (world: World, no: number, count: number, type = 'much.more'): Promise<number[]> => {
    const seqs: number[] = [];
    for (let left = count; left > 0; left -= limits.batchEvents) {
      const one = { event: { type }, endpointNos: [no], modes: ['begun' as const] };
      const items = Array.from({ length: Math.min(left, limits.batchEvents) }, () => world.item(one));
      for (const result of await world.accept(items)) if (result.kind === 'stored') seqs.push(result.seq);
    }
    assert.equal(seqs.length, count);
    return seqs.map((seq) => deliveryKey(seq, 0));
  };
  const seqOf = (key: number): number => Math.floor(key / deliveryKey(1, 0));
  const arrive = async (world: World, no: number, keys: number[]): Promise<void> => {
    const settlements = keys.map((key) => settlementOf(world.fresh(seqOf(key), no), { state: 'delivered' }));
    for (const result of await world.settle(settlements)) assert.equal(result, 'settled');
  };
  const delivered = async (world: World, no: number): Promise<number[]> => {
    const keys: number[] = [];
    for (let before: number | null = null; ; ) {
      const filter = { endpointNo: no, statuses: ['delivered' as const] };
      const found = await world.store.listDeliveries(world.accountNo, filter, { limit: 250, before });
      keys.push(...found.rows.map(({ key }) => key));
      if (found.next === null) return keys.reverse();
      before = found.next;
    }
  };
  const ofType = async (world: World, type: string): Promise<number[]> => {
    const found = await world.store.listEvents(world.accountNo, { type }, { limit: 250, before: null });
    return found.rows.map(({ event }) => event.seq).reverse();
  };

  promise(
    'what arrived at an endpoint is listed once and in order, whenever it arrived and however much came since',
    async (world) => {
      const { no } = await world.endpoint();
      const other = (await world.endpoint()).no;
      const [early, late, queued] = [
        (await begun(world, no, 1, 'rare'))[0]!,
        (await begun(world, no, 1, 'rare'))[0]!,
        deliveryKey(await world.stored({ event: { type: 'rare' }, endpointNos: [no] }), 0),
      ];
      await arrive(world, no, [early]);
      assert.deepEqual(await delivered(world, no), [early]);
      const much = await begun(world, other, unlistedEvents * 2);
      await arrive(world, other, much);
      assert.deepEqual(await delivered(world, no), [early]);
      await arrive(world, no, [late]);
      await world.end((await world.claim(no)).owed[0]!);
      assert.deepEqual(await delivered(world, no), [early, late, queued]);
      const young = await begun(world, no, 2, 'rare');
      await arrive(world, no, [young[1]!]);
      assert.deepEqual(await delivered(world, no), [early, late, queued, young[1]!]);
      assert.deepEqual(await delivered(world, other), much);
      assert.deepEqual(await ofType(world, 'rare'), [early, late, queued, ...young].map(seqOf));
    },
  );

  promise(
    'what arrived and is put back is listed as delivered again only when it arrived again',
    async (world) => {
      const { no } = await world.endpoint();
      const [first] = await begun(world, no, 1);
      await arrive(world, no, [first!]);
      await arrive(world, no, await begun(world, no, unlistedEvents));
      const before = await delivered(world, no);
      const replay = await world.store.createReplay({
        id: 'rpl_1',
        accountNo: world.accountNo,
        filter: {
          endpointNo: no,
          eventTypes: null,
          state: 'delivered',
          sinceMs: null,
          untilMs: null,
          keys: null,
        },
        perSecond: null,
        total: before.length,
        nowMs: t0 + 1,
      });
      assert.equal((await world.store.stepReplay({ no: replay.no, limit: 1, nowMs: t0 + 1 })).moved, 1);
      assert.deepEqual(await delivered(world, no), before.slice(1));
      await world.end((await world.claim(no, t0 + 2)).owed[0]!);
      assert.deepEqual(await delivered(world, no), before);
    },
  );

  promise('what retention took is in no list, and the rest is in all of them', async (world) => {
    const { no } = await world.endpoint();
    const keys = await begun(world, no, unlistedEvents + 10);
    await arrive(world, no, keys);
    const young = deliveryKey(
      await world.stored({
        event: { type: 'much.more', createdAtMs: t0 + 500 },
        endpointNos: [no],
        modes: ['begun'],
      }),
      0,
    );
    await arrive(world, no, [young]);
    const input = { nowMs: t0 + 1000, keepSinceMs: t0 + 100, heldSinceMs: 0, limit: 500 };
    for (let more = true; more; ) more = (await world.store.sweep(input)).more;
    assert.deepEqual(await delivered(world, no), [young]);
    assert.deepEqual(await ofType(world, 'much.more'), [seqOf(young)]);
  });
}
