import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

test('Node knows what it is told of memory', () => {
  const module = new URL('./memory.ts', import.meta.url).href;
  const program = `import { keepMemory } from '${module}'; keepMemory(); process.stdout.write('told')`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  assert.deepEqual([stdout, stderr], ['told', '']);
});
