import assert from 'node:assert/strict';
import { deliveryKey } from '../core/delivery.ts';
import { claimBytes } from '../core/limits/dispatch.ts';
import { casesFor, type OpenStore, t0 } from './store-world.case.ts';

const keys = (owed: { key: number }[]): number[] => owed.map(({ key }) => key);

/** Who holds work: claim, release, spill, join, reclaim, lanes. */
export function leaseCases(name: string, open: OpenStore): void {
  const promise = casesFor(name, open);

  promise('a claim takes what is due, oldest due first, and no more than asked', async (world) => {
    const { no } = await world.endpoint();
    const seqs = [];
    for (const dueAtMs of [t0 + 30, t0 + 10, t0 + 20, t0 + 10])
      seqs.push(await world.stored({ endpointNos: [no], dueAtMs }));
    const [late, first, third, second] = seqs.map((seq) => deliveryKey(seq, 0));
    const took = await world.claim(no, t0 + 20, { first: 2, retry: 9, replayed: 9 });
    assert.deepEqual(keys(took.owed), [first, second]);
    assert.deepEqual(took.nextAtMs, { first: t0 + 20, retry: null, replayed: null });
    const rest = await world.claim(no, t0 + 20);
    assert.deepEqual(keys(rest.owed), [third]);
    assert.equal(rest.nextAtMs.first, t0 + 30);
    assert.deepEqual(keys((await world.claim(no, t0 + 30)).owed), [late]);
  });

  promise('a claim brings a bounded amount of data, and one delivery however large', async (world) => {
    const { no } = await world.endpoint();
    const data = JSON.stringify('x'.repeat(claimBytes / 4));
    for (let n = 0; n < 6; n++) await world.stored({ endpointNos: [no], event: { id: `large${n}`, data } });
    const first = await world.claim(no);
    assert.equal(first.owed.length, 4);
    assert.equal(first.nextAtMs.first, t0);
    assert.equal((await world.claim(no)).owed.length, 2);
    const huge = await world.endpoint();
    const event = { id: 'huge', data: JSON.stringify('x'.repeat(claimBytes + 1)) };
    await world.stored({ endpointNos: [huge.no], event });
    assert.equal((await world.claim(huge.no)).owed.length, 1);
  });

  promise('what is claimed comes with its event, and is not claimed twice', async (world) => {
    const { no } = await world.endpoint();
    const event = { id: 'e', data: '{"n":1}', reference: 'r' };
    const seq = await world.stored({ event, endpointNos: [no] });
    const { owed } = await world.claim(no);
    const stored = { ...world.item({ event }).event, seq };
    assert.deepEqual(owed, [
      {
        key: deliveryKey(seq, 0),
        endpointNo: no,
        event: stored,
        tries: 0,
        attempts: 0,
        startedAtMs: t0,
        replayNo: null,
        fresh: false,
      },
    ]);
    assert.deepEqual((await world.claim(no)).owed, []);
    assert.equal(await world.status(owed[0]!.key), 'sending');
  });

  promise('first attempts, retries and replays are claimed apart', async (world) => {
    const { no } = await world.endpoint();
    for (let i = 0; i < 3; i += 1) await world.stored({ endpointNos: [no] });
    const [retried, replayed] = (await world.claim(no, t0, { first: 2, retry: 0, replayed: 0 })).owed;
    await world.end(retried!, { state: 'open', dueAtMs: t0 + 1 });
    await world.end(replayed!, { state: 'dead' });
    const filter = {
      endpointNo: no,
      eventTypes: null,
      state: 'dead',
      sinceMs: null,
      untilMs: null,
      keys: null,
    } as const;
    const replay = await world.store.createReplay({
      id: 'rpl_1',
      accountNo: world.accountNo,
      filter,
      perSecond: null,
      total: 1,
      nowMs: t0 + 1,
    });
    await world.store.stepReplay({ no: replay.no, limit: 10, nowMs: t0 + 1 });
    const none = await world.claim(no, t0 + 5, { first: 0, retry: 0, replayed: 0 });
    assert.deepEqual(none.nextAtMs, { first: t0, retry: t0 + 1, replayed: t0 + 1 });
    const took = await world.claim(no, t0 + 5, { first: 0, retry: 1, replayed: 0 });
    assert.deepEqual(keys(took.owed), [retried!.key]);
    const last = await world.claim(no, t0 + 5, { first: 0, retry: 9, replayed: 9 });
    assert.deepEqual(
      last.owed.map(({ key, replayNo, tries, attempts }) => [key, replayNo, tries, attempts]),
      [[replayed!.key, replay.no, 0, 1]],
    );
    assert.deepEqual(last.nextAtMs, { first: t0, retry: null, replayed: null });
  });

  promise(
    'nothing is claimed at an endpoint that is paused, disabled or deleted, and it waits as held',
    async (world) => {
      for (const status of ['paused', 'disabled'] as const) {
        const { no } = await world.endpoint();
        const seq = await world.stored({ endpointNos: [no] });
        await world.update(no, { status });
        assert.deepEqual((await world.claim(no)).owed, []);
        assert.equal(await world.status(deliveryKey(seq, 0)), 'held');
        await world.update(no, { status: 'active' });
        assert.equal((await world.claim(no)).owed.length, 1);
      }
      const { no } = await world.endpoint();
      const seq = await world.stored({ endpointNos: [no] });
      await world.store.deleteEndpoint(no, t0);
      assert.deepEqual((await world.claim(no)).owed, []);
      assert.equal(await world.status(deliveryKey(seq, 0)), 'cancelled');
    },
  );

  promise('one claim serves many endpoints, each by itself', async (world) => {
    const [a, b] = [await world.endpoint(), await world.endpoint()];
    for (let i = 0; i < 3; i += 1) await world.stored({ endpointNos: [a.no, b.no] });
    const take = { first: 2, retry: 0, replayed: 0 };
    const requests = [a, b].map(({ no: endpointNo }) => ({ endpointNo, take }));
    const results = await world.store.claim({ epoch: world.epoch, requests, nowMs: t0 });
    assert.deepEqual(
      results.map(({ owed }) => owed.map(({ endpointNo }) => endpointNo)),
      [
        [a.no, a.no],
        [b.no, b.no],
      ],
    );
  });

  promise('what is released is due at once, with no attempt counted', async (world) => {
    const { no } = await world.endpoint();
    await world.stored({ endpointNos: [no] });
    const begun = await world.stored({ endpointNos: [no], modes: ['begun'] });
    const { owed } = await world.claim(no);
    await world.store.release({ epoch: world.epoch, owed: [...owed, world.fresh(begun, no)], nowMs: t0 + 4 });
    assert.equal((await world.claim(no, t0 + 3)).owed.length, 0);
    const again = (await world.claim(no, t0 + 4)).owed;
    assert.deepEqual(
      again.map(({ tries, attempts, fresh }) => [tries, attempts, fresh]),
      [
        [0, 0, false],
        [0, 0, false],
      ],
    );
  });

  promise('releasing what was cancelled meanwhile leaves it cancelled', async (world) => {
    const { no } = await world.endpoint();
    const begun = await world.stored({ endpointNos: [no], modes: ['begun'] });
    const owed = world.fresh(begun, no);
    assert.deepEqual(await world.store.cancel({ accountNo: world.accountNo, key: owed.key, nowMs: t0 }), {
      endpointNo: no,
    });
    await world.store.release({ epoch: world.epoch, owed: [owed], nowMs: t0 });
    assert.equal(await world.status(owed.key), 'cancelled');
  });

  promise('after a clean stop nothing is lost', async (world) => {
    const { no } = await world.endpoint();
    const seq = await world.stored({ endpointNos: [no, no], modes: ['begun', 'queued'] });
    await world.end(world.fresh(seq, no));
    const { owed } = await world.claim(no);
    await world.store.release({ epoch: world.epoch, owed, nowMs: t0 });
    assert.deepEqual(await world.join(), []);
  });

  promise(
    'whoever joins finds what was under way: begun, claimed and spilled, and nothing that ended or waits',
    async (world) => {
      const { no } = await world.endpoint();
      const modes = ['begun', 'begun', 'queued'] as const;
      const seq = await world.stored({ endpointNos: [no, no, no], modes: [...modes] });
      await world.end(world.fresh(seq, no, 0));
      const waiting = await world.stored({ endpointNos: [no], dueAtMs: t0 + 99 });
      const spilled = await world.stored({ endpointNos: [no], modes: ['begun'] });
      await world.store.spill({
        epoch: world.epoch,
        owed: [world.fresh(spilled, no)],
        lowSeq: seq,
        nowMs: t0,
      });
      await world.claim(no);
      const lost = await world.join();
      assert.deepEqual(keys(lost), [deliveryKey(seq, 1), deliveryKey(seq, 2), deliveryKey(spilled, 0)]);
      assert.ok(lost.every(({ fresh, attempts }) => !fresh && attempts === 0));
      assert.equal(await world.status(deliveryKey(waiting, 0)), 'pending');
      assert.deepEqual((await world.claim(no)).owed, []);
      for (const one of lost) assert.equal(await world.end(one, { state: 'open', dueAtMs: t0 }), 'settled');
      assert.equal((await world.claim(no)).owed.length, 3);
    },
  );

  promise('who dies before settling what was lost loses it to the next one', async (world) => {
    const { no } = await world.endpoint();
    await world.stored({ endpointNos: [no], modes: ['begun'] });
    const lost = await world.join();
    assert.deepEqual(await world.join(), lost);
  });

  promise('after the checkpoint moved, what was spilled is still found', async (world) => {
    const { no } = await world.endpoint();
    const seq = await world.stored({ endpointNos: [no], modes: ['begun'] });
    const later = await world.stored({ endpointNos: [no], modes: ['begun'] });
    await world.store.spill({ epoch: world.epoch, owed: [world.fresh(seq, no)], lowSeq: later, nowMs: t0 });
    assert.deepEqual(keys(await world.join()), [deliveryKey(seq, 0), deliveryKey(later, 0)]);
  });

  promise(
    'a row that was spilled is settled by who sent it, whether it knows of the row or not',
    async (world) => {
      const { no } = await world.endpoint();
      for (const fresh of [true, false]) {
        const seq = await world.stored({ endpointNos: [no], modes: ['begun'] });
        const owed = world.fresh(seq, no);
        await world.store.spill({ epoch: world.epoch, owed: [owed], lowSeq: seq, nowMs: t0 });
        assert.equal(await world.end({ ...owed, fresh }), 'settled');
        assert.equal(await world.status(owed.key), 'delivered');
      }
    },
  );

  promise(
    'reclaiming gives back what is leased and not in hand, and says where work waits',
    async (world) => {
      const { no } = await world.endpoint();
      const begun = await world.stored({ endpointNos: [no, no], modes: ['begun', 'begun'] });
      await world.stored({ endpointNos: [no, no] });
      const { owed } = await world.claim(no);
      const inHand = [deliveryKey(begun, 0), owed[0]!.key];
      const starts = await world.store.reclaim({ epoch: world.epoch, inHand, nowMs: t0 + 2 });
      assert.deepEqual(starts, [
        { endpointNo: no, nextAtMs: { first: t0 + 2, retry: null, replayed: null } },
      ]);
      assert.deepEqual(keys((await world.claim(no, t0 + 2)).owed), [deliveryKey(begun, 1), owed[1]!.key]);
      assert.equal(await world.end(world.fresh(begun, no)), 'settled');
      assert.equal(await world.end(owed[0]!), 'settled');
    },
  );

  promise(
    'lanes are the endpoints with open work that is not under way, paused ones included',
    async (world) => {
      const [a, b, c, d] = [
        await world.endpoint(),
        await world.endpoint(),
        await world.endpoint(),
        await world.endpoint(),
      ];
      await world.stored({ endpointNos: [a.no, b.no, d.no], dueAtMs: t0 + 5 });
      await world.stored({ endpointNos: [c.no] });
      await world.claim(c.no);
      await world.update(b.no, { status: 'paused' });
      await world.store.deleteEndpoint(d.no, t0);
      const nextAtMs = { first: t0 + 5, retry: null, replayed: null };
      assert.deepEqual(await world.store.lanes(), [
        { endpointNo: a.no, nextAtMs },
        { endpointNo: b.no, nextAtMs },
      ]);
    },
  );

  promise('what was under way at an endpoint that is deleted is cancelled, not lost', async (world) => {
    const { no } = await world.endpoint();
    const begun = await world.stored({ endpointNos: [no], modes: ['begun'] });
    const queued = await world.stored({ endpointNos: [no] });
    await world.claim(no);
    await world.store.deleteEndpoint(no, t0);
    assert.deepEqual(await world.join(), []);
    assert.deepEqual(
      [await world.status(deliveryKey(begun, 0)), await world.status(deliveryKey(queued, 0))],
      ['cancelled', 'cancelled'],
    );
  });

  promise('a failed attempt at an endpoint that was deleted meanwhile ends as cancelled', async (world) => {
    const { no } = await world.endpoint();
    const begun = await world.stored({ endpointNos: [no], modes: ['begun'] });
    await world.store.deleteEndpoint(no, t0);
    assert.equal(await world.end(world.fresh(begun, no), { state: 'open', dueAtMs: t0 + 9 }), 'settled');
    assert.equal(await world.status(deliveryKey(begun, 0)), 'cancelled');
  });
}
