import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nowMs, sleep } from './clock.ts';
import { eventTemplate, secret, type Template } from './event.ts';

const adminKey = 'shk_admin_of_the_benchmark';
const encryptionKey = Buffer.alloc(32, 9).toString('base64');
const startWithinMs = 30_000;
const stopWithinMs = 15_000;
const command = fileURLToPath(new URL('../bin/surehook.js', import.meta.url));
const authority = fileURLToPath(new URL('../test/support/certificates/authority.pem', import.meta.url));

export interface EndpointInput {
  url: string;
  events: string[];
  [more: string]: unknown;
}

/** Surehook as people start it, with a database of its own. */
export class Server {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string, port: number) {
    this.#child = child;
    this.#folder = folder;
    this.port = port;
  }

  static async start(options: {
    folder: string;
    logLevel: string;
    args?: string[];
    /** Of a PostgreSQL database, or a SQLite file that stays when the server stops; else a new file of its own. */
    database?: string;
  }): Promise<Server> {
    const folder = join(options.folder, `server-${process.pid}-${Math.round(nowMs())}`);
    mkdirSync(folder, { recursive: true });
    // To a file, as under a service manager: a pipe to here would cost this process what the log costs that one.
    const logFile = join(folder, 'log');
    const log = openSync(logFile, 'w');
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('SUREHOOK_'));
    const child = spawn(process.execPath, [...(options.args ?? []), command, 'start'], {
      // The channel carries nothing: the server ends with this process, however that ends.
      stdio: ['ignore', log, log, 'ipc'],
      env: {
        ...Object.fromEntries(inherited),
        NODE_EXTRA_CA_CERTS: authority,
        SUREHOOK_DEV: '1',
        SUREHOOK_PORT: '0',
        SUREHOOK_DATABASE: options.database ?? join(folder, 'surehook.db'),
        ...(options.database === undefined ? {} : { SUREHOOK_ENCRYPTION_KEY: encryptionKey }),
        SUREHOOK_ADMIN_KEY: adminKey,
        SUREHOOK_LOG_LEVEL: options.logLevel,
      },
    });
    closeSync(log);
    const port = await listening(child, logFile);
    return new Server(child, folder, port);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get databaseFile(): string {
    return join(this.#folder, 'surehook.db');
  }

  /** Answers the parsed body; a status of 400 or more is thrown. */
  async call<Value>(method: string, path: string, body?: unknown, account = 'default'): Promise<Value> {
    return await this.send<Value>(method, path, body === undefined ? null : JSON.stringify(body), account);
  }

  async send<Value>(method: string, path: string, body: string | null, account = 'default'): Promise<Value> {
    const answer = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method,
      headers: {
        ...this.headers(account),
        ...(body === null ? {} : { 'content-type': 'application/json' }),
      },
      body,
    });
    const text = await answer.text();
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? null : JSON.parse(text)) as Value;
  }

  headers(account = 'default'): Record<string, string> {
    return { authorization: `Bearer ${adminKey}`, 'surehook-account': account };
  }

  async createAccount(id: string, maxEndpoints = 1000): Promise<void> {
    await this.call('POST', '/v1/accounts', { id, name: id, maxEndpoints });
  }

  async createEndpoint(input: EndpointInput, account = 'default'): Promise<string> {
    const made = await this.call<{ id: string }>('POST', '/v1/endpoints', { secret, ...input }, account);
    return made.id;
  }

  /** The request that publishes an event of this type. */
  template(input: {
    run: number;
    type: string;
    account?: string;
    data?: string;
    deliverAt?: Date;
  }): Template {
    const { account = 'default', ...rest } = input;
    return eventTemplate({
      ...rest,
      host: `127.0.0.1:${this.port}`,
      path: '/v1/events',
      headers: this.headers(account),
    });
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
      await gone;
      clearTimeout(timer);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function listening(child: ChildProcess, logFile: string): Promise<number> {
  for (const startMs = nowMs(); nowMs() - startMs < startWithinMs; await sleep(20)) {
    const line = readFileSync(logFile, 'utf8')
      .split('\n')
      .find((one) => one.includes('"msg":"listening"'));
    if (line !== undefined) return Number(new URL((JSON.parse(line) as { url: string }).url).port);
    if (child.exitCode !== null) break;
  }
  child.kill('SIGKILL');
  throw new Error(`The server did not start: ${readFileSync(logFile, 'utf8').slice(0, 2000)}`);
}
