import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { SurehookError } from '../../src/core/errors.ts';
import * as limits from '../../src/core/limits/sources.ts';
import type { Source } from '../../src/core/source.ts';
import { Newcomers } from '../../src/flow/newcomers.ts';
import { openWorld, type World } from '../support/world.ts';

describe('sources that another node made just now', () => {
  let world: World;
  let newcomers: Newcomers;
  let looks: number;
  let refreshes: number;

  beforeEach(async () => {
    world = await openWorld();
    looks = 0;
    refreshes = 0;
    const { clock, store } = world;
    const { directory } = world.engine;
    newcomers = new Newcomers({
      clock,
      directory,
      store: {
        sourceNos() {
          looks += 1;
          return store.sourceNos();
        },
      },
      refresh() {
        refreshes += 1;
        return directory.refresh(() => store.directory());
      },
    });
  });

  afterEach(() => world.close());

  /** As another node makes it: this one's directory is not told. */
  async function madeElsewhere(): Promise<Source> {
    const made = await world.administration.createSource(world.account, { name: 'S', scheme: 'github' });
    world.engine.directory.sources.delete(made);
    return made;
  }

  async function find(token: string): Promise<string | null> {
    const finding = newcomers.find(token);
    await world.clock.advance(limits.newcomersEveryMs);
    return (await finding)?.id ?? null;
  }

  test('are found by their address', async () => {
    const { id, token } = await madeElsewhere();
    assert.equal(await find(token), id);
    assert.equal(world.engine.directory.sources.byToken(token)?.id, id);
  });

  test('are found also by who asks while a look for somebody else is under way', async () => {
    const first = newcomers.find('nobody');
    const { id, token } = await madeElsewhere();
    const second = newcomers.find(token);
    await world.clock.advance(2 * limits.newcomersEveryMs);
    assert.deepEqual([await first, (await second)?.id], [null, id]);
  });

  test('are looked for now and then, however many strangers ask, and nothing more is read for those', async () => {
    const asked: Promise<Source | null>[] = [];
    for (let n = 0; n < 10; n++) {
      for (let i = 0; i < 50; i++) asked.push(newcomers.find(`nobody${i}`));
      await world.clock.advance(limits.newcomersEveryMs / 2);
    }
    await world.clock.advance(limits.newcomersEveryMs);
    assert.ok((await Promise.all(asked)).every((source) => source === null));
    assert.ok(looks <= 7, `${looks} looks in a second`);
    assert.equal(refreshes, 0);
  });

  test('past so many who wait, others are told to come again', async () => {
    const asked = Array.from({ length: limits.newcomersWaiting }, () => newcomers.find('nobody'));
    await assert.rejects(
      newcomers.find('nobody'),
      (error) => error instanceof SurehookError && error.code === 'unavailable' && error.retryAfterS === 1,
    );
    await world.clock.advance(limits.newcomersEveryMs);
    await Promise.all(asked);
  });
});
