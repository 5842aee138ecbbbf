import assert from 'node:assert/strict';
import { type DeliveryStatus, type DeliveryView, deliveryKey } from '../core/delivery.ts';
import type { DeliveryFilter, Settlement } from './store.ts';
import { casesFor, newAttempt, type OpenStore, settlementOf, t0, type World } from './store-world.case.ts';

/** Looking things up. */
export function readingCases(name: string, open: OpenStore): void {
  const promise = casesFor(name, open);
  const first = { limit: 100, before: null };

  /** One delivery in each status. */
  const oneOfEach = async (world: World): Promise<Record<DeliveryStatus, number>> => {
    const [live, held] = [await world.endpoint(), await world.endpoint()];
    const begin = async (event = {}): Promise<number> =>
      world.stored({ event, endpointNos: [live.no], modes: ['begun'] });
    const [delivered, dead, retrying] = [
      await begin({ type: 'a' }),
      await begin({ type: 'a' }),
      await begin({ reference: 'r' }),
    ];
    await world.end(world.fresh(delivered, live.no));
    await world.end(world.fresh(dead, live.no), { state: 'dead' });
    await world.end(world.fresh(retrying, live.no), { state: 'open', dueAtMs: t0 + 50 });
    const pending = await world.stored({ endpointNos: [live.no], dueAtMs: t0 + 60 });
    const cancelled = await world.stored({ endpointNos: [live.no] });
    await world.store.cancel({ accountNo: world.accountNo, key: deliveryKey(cancelled, 0), nowMs: t0 });
    const waits = await world.stored({ endpointNos: [held.no] });
    await world.update(held.no, { status: 'paused' });
    const sending = await begin();
    const seqs = { delivered, dead, retrying, pending, cancelled, held: waits, sending };
    return Object.fromEntries(
      Object.entries(seqs).map(([status, seq]) => [status, deliveryKey(seq, 0)]),
    ) as Record<DeliveryStatus, number>;
  };
  const list = async (world: World, filter: DeliveryFilter, page = first): Promise<DeliveryView[]> =>
    (await world.store.listDeliveries(world.accountNo, filter, page)).rows;
  const keysOf = (views: DeliveryView[]): number[] => views.map(({ key }) => key);

  promise('each status is listed by its name, and a delivery says when it is due', async (world) => {
    const keys = await oneOfEach(world);
    for (const [status, key] of Object.entries(keys)) {
      const views = await list(world, { statuses: [status as DeliveryStatus] });
      assert.deepEqual(
        views.map((view) => [view.key, view.status]),
        [[key, status]],
        status,
      );
      assert.deepEqual((await world.store.getDelivery(world.accountNo, key))!.delivery, views[0]);
    }
    const due = (await list(world, {})).map((view) => view.nextAttemptAtMs).filter((atMs) => atMs !== null);
    assert.deepEqual(due, [t0 + 60, t0 + 50]);
  });

  promise('deliveries are listed newest first, and pages neither repeat nor skip', async (world) => {
    const keys = await oneOfEach(world);
    const all = Object.values(keys).sort((a, b) => b - a);
    for (const filter of [
      {},
      { statuses: Object.keys(keys) as DeliveryStatus[] },
      { statuses: ['dead', 'sending', 'held', 'retrying'] as DeliveryStatus[] },
    ]) {
      const wanted =
        filter.statuses === undefined
          ? all
          : filter.statuses.map((status) => keys[status]).sort((a, b) => b - a);
      const seen: number[] = [];
      for (let before: number | null = null; ; ) {
        const page: DeliveryView[] = await list(world, filter, { limit: 2, before } as never);
        if (page.length === 0) break;
        seen.push(...keysOf(page));
        before = page.at(-1)!.key;
      }
      assert.deepEqual(seen, wanted);
    }
  });

  promise('deliveries are found by endpoint, type, reference and time', async (world) => {
    const keys = await oneOfEach(world);
    const held = (await world.store.directory()).endpoints[1]!;
    assert.deepEqual(keysOf(await list(world, { endpointNo: held.no })), [keys.held]);
    assert.deepEqual(keysOf(await list(world, { eventType: 'a' })), [keys.dead, keys.delivered]);
    assert.deepEqual(keysOf(await list(world, { eventType: 'a', statuses: ['dead'] })), [keys.dead]);
    assert.deepEqual(keysOf(await list(world, { eventType: 'a', endpointNo: held.no })), []);
    assert.deepEqual(keysOf(await list(world, { reference: 'r' })), [keys.retrying]);
    assert.deepEqual(keysOf(await list(world, { reference: 'r', statuses: ['dead'] })), []);
    const late = await world.stored({ event: { createdAtMs: t0 + 7_200_000 }, endpointNos: [held.no] });
    for (const more of [{}, { statuses: ['held'] as DeliveryStatus[] }]) {
      assert.deepEqual(keysOf(await list(world, { ...more, sinceMs: t0 + 1 })), [deliveryKey(late, 0)]);
      assert.equal(
        (await list(world, { ...more, untilMs: t0 + 7_200_000 })).includes({ key: late } as never),
        false,
      );
      assert.deepEqual(await list(world, { ...more, sinceMs: t0 + 7_200_001 }), []);
    }
  });

  promise('events and deliveries are found by a prefix of their type', async (world) => {
    const { no } = await world.endpoint();
    const types = ['order.b', 'orders', 'order', 'order.', 'order.a.x', 'order.z'];
    const keys = new Map<string, number>();
    for (const type of types)
      keys.set(
        type,
        deliveryKey(await world.stored({ event: { type, data: `"${type}"` }, endpointNos: [no] }), 0),
      );
    const wanted = ['order.z', 'order.a.x', 'order.b'];
    const { rows: found } = await world.store.listEvents(world.accountNo, { type: 'order.*' }, first);
    assert.deepEqual(
      found.map(({ event }) => event.type),
      wanted,
    );
    const { rows: last } = await world.store.listEvents(
      world.accountNo,
      { type: 'order.*', q: '.' },
      { limit: 1, before: found[0]!.event.seq },
    );
    assert.deepEqual(
      last.map(({ event }) => event.type),
      ['order.a.x'],
    );
    for (const more of [{}, { endpointNo: no }, { statuses: ['pending'] as DeliveryStatus[] }]) {
      assert.deepEqual(
        keysOf(await list(world, { eventType: 'order.*', ...more })),
        wanted.map((type) => keys.get(type)!),
      );
      assert.equal((await list(world, { eventType: '*', ...more })).length, types.length);
      assert.deepEqual(keysOf(await list(world, { eventType: 'order', ...more })), [keys.get('order')]);
    }
  });

  promise('the deliveries of an event come in the order of its targets', async (world) => {
    const endpoints = [await world.endpoint(), await world.endpoint(), await world.endpoint()];
    const seq = await world.stored({
      endpointNos: endpoints.map(({ no }) => no),
      modes: ['queued', 'begun', 'queued'],
    });
    const views = await world.store.deliveriesOfEvent(world.accountNo, seq, 9);
    assert.deepEqual(
      views.map(({ endpointId, status }) => [endpointId, status]),
      [
        [endpoints[0]!.id, 'pending'],
        [endpoints[1]!.id, 'sending'],
        [endpoints[2]!.id, 'pending'],
      ],
    );
    assert.deepEqual(await world.store.deliveriesOfEvent(world.accountNo, seq, 2), views.slice(0, 2));
    const keys = views.map(({ key }) => key);
    assert.deepEqual(await world.store.keysOfEvent(world.accountNo, seq, null), keys);
    assert.deepEqual(await world.store.keysOfEvent(world.accountNo, seq, endpoints[1]!.no), [keys[1]]);
    const others = [deliveryKey(seq, 3), deliveryKey(seq + 1, 0)];
    assert.deepEqual(await world.store.ownedKeys(world.accountNo, [...others, keys[2]!, keys[0]!]), [
      { key: keys[2], endpointNo: endpoints[2]!.no },
      { key: keys[0], endpointNo: endpoints[0]!.no },
    ]);
  });

  promise(
    'the deliveries of a deleted endpoint keep its id, and what was open is cancelled',
    async (world) => {
      const endpoint = await world.endpoint();
      const seq = await world.stored({ endpointNos: [endpoint.no, endpoint.no], modes: ['queued', 'begun'] });
      await world.store.deleteEndpoint(endpoint.no, t0 + 3);
      assert.equal(await world.store.endpointNo(world.accountNo, endpoint.id), endpoint.no);
      const key = deliveryKey(seq, 1);
      assert.deepEqual(await world.store.ownedKeys(world.accountNo, [key]), [
        { key, endpointNo: endpoint.no },
      ]);
      for (const views of [
        await list(world, { statuses: ['cancelled'] }),
        await list(world, {}),
        await world.store.deliveriesOfEvent(world.accountNo, seq, 9),
      ]) {
        assert.deepEqual(
          views.map(({ endpointId, status, endedAtMs }) => [endpointId, status, endedAtMs]),
          [
            [endpoint.id, 'cancelled', t0 + 3],
            [endpoint.id, 'cancelled', t0 + 3],
          ],
        );
      }
      assert.deepEqual(await list(world, { statuses: ['pending', 'sending', 'held', 'retrying'] }), []);
    },
  );

  promise('events are found by type, reference, source, time and text, newest first', async (world) => {
    const events = [
      { id: '1', type: 'a', reference: 'r', data: '{"name":"Anna"}' },
      { id: '2', type: 'b', source: 'src_1', origin: 'webhook' },
      { id: '3', type: 'a', createdAtMs: t0 + 7_200_000 },
    ] as const;
    for (const event of events) await world.stored({ event });
    const find = async (filter: object, page = first): Promise<string> =>
      (await world.store.listEvents(world.accountNo, filter, page)).rows
        .map(({ event }) => event.id)
        .join('');
    assert.equal(await find({}), '321');
    assert.equal(await find({ type: 'a' }), '31');
    assert.equal(await find({ reference: 'r' }), '1');
    assert.equal(await find({ source: 'src_1' }), '2');
    assert.equal(await find({ q: 'Anna' }), '1');
    assert.equal(await find({ sinceMs: t0 + 1 }), '3');
    assert.equal(await find({ untilMs: t0 + 1 }), '21');
    assert.equal(await find({ type: 'a', reference: 'r', q: 'none' }), '');
    assert.equal(await find({}, { limit: 2, before: null }), '32');
    const { event } = (await world.store.getEvent(world.accountNo, '2'))!;
    assert.equal(await find({}, { limit: 2, before: event.seq as never }), '1');
  });

  promise('a page of events carries no payload', async (world) => {
    await world.stored({ event: { id: 'large', data: JSON.stringify('x'.repeat(100_000)) } });
    const { rows: page } = await world.store.listEvents(world.accountNo, {}, { limit: 1, before: null });
    assert.equal(page[0]!.event.id, 'large');
    assert.ok(JSON.stringify(page).length < 1000);
  });

  promise("no account sees another's", async (world) => {
    const { no, id } = await world.endpoint();
    const seq = await world.stored({ event: { id: 'mine' }, endpointNos: [no] });
    const other = await world.account('other');
    const { store } = world;
    assert.equal(await store.getEvent(other, 'mine'), null);
    assert.deepEqual(await store.listEvents(other, {}, first), { rows: [], next: null });
    assert.equal(await store.getDelivery(other, deliveryKey(seq, 0)), null);
    assert.deepEqual(await store.deliveriesOfEvent(other, seq, 9), []);
    assert.deepEqual(await store.keysOfEvent(other, seq, null), []);
    assert.deepEqual(await store.ownedKeys(other, [deliveryKey(seq, 0)]), []);
    assert.equal(await store.endpointNo(other, id), null);
    assert.equal(await store.endpointNo(world.accountNo, id), no);
    assert.equal(await store.endpointNo(world.accountNo, 'ep_none'), null);
    for (const filter of [
      {},
      { endpointNo: no },
      { statuses: ['pending' as const] },
      { eventType: 'order.created' },
    ]) {
      assert.deepEqual(await store.listDeliveries(other, filter, first), { rows: [], next: null });
    }
    assert.equal(
      (await store.stats({ accountNo: other, endpointNo: no, sinceMs: 0, untilMs: t0 * 2, bucketMs: 60_000 }))
        .attempts,
      0,
    );
  });

  promise('statistics equal a recount of the attempts', async (world) => {
    const [a, b] = [await world.endpoint(), await world.endpoint()];
    const durations = [1, 5, 6, 40, 90, 200, 2000, 70_000];
    const ends = [{ state: 'delivered' }, { state: 'dead' }, { state: 'open', dueAtMs: t0 }] as const;
    const settled: Settlement[] = [];
    for (let i = 0; i < 24; i += 1) {
      const { no } = i % 3 === 0 ? b : a;
      const seq = await world.stored({ endpointNos: [no], modes: ['begun'] });
      const durationMs = durations[i % 8]!;
      settled.push(
        settlementOf(world.fresh(seq, no), ends[i % ends.length]!, { durationMs, atMs: t0 + i * 20_000 }),
      );
    }
    await world.settle(settled.slice(0, 10), t0);
    await world.settle(settled.slice(10), t0);
    const span = {
      accountNo: world.accountNo,
      sinceMs: t0 - 60_000,
      untilMs: t0 + 600_000,
      bucketMs: 120_000,
    };
    for (const endpointNo of [null, a.no, b.no]) {
      const stats = await world.store.stats({ ...span, endpointNo });
      const counted = settled.filter((one) => endpointNo === null || one.endpointNo === endpointNo);
      const delivered = counted.filter(({ attempt }) => attempt.error === null).length;
      assert.deepEqual(
        [stats.attempts, stats.delivered, stats.failed],
        [counted.length, delivered, counted.length - delivered],
      );
      assert.equal(stats.dead, counted.filter(({ next }) => next.state === 'dead').length);
      const mean = counted.reduce((sum, { attempt }) => sum + attempt.durationMs, 0) / counted.length;
      assert.equal(stats.latencyMs?.mean, mean);
      const sum = (pick: (bucket: (typeof stats.buckets)[number]) => number): number =>
        stats.buckets.reduce((all, bucket) => all + pick(bucket), 0);
      assert.deepEqual(
        [sum(({ delivered: n }) => n), sum(({ failed }) => failed), sum(({ dead }) => dead)],
        [stats.delivered, stats.failed, stats.dead],
      );
      assert.ok(stats.buckets.every(({ atMs }) => atMs % 120_000 === 0));
      for (const { atMs, latencyMs } of stats.buckets) {
        const within = counted.filter(({ attempt }) => Math.floor(attempt.atMs / 120_000) * 120_000 === atMs);
        const total = within.reduce((all, { attempt }) => all + attempt.durationMs, 0);
        assert.equal(latencyMs?.mean, within.length === 0 ? undefined : total / within.length);
      }
    }
    const { latencyMs } = await world.store.stats({ ...span, endpointNo: null });
    assert.deepEqual([latencyMs!.p50, latencyMs!.p95, latencyMs!.p99], [50, 30_000, 30_000]);
  });

  promise('without attempts there is no latency', async (world) => {
    const stats = await world.store.stats({
      accountNo: world.accountNo,
      endpointNo: null,
      sinceMs: 0,
      untilMs: t0,
      bucketMs: 60_000,
    });
    assert.deepEqual(stats, { attempts: 0, delivered: 0, failed: 0, dead: 0, latencyMs: null, buckets: [] });
  });

  promise('open and dead deliveries are counted, and the oldest that is due is known', async (world) => {
    const { no } = await world.endpoint();
    assert.deepEqual(await world.store.counts({ nowMs: t0 }), { open: 0, dead: 0, oldestDueAtMs: null });
    await world.stored({ endpointNos: [no], dueAtMs: t0 + 5 });
    const seq = await world.stored({ endpointNos: [no], modes: ['begun'] });
    await world.settle([
      { ...settlementOf(world.fresh(seq, no), { state: 'dead' }), attempt: newAttempt({ error: 'timeout' }) },
    ]);
    assert.deepEqual(await world.store.counts({ nowMs: t0 + 4 }), { open: 1, dead: 1, oldestDueAtMs: null });
    assert.deepEqual(await world.store.counts({ nowMs: t0 + 5 }), {
      open: 1,
      dead: 1,
      oldestDueAtMs: t0 + 5,
    });
    const other = await world.account('idle');
    assert.equal(await world.store.oldestDueAtMs({ accountNo: world.accountNo, nowMs: t0 + 5 }), t0 + 5);
    assert.equal(await world.store.oldestDueAtMs({ accountNo: world.accountNo, nowMs: t0 + 4 }), null);
    assert.equal(await world.store.oldestDueAtMs({ accountNo: other, nowMs: t0 + 5 }), null);
  });
}
