import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreError } from '../../src/core/errors.ts';
import type { Store } from '../../src/ports/store.ts';
import { openWorld } from '../support/world.ts';

test('the events of a turn are one act of the store, but for those about which more is decided: these hold up no others', async () => {
  const acts: string[][] = [];
  const world = await openWorld({
    disk: (store): Store => ({
      ...store,
      accept(input) {
        acts.push(input.items.map(({ event }) => event.id));
        return store.accept(input);
      },
    }),
  });
  await Promise.all([
    world.publish({ id: 'a' }),
    world.publish({ id: 'b' }),
    world.publish({ id: 'keyed' }, { idempotencyKey: 'k' }),
    world.publish({ id: 'c' }),
    world.publish({ id: 'd' }),
    world.publish({ id: 'signal', type: 'order.failed' }),
    world.publish({ id: 'e' }),
  ]);
  assert.deepEqual(acts, [['a', 'b'], ['keyed'], ['c', 'd'], ['signal'], ['e']]);
  await world.close();
});

for (const refusal of ['fails', 'is stale'] as const) {
  test(`an accept that ${refusal} takes up no place in a lane`, async () => {
    let isRefused = false;
    const world = await openWorld({
      disk: (store): Store => ({
        ...store,
        async accept(input) {
          if (!isRefused) return await store.accept(input);
          isRefused = false;
          if (refusal === 'fails') throw new StoreError('away', false);
          return input.items.map(() => ({ kind: 'stale' }));
        },
      }),
    });
    await world.endpoint({ concurrency: 1 });
    // A lane that has just begun looks into the store first.
    await world.publish({});
    await world.clock.advance(1000);
    isRefused = true;
    const first = world.publish({});
    if (refusal === 'fails') {
      await assert.rejects(first, { code: 'unavailable', retryAfterS: 1 });
      assert.ok(world.reports.some((report) => report.startsWith('warn the store could not say')));
    } else await first;
    await world.clock.advance(60_000);
    await world.publish({});
    await world.clock.advance(1000);
    const stored = refusal === 'fails' ? 2 : 3;
    assert.deepEqual(
      (await world.deliveries()).map(({ status }) => status),
      Array.from({ length: stored }, () => 'delivered'),
    );
    await world.close();
  });
}
