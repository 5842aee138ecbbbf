import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const module = new URL('./memory.ts', import.meta.url).href;
const knowsFlags = Number.parseInt(process.versions.node, 10) >= 26;
const growth = '--heap-growing-percent ';
const reducer = '--memory-reducer-delay-ms ';
const marking = '--incremental-marking-soft-trigger --incremental-marking-hard-trigger ';

test('Node knows what it is told of memory', () => {
  const program = `import { keepMemory } from '${module}'; keepMemory('sqlite'); process.stdout.write('told')`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  assert.deepEqual([stdout, stderr], ['told', '']);
});

test('what somebody chose of memory when Node was started stays as it is', { skip: !knowsFlags }, () => {
  for (const [chosen, told] of [
    ['--no-warnings', reducer + growth + marking],
    ['--memory-reducer-delay-ms=5000', growth + marking],
    ['--no-memory_reducer', growth + marking],
    ['--heap-growing-percent=90', reducer + marking],
    ['--heap_growing_percent=90', reducer + marking],
    ['--incremental-marking-hard-trigger=50', reducer + growth],
    ['--no-incremental_marking', reducer + growth],
  ] as const) {
    assert.equal(toldBy('sqlite', chosen), told, chosen);
  }
});

test('on PostgreSQL garbage piles up as V8 lets it', { skip: !knowsFlags }, () => {
  assert.equal(toldBy('postgres', '--no-warnings'), reducer + marking);
});

/** The names of the flags that a process tells V8 which was started with one already. */
function toldBy(store: 'sqlite' | 'postgres', chosen: string): string {
  const program = `
    import { syncBuiltinESMExports } from 'node:module';
    import v8 from 'node:v8';
    v8.setFlagsFromString = (flag) => process.stdout.write(flag.replace(/=.*/, ' '));
    syncBuiltinESMExports();
    const { keepMemory } = await import('${module}');
    keepMemory('${store}');`;
  const args = [chosen, '--input-type=module', '-e', program];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(stderr, '', chosen);
  return stdout;
}
