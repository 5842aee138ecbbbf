import assert from 'node:assert/strict';
import { deliveryKey } from '../core/delivery.ts';
import type { Endpoint } from '../core/endpoint.ts';
import type { PullResult, PullVerdict } from './pull-store.ts';
import { casesFor, type OpenStore, t0, type World } from './store-world.case.ts';

const leaseMs = 1000;

/** Deliveries that are fetched. */
export function pullCases(name: string, open: OpenStore): void {
  const promise = casesFor(name, open);

  promise(
    'a message is handed out once while it is leased, oldest first, and counts as an attempt',
    async (world) => {
      const endpoint = await pulled(world);
      const keys = [
        await waiting(world, endpoint),
        await waiting(world, endpoint),
        await waiting(world, endpoint),
      ];
      const first = await pull(world, endpoint, { max: 2 });
      assert.deepEqual(
        first.pulled.map(({ key, tries, attempts, leaseUntilMs }) => [key, tries, attempts, leaseUntilMs]),
        [
          [keys[0], 1, 1, t0 + leaseMs],
          [keys[1], 1, 1, t0 + leaseMs],
        ],
      );
      assert.deepEqual([first.dueAtMs, first.leaseEndsAtMs], [t0, t0 + leaseMs]);
      assert.deepEqual(
        (await pull(world, endpoint)).pulled.map(({ key }) => key),
        [keys[2]],
      );
      const nothing = await pull(world, endpoint);
      assert.deepEqual([nothing.pulled, nothing.dueAtMs, nothing.leaseEndsAtMs], [[], null, t0 + leaseMs]);
      assert.equal(await world.status(keys[0]!), 'sending');
    },
  );

  promise(
    'what nobody has fetched yet, or what a lease ran out on, does not make the queue late',
    async (world) => {
      const endpoint = await pulled(world);
      await waiting(world, endpoint);
      assert.deepEqual(await world.store.counts({ nowMs: t0 + 1 }), {
        open: 1,
        dead: 0,
        oldestDueAtMs: null,
      });
      await pull(world, endpoint);
      const lateMs = t0 + leaseMs + 1;
      assert.deepEqual(await world.store.counts({ nowMs: lateMs }), {
        open: 1,
        dead: 0,
        oldestDueAtMs: null,
      });
    },
  );

  promise('what is acknowledged is delivered and never handed out again', async (world) => {
    const endpoint = await pulled(world);
    const key = await waiting(world, endpoint);
    await pull(world, endpoint);
    assert.deepEqual(await settle(world, endpoint, [key], { kind: 'ack' }, t0 + 5), ['delivered']);
    assert.deepEqual(await settle(world, endpoint, [key], { kind: 'ack' }, t0 + 6), ['lost']);
    assert.deepEqual((await pull(world, endpoint, {}, t0 + 10 * leaseMs)).pulled, []);
    const found = await world.store.getDelivery(world.accountNo, key);
    assert.equal(found?.delivery.status, 'delivered');
    assert.deepEqual(
      found?.attempts.map(({ n, error, durationMs }) => [n, error, durationMs]),
      [[1, null, 5]],
    );
  });

  promise('a lease that ran out makes it receivable at once, and the attempt is on record', async (world) => {
    const endpoint = await pulled(world);
    const key = await waiting(world, endpoint);
    await pull(world, endpoint);
    assert.deepEqual((await pull(world, endpoint, {}, t0 + leaseMs - 1)).pulled, []);
    const [again] = (await pull(world, endpoint, {}, t0 + leaseMs)).pulled;
    assert.deepEqual([again?.key, again?.attempts], [key, 2]);
    const found = await world.store.getDelivery(world.accountNo, key);
    assert.deepEqual(
      found?.attempts.map(({ n, error }) => [n, error]),
      [[1, 'timeout']],
    );
  });

  promise('what is given back comes again, after the delay that was asked for', async (world) => {
    const endpoint = await pulled(world);
    const key = await waiting(world, endpoint);
    await pull(world, endpoint);
    assert.deepEqual(await settle(world, endpoint, [key], { kind: 'nack', delayMs: 500 }), ['open']);
    const waits = await pull(world, endpoint, {}, t0 + 499);
    assert.deepEqual([waits.pulled, waits.dueAtMs, waits.leaseEndsAtMs], [[], t0 + 500, null]);
    assert.equal((await pull(world, endpoint, {}, t0 + 500)).pulled[0]?.key, key);
    const found = await world.store.getDelivery(world.accountNo, key);
    assert.equal(found?.attempts[0]?.error, 'nack');
  });

  promise(
    'after the last attempt a message is dead, by lease or by nack, and a replay brings it back',
    async (world) => {
      const endpoint = await pulled(world);
      const one = await waiting(world, endpoint);
      const two = await waiting(world, endpoint);
      for (const atMs of [t0, t0 + leaseMs]) await pull(world, endpoint, { maxTries: 2 }, atMs);
      assert.deepEqual(await settle(world, endpoint, [two], { kind: 'nack', delayMs: 0 }, t0 + leaseMs, 2), [
        'dead',
      ]);
      const over = await pull(world, endpoint, { maxTries: 2, max: 0 }, t0 + 2 * leaseMs);
      assert.deepEqual([over.dueAtMs, over.leaseEndsAtMs], [null, null]);
      assert.deepEqual([await world.status(one), await world.status(two)], ['dead', 'dead']);
      await world.store.requeue({ accountNo: world.accountNo, keys: [one], nowMs: t0 + 9000 });
      const [back] = (await pull(world, endpoint, { maxTries: 2 }, t0 + 9000)).pulled;
      assert.deepEqual([back?.key, back?.tries, back?.attempts], [one, 1, 3]);
    },
  );

  promise(
    'a late acknowledgement counts while the message is open, and not once it is dead',
    async (world) => {
      const endpoint = await pulled(world);
      const key = await waiting(world, endpoint);
      await pull(world, endpoint);
      await pull(world, endpoint, { max: 0 }, t0 + leaseMs);
      assert.deepEqual(await settle(world, endpoint, [key], { kind: 'ack' }, t0 + leaseMs + 1), [
        'delivered',
      ]);
      const other = await waiting(world, endpoint);
      await pull(world, endpoint, { maxTries: 1 });
      await pull(world, endpoint, { max: 0, maxTries: 1 }, t0 + leaseMs);
      assert.deepEqual(await settle(world, endpoint, [other], { kind: 'ack' }, t0 + leaseMs + 1), ['lost']);
      assert.equal(await world.status(other), 'dead');
    },
  );

  promise(
    'leases outlive the process that gave them: the next one finds nothing lost and takes nothing over',
    async (world) => {
      const endpoint = await pulled(world);
      const key = await waiting(world, endpoint);
      await pull(world, endpoint);
      assert.deepEqual(await world.join(t0 + 1), []);
      assert.deepEqual((await pull(world, endpoint, {}, t0 + 2)).pulled, []);
      assert.deepEqual(await settle(world, endpoint, [key], { kind: 'ack' }, t0 + 3), ['delivered']);
    },
  );

  promise(
    'nothing is handed out while the endpoint is paused, and its leases end all the same',
    async (world) => {
      const endpoint = await pulled(world);
      const key = await waiting(world, endpoint);
      await waiting(world, endpoint);
      await pull(world, endpoint, { max: 1 });
      await world.update(endpoint.no, { status: 'paused' });
      const paused = await pull(world, endpoint, {}, t0 + leaseMs);
      assert.deepEqual([paused.pulled, paused.dueAtMs, paused.leaseEndsAtMs], [[], null, null]);
      assert.equal(await world.status(key), 'held');
    },
  );

  promise('what is leased is neither put back nor cancelled for its consumer', async (world) => {
    const endpoint = await pulled(world);
    const key = await waiting(world, endpoint);
    await pull(world, endpoint);
    const { accountNo } = world;
    assert.deepEqual(await world.store.requeue({ accountNo, keys: [key], nowMs: t0 }), {
      requeued: 0,
      sending: 1,
      endpointNos: [],
    });
    await world.store.cancel({ accountNo, key, nowMs: t0 });
    assert.deepEqual(await settle(world, endpoint, [key], { kind: 'ack' }), ['lost']);
    assert.equal(await world.status(key), 'cancelled');
  });

  promise('of one reference the next is handed out when the one before has ended', async (world) => {
    const endpoint = await pulled(world, { ordered: true });
    const more = { modes: ['ordered' as const], event: { reference: 'r' } };
    const first = deliveryKey(await world.stored({ endpointNos: [endpoint.no], ...more }), 0);
    const second = deliveryKey(await world.stored({ endpointNos: [endpoint.no], ...more }), 0);
    assert.deepEqual(
      (await pull(world, endpoint)).pulled.map(({ key }) => key),
      [first],
    );
    assert.deepEqual((await pull(world, endpoint, {}, t0 + 1)).pulled, []);
    await settle(world, endpoint, [first], { kind: 'ack' }, t0 + 2);
    assert.deepEqual(
      (await pull(world, endpoint, {}, t0 + 2)).pulled.map(({ key }) => key),
      [second],
    );
  });

  promise('one answer holds so many bytes at most, but always a message', async (world) => {
    const endpoint = await pulled(world);
    const big = JSON.stringify('x'.repeat(1000));
    for (let n = 0; n < 3; n++) await world.stored({ endpointNos: [endpoint.no], event: { data: big } });
    assert.equal((await pull(world, endpoint, { maxBytes: 2100 })).pulled.length, 2);
    assert.equal((await pull(world, endpoint, { maxBytes: 10 })).pulled.length, 1);
  });

  promise('keys of other endpoints, of nobody, and what was never handed out are lost', async (world) => {
    const endpoint = await pulled(world);
    const other = await pulled(world);
    const key = await waiting(world, endpoint);
    assert.deepEqual(await settle(world, endpoint, [key, -1], { kind: 'ack' }), ['lost', 'lost']);
    await pull(world, endpoint);
    assert.deepEqual(await settle(world, other, [key], { kind: 'ack' }), ['lost']);
    assert.deepEqual(await settle(world, endpoint, [key], { kind: 'ack' }), ['delivered']);
  });
}

function pulled(world: World, changes: Parameters<World['endpoint']>[0] = {}): Promise<Endpoint> {
  return world.endpoint({ url: 'pull:', ...changes });
}

async function waiting(world: World, endpoint: Endpoint): Promise<number> {
  return deliveryKey(await world.stored({ endpointNos: [endpoint.no] }), 0);
}

function pull(
  world: World,
  endpoint: Endpoint,
  changes: { max?: number; maxBytes?: number; maxTries?: number } = {},
  nowMs = t0,
): ReturnType<World['store']['pull']> {
  const bounds = { max: 10, maxBytes: 1_000_000, maxTries: 10, ...changes };
  return world.store.pull({ endpointNo: endpoint.no, ...bounds, leaseUntilMs: nowMs + leaseMs, nowMs });
}

function settle(
  world: World,
  endpoint: Endpoint,
  keys: number[],
  verdict: PullVerdict,
  nowMs = t0,
  maxTries = 10,
): Promise<PullResult[]> {
  return world.store.settlePulled({ endpointNo: endpoint.no, keys, verdict, maxTries, nowMs });
}
