import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const knowsFlags = Number.parseInt(process.versions.node, 10) >= 26;

test('Node knows what it is told of memory', () => {
  const module = new URL('./memory.ts', import.meta.url).href;
  const program = `import { keepMemory } from '${module}'; keepMemory('sqlite'); process.stdout.write('told')`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  assert.deepEqual([stdout, stderr], ['told', '']);
});

test('what somebody chose of memory when Node was started stays as it is', { skip: !knowsFlags }, () => {
  const module = new URL('./memory.ts', import.meta.url).href;
  const program = `
    import { syncBuiltinESMExports } from 'node:module';
    import v8 from 'node:v8';
    v8.setFlagsFromString = (flag) => process.stdout.write(flag.replace(/=.*/, ' '));
    syncBuiltinESMExports();
    const { keepMemory } = await import('${module}');
    keepMemory('sqlite');`;
  const growth = '--heap-growing-percent ';
  const reducer = '--memory-reducer-delay-ms ';
  const marking = '--incremental-marking-soft-trigger --incremental-marking-hard-trigger ';
  for (const [chosen, told] of [
    ['--no-warnings', reducer + growth + marking],
    ['--memory-reducer-delay-ms=5000', growth + marking],
    ['--no-memory_reducer', growth + marking],
    ['--heap-growing-percent=90', reducer + marking],
    ['--incremental-marking-hard-trigger=50', reducer + growth],
    ['--no-incremental_marking', reducer + growth],
  ] as const) {
    const args = [chosen, '--input-type=module', '-e', program];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.deepEqual([stdout, stderr], [told, ''], chosen);
  }
});
