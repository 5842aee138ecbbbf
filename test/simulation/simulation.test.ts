import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutants } from './mutants.ts';
import { report, runSeeds } from './seeds.ts';
import { runSeed } from './world.ts';

const seeds = 2000;
/** A planted bug must be found within so many seeds. */
const mutantSeeds = 150;

test(`in ${seeds} simulated worlds with crashes, stalls, failing commits and bad receivers, every invariant holds`, {
  timeout: 280_000,
}, async () => {
  const { violations } = await runSeeds(1, seeds);
  assert.deepEqual(violations.slice(0, 3).map(report), []);
});

/** Seeds past the first ones that once showed a bug of the product or of the simulation itself. */
const knownSeeds = [2264, 2362, 2383, 2710, 2713, 2805, 3431, 3961];

test('every invariant holds in the worlds that once broke one', async () => {
  for (const seed of knownSeeds) {
    const { violation } = await runSeed(seed);
    assert.equal(violation, null, `seed ${seed}`);
  }
});

test('the same seed gives the same course', async () => {
  for (const seed of [7, 42, 1234]) assert.equal((await runSeed(seed)).hash, (await runSeed(seed)).hash);
});

for (const mutant of mutants) {
  test(`a planted bug is found: ${mutant.name}`, async () => {
    for (let seed = 1; seed <= mutantSeeds; seed++)
      if ((await runSeed(seed, { mutant })).violation !== null) return;
    assert.fail(`survived ${mutantSeeds} seeds`);
  });
}
