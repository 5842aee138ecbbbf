import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Owed } from '../../src/core/delivery.ts';
import { underWayBytes } from '../../src/core/limits/dispatch.ts';
import { Dispatcher } from '../../src/flow/dispatch.ts';
import { openWorld } from '../support/world.ts';

test('a deleted endpoint leaves no lane behind, at once or when its last request ends', async () => {
  const world = await openWorld();
  const idle = await world.endpoint({ events: ['idle'] });
  const busy = await world.endpoint({ events: ['busy'] });
  world.sender.script(({ header }) => ({ afterMs: header('webhook-id') === 'b' ? 5000 : 0 }));
  await world.publish({ type: 'idle', id: 'a' });
  await world.publish({ type: 'busy', id: 'b' });
  await world.clock.advance(100);
  assert.equal(world.engine.dispatcher.figures().lanes, 2);
  await world.administration.deleteEndpoint(world.account, idle.id);
  assert.equal(world.engine.dispatcher.figures().lanes, 1);
  await world.administration.deleteEndpoint(world.account, busy.id);
  assert.equal(world.engine.dispatcher.figures().lanes, 1);
  await world.clock.advance(6000);
  assert.equal(world.engine.dispatcher.figures().lanes, 0);
  await world.close();
});

test('while more data is under way than there is room for, nothing more is taken on, at any endpoint', async () => {
  const world = await openWorld();
  const [large, other] = [await world.endpoint({}), await world.endpoint({})];
  const { dispatcher, claimed, ends } = dispatcherIn(world);
  // As long as it says, without the memory for it.
  const event = { data: { length: underWayBytes }, received: null };
  dispatcher.begin(dispatcher.reserve(large)!, { key: 1, endpointNo: large.no, event } as unknown as Owed);
  assert.equal(dispatcher.reserve(other), null);
  dispatcher.note(other.no, 'first', 0);
  await world.clock.advance(1000);
  assert.deepEqual(claimed, []);
  ends.pop()!();
  await world.clock.advance(0);
  assert.deepEqual(claimed, [other.no]);
  assert.notEqual(dispatcher.reserve(other), null);
  await world.close();
});

test('a delivery that is under way twice, for its lease was lost and had again, gives both places back', async () => {
  const world = await openWorld();
  const endpoint = await world.endpoint({});
  const { dispatcher, ends } = dispatcherIn(world);
  const event = { data: '{}', received: null };
  const owed = { key: 1, endpointNo: endpoint.no, event } as unknown as Owed;
  for (const _ of [1, 2]) dispatcher.begin(dispatcher.reserve(endpoint)!, owed);
  assert.equal(dispatcher.figures().quick, 2);
  for (const end of ends) end();
  assert.equal(dispatcher.figures().quick, 0);
  await world.close();
});

/** A dispatcher of its own, with nothing to claim; requests end when they are told to. */
function dispatcherIn({ clock, engine }: Awaited<ReturnType<typeof openWorld>>): {
  dispatcher: Dispatcher;
  claimed: number[];
  ends: (() => void)[];
} {
  const claimed: number[] = [];
  const ends: (() => void)[] = [];
  const dispatcher = new Dispatcher({
    clock,
    directory: engine.directory,
    async claim(requests) {
      claimed.push(...requests.map(({ endpointNo }) => endpointNo));
      return requests.map(() => ({ owed: [], nextAtMs: { first: null, retry: null, replayed: null } }));
    },
    release: async () => {},
    unsent() {},
    holds: () => true,
    deliver(_owed, _endpoint, ended) {
      ends.push(() => ended({ httpStatus: 200, error: null, durationMs: 1 } as never));
    },
  });
  return { dispatcher, claimed, ends };
}
