import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as limits from '../../src/core/limits/process.ts';
import { openWorld } from '../support/world.ts';

const seconds = 1000;

test('an event that is being stored when the process stops is answered first, and its delivery counts no attempt', async () => {
  const world = await openWorld({
    disk: (store, clock) => ({
      ...store,
      async accept(input) {
        await new Promise<void>((resolve) => clock.after(20, resolve));
        return await store.accept(input);
      },
    }),
  });
  await world.endpoint({});
  const { publisher } = world.engine;
  const options = { idempotencyKey: null, traceparent: null, anyAccount: false };
  const accepting = publisher.publish(world.account, '{"type":"a","data":1}', options);
  let isAnswered = false;
  void accepting.then(() => (isAnswered = true));
  const stopped = world.engine.stop().then(() => assert.ok(isAnswered));
  await assert.rejects(publisher.publish(world.account, '{"type":"a","data":1}', options));
  await world.clock.advance(1 * seconds);
  await stopped;
  assert.equal((await accepting).status, 202);
  await world.crash();
  assert.equal(world.engine.lost, 0);
  await world.clock.advance(1 * seconds);
  const [delivery] = await world.deliveries();
  assert.deepEqual([delivery!.status, delivery!.attempts], ['delivered', 1]);
  await world.close();
});

test('what was being claimed when the process stops is given back before it ends', async () => {
  const world = await openWorld({
    disk: (store, clock) => ({
      ...store,
      async claim(input) {
        const claimed = await store.claim(input);
        await new Promise<void>((resolve) => clock.after(20, resolve));
        return claimed;
      },
    }),
  });
  await world.endpoint({});
  await world.publish({ deliverAt: new Date(world.clock.nowMs() + 1 * seconds).toISOString() });
  await world.clock.advance(1 * seconds);
  const next = world.engine.stop().then(() => world.crash());
  await world.clock.advance(10);
  assert.equal(world.sender.sent.length, 0);
  await world.clock.advance(1 * seconds);
  await next;
  assert.equal(world.engine.lost, 0);
  await world.clock.advance(1 * seconds);
  assert.equal((await world.deliveries())[0]!.status, 'delivered');
  await world.close();
});

test('a store that takes nothing holds no stop up for longer than the time to drain, and nothing is lost', async () => {
  let failing = false;
  const world = await openWorld({ fault: (phase) => failing && phase === 'before' });
  await world.endpoint({});
  world.sender.script((_sent, n) => ({ afterMs: n === 1 ? 100 : 60 * seconds }));
  await world.publish({ id: 'ended' });
  await world.publish({ id: 'under-way' });
  failing = true;
  await world.clock.advance(1 * seconds);
  let isStopped = false;
  const stopping = world.engine.stop().then(() => (isStopped = true));
  await world.clock.advance(limits.drainMs + 2 * seconds);
  assert.ok(isStopped);
  await stopping;
  failing = false;
  await world.crash();
  assert.equal(world.engine.lost, 2);
  world.sender.script(() => ({}));
  await world.clock.advance(3600 * seconds);
  assert.deepEqual(
    (await world.deliveries()).map(({ status }) => status),
    ['delivered', 'delivered'],
  );
  await world.close();
});
