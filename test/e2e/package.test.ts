import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The environment of somebody who installs the package: nothing of this process's npm, nothing of Surehook. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(npm_(config_local|package|lifecycle)|SUREHOOK_|NODE_)/i.test(name),
  ),
);

function npm(args: string[], cwd: string): { status: number | null; output: string } {
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  const done = spawnSync('npm', [...args, ...options], {
    cwd,
    env: environment,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  return {
    status: done.status,
    output: `${done.stdout ?? ''}${done.stderr ?? ''}${done.error?.message ?? ''}`,
  };
}

describe('the published package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'surehook-package-'));
  const app = join(folder, 'app');
  const bin = join(app, 'node_modules', 'surehook', 'bin', 'surehook.js');
  let unreachable: string | null = null;
  const servers: ChildProcess[] = [];

  before(() => {
    const copy = join(folder, 'clone');
    copyClone(copy);
    const built = spawnSync(process.execPath, [join(copy, 'bin', 'build.js')], {
      env: environment,
      encoding: 'utf8',
    });
    assert.equal(built.status, 0, `${built.stdout}${built.stderr}`);
    const packed = npm(['pack', '--pack-destination', folder], copy);
    assert.equal(packed.status, 0, packed.output);
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    assert.ok(tarball, packed.output);
    mkdirSync(app);
    writeFileSync(join(app, 'package.json'), '{"private":true}');
    const installed = npm(['install', join(folder, tarball)], app);
    if (installed.status === 0) return;
    const offline = /ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|ENOTCACHED|network/i.test(
      installed.output,
    );
    if (!offline) assert.fail(installed.output);
    unreachable = 'its dependencies cannot be installed: the npm registry is not reachable';
  });

  after(() => {
    for (const server of servers) server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  test('--help lists the commands', (t) => {
    if (unreachable !== null) return t.skip(unreachable);
    const help = execFileSync(process.execPath, [bin, '--help'], {
      cwd: app,
      env: environment,
      encoding: 'utf8',
    });
    for (const command of ['start', 'migrate', 'keys', 'backup', 'verify'])
      assert.match(help, new RegExp(`^ +${command}\\b`, 'm'));
  });

  test('holds no source, no test and no script of the clone', (t) => {
    if (unreachable !== null) return t.skip(unreachable);
    const names = readdirSync(join(app, 'node_modules', 'surehook'), { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      names.filter((name) => /(?<!\.d)\.ts$|\.test\.|^bin\/(test|build|lock|run)\.js$/.test(name)),
      [],
    );
    for (const name of ['README.md', 'LICENSE', 'package.json']) assert.ok(names.includes(name), name);
  });

  test('starts, says where it listens, answers, and stops in order', { timeout: 60_000 }, async (t) => {
    if (unreachable !== null) return t.skip(unreachable);
    const server = spawn(process.execPath, [bin, 'start', '--port', '0', '--log-level', 'silent'], {
      cwd: app,
      env: environment,
    });
    servers.push(server);
    let errors = '';
    server.stderr.on('data', (chunk) => (errors += chunk));
    const ended = once(server, 'exit');
    const url = await listening(server).catch(() => assert.fail(`ended before it listened: ${errors}`));
    const answer = await fetch(`${url}/livez`);
    assert.equal(answer.status, 200);
    const page = await (await fetch(url)).text();
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1];
    assert.ok(script, 'the package carries the built dashboard');
    assert.equal((await fetch(url + script)).status, 200);
    const llms = await (await fetch(`${url}/llms.txt`)).text();
    assert.match(llms, /\/docs\/using\/orders\.md/, 'the package carries the documentation');
    server.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null], errors);
  });

  test('a queue whose client is not installed says which package to install', {
    timeout: 60_000,
  }, async (t) => {
    if (unreachable !== null) return t.skip(unreachable);
    const key = 'shk_admin_for_the_package_0123456789';
    const args = ['start', '--dev', '--port', '0', '--database', 'queues.db', '--admin-key', key];
    const server = spawn(process.execPath, [bin, ...args], { cwd: app, env: environment });
    servers.push(server);
    const ended = once(server, 'exit');
    const url = await listening(server);
    const ask = async (path: string, body: object): Promise<Record<string, string>> => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return (await answer.json()) as Record<string, string>;
    };
    const { id } = await ask('/v1/endpoints', { url: 'redis://127.0.0.1:1/?stream=s', events: ['*'] });
    const { detail } = await ask(`/v1/endpoints/${id}/test`, { eventType: 'a', data: {} });
    assert.match(detail!, /npm install ioredis/);
    server.kill('SIGTERM');
    await ended;
  });

  test('runs the demo, which starts a server of its own', { timeout: 60_000 }, (t) => {
    if (unreachable !== null) return t.skip(unreachable);
    const args = [bin, 'demo', '--orders', '3', '--json'];
    const out = execFileSync(process.execPath, args, { cwd: app, env: environment, encoding: 'utf8' });
    const { placed, lost, twice } = JSON.parse(out) as Record<string, number>;
    assert.deepEqual([placed, lost, twice], [3, 0, 0]);
  });
});

/** The clone without what it made: built there, so that nothing of the clone's own is used or disturbed. */
function copyClone(copy: string): void {
  const made = ['node_modules', '.git', '.runtime', 'dist', 'data'];
  const names = readdirSync(root).filter((name) => !made.includes(name) && !name.endsWith('.tgz'));
  for (const name of names)
    cpSync(join(root, name), join(copy, name), { recursive: true, preserveTimestamps: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
}

/** The address in the line that every ready server prints. */
async function listening(server: ChildProcess): Promise<string> {
  assert.ok(server.stdout);
  for await (const line of createInterface({ input: server.stdout })) {
    if (line.includes('"msg":"listening"')) return (JSON.parse(line) as { url: string }).url;
  }
  throw new Error('standard output ended');
}
