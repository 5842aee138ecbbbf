import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSchemes } from '../../src/core/sources/presets.ts';
import { providersKnown, setupSteps } from './providers.ts';

test('steps are known for presets that there are, and every other one has some, too', () => {
  const names = describeSchemes().map(({ name }) => String(name));
  assert.deepEqual(
    providersKnown.filter((name) => !names.includes(name)),
    [],
  );
  for (const name of names) assert.equal(setupSteps(name).filter((step) => step.length > 2).length, 3, name);
});
