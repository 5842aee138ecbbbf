import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/process.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Stands for npm: says what it was asked for, and the first time never gets further than half a package. */
const npm = `
const fs = require('node:fs');
const isFirst = !fs.existsSync('asked');
fs.appendFileSync('asked', process.argv[2] + '\\n');
if (process.env.FAILS === process.argv[2]) process.exit(1);
if (isFirst) {
  fs.mkdirSync('node_modules/half', { recursive: true });
  setInterval(() => {}, 1000);
} else fs.writeFileSync('node_modules/.package-lock.json', '{}');
`;

/** Stands for the server: ends in its own way when it is told to. */
const program = `
if (process.env.FAILS) process.on('SIGINT', () => process.exit(7));
if (process.env.FAILS) setInterval(() => {}, 1000);
process.stdout.write('it runs');
`;

const noGroups = process.platform === 'win32' ? 'there are no process groups' : false;
describe('an installation at the start', { skip: noGroups }, () => {
  const { path: folder, remove } = temporaryFolder();
  after(remove);
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  cpSync(join(root, 'package-lock.json'), join(folder, 'package-lock.json'));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'program.js'), program);
  mkdirSync(join(folder, 'npm'));
  writeFileSync(join(folder, 'npm', 'package.json'), '{"type":"commonjs"}');
  writeFileSync(join(folder, 'npm', 'npm-cli.js'), npm);

  function launch(more: Record<string, string> = {}, script = 'program.js'): ChildProcess {
    const env = { ...process.env, ...more, npm_execpath: join(folder, 'npm', 'npm-cli.js') };
    return spawn(process.execPath, ['bin/run.js', script], { cwd: folder, env, detached: true });
  }

  test('that is interrupted takes npm along, and is begun anew by the next start', async () => {
    const first = launch();
    const watcher = watch(folder, { recursive: true });
    while (!existsSync(join(folder, 'node_modules', 'half'))) await once(watcher, 'change');
    watcher.close();
    process.kill(-first.pid!, 'SIGINT');
    assert.deepEqual(await once(first, 'close'), [130, null]);

    const next = launch();
    let out = '';
    next.stdout!.on('data', (chunk) => (out += chunk));
    assert.deepEqual(await once(next, 'close'), [0, null]);
    assert.equal(out, 'it runs');
    assert.deepEqual(readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n'), ['ci', 'ci']);
    assert.ok(readdirSync(join(folder, 'node_modules')).includes('.package-lock.json'));
  });

  test('what Node compiled is kept in the clone or where somebody chose, for the next start and its threads', async () => {
    const says = `import module from 'node:module'; process.stdout.write(module.getCompileCacheDir() + '\\n');`;
    writeFileSync(join(folder, 'thread.ts'), says);
    const startsThread = `import { Worker } from 'node:worker_threads'; new Worker(new URL('thread.ts', import.meta.url));`;
    writeFileSync(join(folder, 'threads.js'), `${says} ${startsThread}`);
    const chosen = join(folder, 'chosen');
    for (const [told, home] of [
      ['', join(folder, '.runtime', 'compiled')],
      [chosen, chosen],
    ] as const) {
      const child = launch({ NODE_COMPILE_CACHE: told }, 'threads.js');
      let out = '';
      child.stdout!.on('data', (chunk) => (out += chunk));
      assert.deepEqual(await once(child, 'close'), [0, null]);
      const [inProgram, inThread] = out.split('\n') as [string, string];
      assert.deepEqual([dirname(inProgram), dirname(inThread)], [home, home]);
      assert.ok(readdirSync(inThread).length > 0);
    }
  });

  test('a signal is the program’s own once npm has done its work, however often it was called', async () => {
    rmSync(join(folder, 'node_modules', '.package-lock.json'));
    const child = launch({ FAILS: 'ci' });
    await once(child.stdout!, 'data');
    child.kill('SIGINT');
    assert.deepEqual(await once(child, 'close'), [7, null]);
    assert.deepEqual(readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n').slice(2), [
      'ci',
      'install',
    ]);
  });
});
