import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/surehook.js', import.meta.url));
export const adminKey = 'shk_admin_for_tests_only_0123456789';

/** A server in a process of its own, as an operator starts it. */
export interface ServerProcess {
  url: string;
  pid: number;
  /** JSON lines of its log so far. */
  log: Record<string, unknown>[];
  /** One request to the API, with the admin key; the body is sent as it is. */
  call(
    method: string,
    path: string,
    body?: string | object,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // The tests look into answers of many shapes.
  json: Record<string, never> & { data: Record<string, never>[] };
}

/** A folder that is gone after the test. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'surehook-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** How a command ended and what it said. */
export interface Ended {
  /** Null when it had to be killed. */
  code: number | null;
  out: string;
  err: string;
}

/** Runs a command of the program to its end; one that hangs is killed. */
export async function runCommand(
  args: string[],
  { database, ...environment }: { database: string } & Record<string, string>,
): Promise<Ended> {
  const env = {
    ...process.env,
    SUREHOOK_DATABASE: database,
    SUREHOOK_PORT: '0',
    SUREHOOK_ADMIN_KEY: adminKey,
    ...environment,
  };
  const child = spawn(process.execPath, [bin, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 15_000,
    killSignal: 'SIGKILL',
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** Starts a server on a free port in development mode, and waits until it listens. */
export async function startServerProcess(
  database: string,
  environment: Record<string, string> = {},
): Promise<ServerProcess> {
  const env = {
    ...process.env,
    SUREHOOK_DATABASE: database,
    SUREHOOK_PORT: '0',
    SUREHOOK_DEV: '1',
    SUREHOOK_ADMIN_KEY: adminKey,
    ...environment,
  };
  const child = spawn(process.execPath, [bin, 'start'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const log: Record<string, unknown>[] = [];
  const url = await listening(child, log);
  return {
    url,
    pid: child.pid!,
    log,
    async call(method, path, body, headers = {}) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${adminKey}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') ?? false;
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: isJson ? JSON.parse(text) : null,
      };
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    async stop() {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      return child.exitCode;
    },
  };
}

async function listening(child: ChildProcess, log: Record<string, unknown>[]): Promise<string> {
  let errors = '';
  child.stderr!.on('data', (chunk) => {
    errors += chunk;
  });
  return await new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${errors}`)));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const entry = JSON.parse(line) as Record<string, unknown>;
      log.push(entry);
      if (entry.msg === 'listening') resolve(String(entry.address));
    });
  });
}

/** Asks again and again, a few times a second, until it holds; fails after `withinMs`. */
export async function eventually<T>(withinMs: number, ask: () => Promise<T | undefined | false>): Promise<T> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > untilMs) throw new Error(`did not come true within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
