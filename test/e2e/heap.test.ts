import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { serverFlags } from '../../bin/heap.js';
import { startServerProcess, temporaryFolder } from '../support/process.ts';

const roomy = '--max-semi-space-size=64';
const gib = 2 ** 30;

describe('what a server’s Node is given', () => {
  const on = { memoryBytes: 4 * gib, options: '' };

  test('is room for young objects, beside what it was given already', () => {
    assert.deepEqual(serverFlags([], on), [roomy]);
    assert.deepEqual(serverFlags(['--inspect'], on), ['--inspect', roomy]);
  });

  test('is nothing where somebody chose, on the command line or in NODE_OPTIONS', () => {
    for (const flag of ['--max-semi-space-size=16', '--max_semi_space_size=16', '--min-semi-space-size=1']) {
      assert.deepEqual(serverFlags([flag], on), [flag]);
      assert.deepEqual(serverFlags([], { ...on, options: `--no-warnings ${flag}` }), []);
    }
  });

  test('is nothing where memory is scarce', () => {
    assert.deepEqual(serverFlags([], { ...on, memoryBytes: gib }), []);
  });
});

/** Linux tells without a program, which small systems lack. */
function commandLineOf(pid: number): string {
  const file = `/proc/${pid}/cmdline`;
  if (existsSync(file)) return readFileSync(file, 'utf8').replaceAll('\0', ' ');
  return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
}

const cannotSee = process.platform === 'win32' ? 'there is no way to see a process’s command line' : false;
describe('surehook start', { skip: cannotSee }, () => {
  const folder = temporaryFolder();
  after(() => folder.remove());

  async function commandLine(environment: Record<string, string>): Promise<string> {
    const server = await startServerProcess(join(folder.path, 'surehook.db'), environment);
    try {
      return commandLineOf(server.pid);
    } finally {
      assert.equal(await server.stop(), 0);
    }
  }

  test('goes on as the process that was started, with room for young objects', async () => {
    const expected = serverFlags([]).at(-1) === roomy && Number.parseInt(process.versions.node, 10) >= 26;
    assert.equal((await commandLine({})).includes(roomy), expected);
  });

  test('leaves an operator’s choice alone', async () => {
    assert.ok(!(await commandLine({ NODE_OPTIONS: '--max-semi-space-size=16' })).includes(roomy));
  });
});
