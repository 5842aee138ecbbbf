import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../test/support/clock.ts';
import { openWorld } from '../../test/support/world.ts';
import { StoreError } from '../core/errors.ts';
import type { Settlement, SettleResult, Store } from '../ports/store.ts';
import { Settler } from './settle.ts';

test('a settlement that is stored late keeps what was counted meanwhile, and nothing of what a resume cleared', async () => {
  const seen: Settlement['health'][] = [];
  let isAway = false;
  const world = await openWorld({
    disk: (store): Store => ({
      ...store,
      async settle(input): Promise<SettleResult[]> {
        if (isAway) throw new StoreError('away', false);
        seen.push(input.settlements[0]!.health);
        return await store.settle(input);
      },
    }),
  });
  const { id, no } = await world.endpoint({ retry: { schedule: ['1h'] } });
  const read = async () => (await world.store.directory()).endpoints.find((one) => one.no === no)!;
  world.sender.script(() => ({ httpStatus: 500 }));
  isAway = true;
  await world.publish({});
  await world.clock.advance(1);
  isAway = false;
  await world.publish({});
  await world.publish({});
  await world.clock.advance(1);
  assert.equal((await read()).failures, 3);
  await world.clock.advance(1000);
  assert.equal(seen.length, 3);
  assert.equal((await read()).failures, 3);
  isAway = true;
  await world.publish({});
  await world.clock.advance(1);
  isAway = false;
  await Promise.all([world.administration.resumeEndpoint(world.account, id), world.clock.settle()]);
  await world.clock.advance(1000);
  assert.equal(seen.at(-1), null);
  assert.deepEqual([(await read()).failures, (await read()).failingSinceMs], [0, null]);
  await world.close();
});

test('a resume in the commit of the attempt that stops the endpoint leaves store and directory of one mind', async () => {
  const world = await openWorld();
  const { id, no } = await world.endpoint({});
  world.sender.script(() => ({ httpStatus: 410, afterMs: 10 }));
  await world.publish({});
  for (const first of ['resume', 'attempt']) {
    const resume = (): Promise<unknown> => world.administration.resumeEndpoint(world.account, id);
    const attempt = (): Promise<unknown> => world.clock.advance(10);
    await Promise.all(first === 'resume' ? [resume(), attempt()] : [attempt(), resume()]);
    const stored = (await world.store.directory()).endpoints.find((one) => one.no === no)!;
    const held = world.engine.directory.endpoint(no)!;
    assert.deepEqual([held.status, held.statusAtMs], [stored.status, stored.statusAtMs]);
    await Promise.all([resume(), world.clock.settle()]);
    await world.publish({});
  }
  await world.close();
});

test('when the store says that going on could lie, that is raised and the settlement is not tried again', async () => {
  const fatal = new StoreError('broken', true);
  const raised: unknown[] = [];
  let tries = 0;
  const settler = new Settler({
    clock: new ManualClock(),
    doubt: { raise: (error) => raised.push(error) },
    directory: { endpoint: () => null, stopEndpoint() {} },
    async store() {
      tries += 1;
      throw fatal;
    },
    stopped() {},
  });
  assert.equal(await settler.settle({ key: 1, health: null } as Settlement), null);
  assert.deepEqual([tries, raised], [1, [fatal]]);
  await settler.idle();
});

test('a stop waits until what came of an attempt is stored', async () => {
  let isStored = false;
  const world = await openWorld({
    disk: (store, clock): Store => ({
      ...store,
      async settle(input) {
        await new Promise<void>((resolve) => clock.after(20, resolve));
        const results = await store.settle(input);
        isStored = true;
        return results;
      },
    }),
  });
  await world.endpoint({});
  await world.publish({});
  assert.deepEqual([world.sender.sent.length, isStored], [1, false]);
  const stopped = world.engine.stop().then(() => assert.ok(isStored));
  await world.clock.advance(20);
  await stopped;
  await world.close();
});
