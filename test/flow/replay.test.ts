import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Account } from '../../src/core/account.ts';
import * as limits from '../../src/core/limits/store.ts';
import type { Replay, ReplayFilter } from '../../src/core/replay.ts';
import { openWorld, type World } from '../support/world.ts';

const everyDead: ReplayFilter = {
  endpointNo: null,
  eventTypes: null,
  state: 'dead',
  sinceMs: null,
  untilMs: null,
  keys: null,
};

async function start(world: World, filter: Partial<ReplayFilter>): Promise<Replay> {
  const starting = world.engine.replayer.startReplay(world.account, { ...everyDead, ...filter }, null);
  await world.clock.settle();
  return await starting;
}

async function read({ store, account }: { store: World['store']; account: Account }, { id }: Replay) {
  return await store.getReplay({ accountNo: account.no, id });
}

test('a page of a replay on which there is nothing to put back is not its end', async () => {
  const world = await openWorld();
  const held = await world.endpoint({ events: ['held'] });
  await world.endpoint({ events: ['dead'], retry: { schedule: [] } });
  await world.administration.pauseEndpoint(world.account, held.id, { name: 'x' } as never);
  for (let n = 0; n < limits.replayRows; n++) await world.publish({ type: 'held' });
  const keys = (await world.deliveries()).map(({ key }) => key);
  world.sender.script(() => ({ httpStatus: 500 }));
  await world.publish({ type: 'dead' });
  await world.clock.advance(1000);
  const [dead] = await world.deliveries();
  assert.equal(dead!.status, 'dead');
  world.sender.script(() => ({}));
  const replay = await start(world, { keys: [...keys, dead!.key] });
  await world.clock.advance(5000);
  assert.equal((await read(world, replay))?.status, 'done');
  assert.equal((await world.deliveries())[0]!.status, 'delivered');
  await world.close();
});

test('what a cancelled replay has under way is not tried again when it fails', async () => {
  const world = await openWorld();
  await world.endpoint({ retry: { schedule: ['10s', '10s', '10s'] } });
  world.sender.script(() => ({ httpStatus: 500 }));
  await world.publish({});
  await world.clock.advance(60_000);
  assert.equal(world.sender.sent.length, 4);
  world.sender.script(() => ({ httpStatus: 500, afterMs: 2000 }));
  const replay = await start(world, {});
  await world.clock.advance(1000);
  assert.equal(world.sender.sent.length, 5);
  await world.engine.replayer.cancelReplay(world.account, replay.id);
  await world.clock.advance(60_000);
  assert.equal(world.sender.sent.length, 5);
  assert.equal((await world.deliveries())[0]!.status, 'dead');
  await world.close();
});

test('an account may have only so many replays counted or put back at once, and is told so', async () => {
  const world = await openWorld();
  await world.endpoint({ retry: { schedule: [] } });
  world.sender.script(() => ({ httpStatus: 500 }));
  for (let n = 0; n < 3; n += 1) await world.publish({ type: 'dead' });
  await world.clock.advance(1000);
  const begin = () => world.engine.replayer.startReplay(world.account, everyDead, 1);
  const begun = Array.from({ length: limits.replaysAtOnce }, begin);
  await assert.rejects(begin(), { code: 'too_many_requests' });
  await world.clock.settle();
  const replays = await Promise.all(begun);
  assert.ok(replays.every(({ total }) => total === 3));
  await assert.rejects(begin(), { code: 'too_many_requests' });
  await world.clock.advance(60_000);
  await begin();
  await world.close();
});
