import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { postLocally } from './adapters/http/local.ts';
import { systemClock } from './adapters/system/clock.ts';
import { nodeCrypto } from './adapters/system/crypto.ts';
import { systemRandom } from './adapters/system/random.ts';
import { type DemoOptions, type DemoServer, runDemo } from './cli/demo/run.ts';
import type { Io } from './cli/io.ts';
import { SurehookError } from './core/errors.ts';
import { askerOf, onKey } from './desk.ts';

const bin = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../bin/surehook.js' : '../../bin/surehook.js', import.meta.url),
);

/** `surehook demo` on this machine: the server is a process of its own, with a database that is gone afterwards. */
export async function demoHere(options: DemoOptions, io: Io): Promise<number> {
  const controller = new AbortController();
  const { signal } = controller;
  // Once: the orders that are placed still end. Twice: at once.
  const stop = (): void => (signal.aborted ? process.exit(130) : controller.abort());
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, stop);
  const folder = mkdtempSync(join(tmpdir(), 'surehook-demo-'));
  const random = systemRandom();
  const hex = (bytes: number): string => Buffer.from(random.bytes(bytes)).toString('hex');
  try {
    return await runDemo(options, {
      ...io,
      startServer: () => startServer(join(folder, 'surehook.db'), `shk_admin_${hex(16)}`),
      post: postLocally,
      nowMs: systemClock.nowMs,
      random: Math.random,
      newSecret: () => hex(32),
      wait: (ms) => sleep(ms),
      crypto: nodeCrypto(),
      stopped: signal,
      picture: options.json || !process.stdout.isTTY ? null : drawer(),
      onKey: (pressed) => onKey(pressed, signal),
      stop,
    });
  } finally {
    controller.abort();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startServer(database: string, key: string): Promise<DemoServer> {
  let { child, url } = await spawnServer(database, key, '0');
  process.on('exit', () => child.kill('SIGKILL'));
  const { port } = new URL(url);
  return {
    url,
    ask: askerOf({ url, key }),
    async killAndStart() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      ({ child, url } = await spawnServer(database, key, port));
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** Resolves when it listens. What it says goes nowhere, for this is not about it. */
async function spawnServer(
  database: string,
  key: string,
  port: string,
): Promise<{ child: ChildProcess; url: string }> {
  const env = {
    ...process.env,
    SUREHOOK_HOST: '127.0.0.1',
    SUREHOOK_PORT: port,
    SUREHOOK_PUBLIC_URL: '',
    SUREHOOK_DATABASE: database,
    SUREHOOK_DEV: '1',
    SUREHOOK_ADMIN_KEY: key,
    SUREHOOK_LOG_LEVEL: 'warn',
  };
  const child = spawn(process.execPath, [bin, 'start'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const url = await new Promise<string>((resolve, reject) => {
    const ended = (): void =>
      reject(new SurehookError('unavailable', 'The server of the demo did not start.'));
    child.once('exit', ended);
    child.once('error', ended);
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (!line.startsWith('{') || !line.includes('"listening"')) return;
      child.off('exit', ended);
      resolve(String((JSON.parse(line) as { address: string }).address));
    });
  });
  return { child, url };
}

/** Draws lines over those drawn before. */
function drawer(): (lines: readonly string[]) => void {
  let drawn = 0;
  return (lines) => {
    const up = drawn === 0 ? '' : `\u001b[${drawn}A`;
    process.stdout.write(`${up}${lines.map((line) => `\u001b[2K${line}\n`).join('')}`);
    drawn = lines.length;
  };
}
