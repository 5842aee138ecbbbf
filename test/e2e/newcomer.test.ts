import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { adminKey, eventually, temporaryFolder } from '../support/process.ts';

const bin = fileURLToPath(new URL('../../bin/surehook.js', import.meta.url));
interface Row {
  status: string | number;
  attemptCount: number;
  verification: { valid: boolean };
}

const noCurl = process.platform === 'win32' ? 'needs a shell' : false;

describe('what npm start shows a newcomer', { skip: noCurl }, () => {
  const folder = temporaryFolder();
  let child: ReturnType<typeof spawn>;
  let out = '';

  async function start(): Promise<void> {
    out = '';
    const env = {
      ...process.env,
      SUREHOOK_DATABASE: `${folder.path}/surehook.db`,
      SUREHOOK_ADMIN_KEY: adminKey,
      SUREHOOK_PORT: '0',
    };
    child = spawn(process.execPath, [bin, 'start', '--dev', '--demo-shop'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout!.on('data', (text) => {
      out += text;
    });
    await eventually(30_000, async () => out.includes('/v1/events -H'));
  }

  async function stop(): Promise<void> {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async function run(command: RegExp): Promise<{ data: Row[] }> {
    const line = out
      .split('\n')
      .find((each) => command.test(each))!
      .trim();
    const shell = spawn('sh', ['-c', line.replace('curl ', 'curl -sS --fail-with-body ')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let answer = '';
    shell.stdout.on('data', (text) => {
      answer += text;
    });
    const [code] = await once(shell, 'close');
    assert.equal(code, 0, line + answer);
    return JSON.parse(answer || '{}');
  }

  before(start);
  after(async () => {
    await stop();
    folder.remove();
  });

  test('a delivery, a retry and a signature within a minute, and a way to remove it all that lasts', async () => {
    const deliveries = await eventually(60_000, async () => {
      const { data } = await run(/v1\/deliveries/);
      return data.length === 4 && data.every(({ status }) => status === 'delivered') && data;
    });
    assert.ok(deliveries.some(({ attemptCount }) => attemptCount > 1));
    const { data } = await run(/v1\/bins/);
    assert.ok(data.some(({ status }) => status === 500));
    assert.ok(data.every(({ verification }) => verification.valid));
    await run(/-X DELETE/);
    await stop();
    await start();
    assert.ok(!out.includes('demo-shop'));
  });
});
