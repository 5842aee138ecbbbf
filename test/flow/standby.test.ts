import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as limits from '../../src/core/limits/dispatch.ts';
import type { Store } from '../../src/ports/store.ts';
import { openWorld, type World } from '../support/world.ts';

const seconds = 1000;

/** Counts deliveries that were claimed from the store. */
function countingClaims(counted: { claimed: number }): (store: Store) => Store {
  return (store) => ({
    ...store,
    async claim(input) {
      const results = await store.claim(input);
      for (const { owed } of results) counted.claimed += owed.length;
      return results;
    },
  });
}

async function publishAll(world: World, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await world.publish({ id: `e${i}` });
}

const sentIds = (world: World): (string | undefined)[] =>
  world.sender.sent.map((sent) => sent.header('webhook-id'));

test('a burst past the concurrency of a quick endpoint is sent from memory, in order of arrival', async () => {
  const counted = { claimed: 0 };
  const world = await openWorld({ disk: countingClaims(counted) });
  await world.endpoint({ concurrency: 2 });
  await world.clock.advance(1);
  world.sender.script(() => ({ afterMs: 50 }));
  await publishAll(world, 20);
  await world.clock.advance(1 * seconds);
  assert.deepEqual(
    sentIds(world),
    Array.from({ length: 20 }, (_, i) => `e${i}`),
  );
  assert.equal(counted.claimed, 0);
  await world.close();
});

test('what memory has no place for waits in the store and is sent after what waited in memory', async () => {
  const counted = { claimed: 0 };
  const world = await openWorld({ disk: countingClaims(counted) });
  await world.endpoint({ concurrency: 1 });
  await world.clock.advance(1);
  world.sender.script(() => ({ afterMs: 10 }));
  const count = limits.standbyPerLane + 11;
  await publishAll(world, count);
  await world.clock.advance(5 * seconds);
  assert.deepEqual(
    sentIds(world),
    Array.from({ length: count }, (_, i) => `e${i}`),
  );
  assert.equal(counted.claimed, 10);
  await world.close();
});

test('what waits in memory for long gets a row, and is found there when the process dies', async () => {
  const world = await openWorld();
  await world.endpoint({ concurrency: 1 });
  world.sender.script(() => ({ afterMs: 20 * seconds }));
  await publishAll(world, 3);
  await world.clock.advance(2 * seconds);
  await world.crash();
  assert.equal(world.engine.lost, 1);
  world.sender.script(() => ({}));
  await world.clock.advance(600 * seconds);
  const deliveries = await world.deliveries();
  assert.deepEqual(
    deliveries.map(({ status, attempts }) => [status, attempts]),
    [
      ['delivered', 1],
      ['delivered', 1],
      ['delivered', 2],
    ],
  );
  await world.close();
});

test('what waits in memory is held when its endpoint is paused, and cancelled when it is deleted', async () => {
  const world = await openWorld();
  const paused = await world.endpoint({ concurrency: 1 });
  const deleted = await world.endpoint({ concurrency: 1 });
  world.sender.script(() => ({ afterMs: 500 }));
  await publishAll(world, 2);
  await world.administration.pauseEndpoint(world.account, paused.id, { name: 'x' } as never);
  await world.administration.deleteEndpoint(world.account, deleted.id);
  await world.clock.advance(120 * seconds);
  assert.equal(world.sender.sent.length, 2);
  const byStatus = (await world.deliveries()).map(({ status }) => status).toSorted();
  assert.deepEqual(byStatus, ['cancelled', 'cancelled', 'delivered', 'held']);
  await world.administration.resumeEndpoint(world.account, paused.id);
  await world.clock.advance(1 * seconds);
  assert.equal(world.sender.sent.length, 3);
  await world.close();
});

test('what waits in memory when the process stops is left in the store, without an attempt', async () => {
  const world = await openWorld();
  await world.endpoint({ concurrency: 1 });
  world.sender.script(() => ({ afterMs: 200 }));
  await publishAll(world, 3);
  const stopped = world.engine.stop();
  await world.clock.advance(1 * seconds);
  await stopped;
  assert.equal(world.sender.sent.length, 1);
  await world.crash();
  assert.equal(world.engine.lost, 0);
  await world.clock.advance(1 * seconds);
  assert.deepEqual(
    (await world.deliveries()).map(({ status, attempts }) => [status, attempts]),
    [
      ['delivered', 1],
      ['delivered', 1],
      ['delivered', 1],
    ],
  );
  await world.close();
});
