import assert from 'node:assert/strict';
import { test } from 'node:test';
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
