import { existsSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { certificateAt } from './adapters/http/certificate.ts';
import { fetchText, postLocally } from './adapters/http/local.ts';
import { createResolver } from './adapters/http/resolver.ts';
import { createSender } from './adapters/http/sender.ts';
import { postgresStatus } from './adapters/postgres/open.ts';

import { backupFile } from './adapters/sqlite/backup.ts';
import { migrationStatus } from './adapters/sqlite/connection.ts';
import { isLocked } from './adapters/sqlite/lock.ts';
import { prepareFolder } from './adapters/sqlite/open.ts';
import { systemClock } from './adapters/system/clock.ts';
import { nodeCrypto, sha256 } from './adapters/system/crypto.ts';
import { adminKeyFile, type Keys, loadOrMakeKeys } from './adapters/system/keys.ts';
import { scryptPasswords } from './adapters/system/passwords.ts';
import { systemRandom } from './adapters/system/random.ts';
import { signInUrl } from './api/routes/people.ts';
import { exportHere, importHere } from './carry.ts';
import { runBackup } from './cli/backup.ts';
import { type DoctorOptions, runDoctor } from './cli/doctor.ts';
import { greet } from './cli/greet.ts';
import type { Io } from './cli/io.ts';
import { type CallServer, keysInStore, keysOfServer } from './cli/key-holders.ts';
import { type KeysWorld, runCreateKey, runListKeys, runRevokeKey } from './cli/keys.ts';
import { runMigrate } from './cli/migrate.ts';
import { type Acts, buildProgram, type Flags } from './cli/program.ts';
import { openShop, type Shop } from './cli/shop.ts';
import { runSign } from './cli/sign.ts';
import { runSignIn, type SignInLink } from './cli/signin.ts';
import { runTrigger } from './cli/trigger.ts';
import { runTypes } from './cli/types.ts';
import { runVerify } from './cli/verify.ts';
import { type Config, ConfigError, readConfig, settingRows } from './config.ts';
import { StoreError, SurehookError } from './core/errors.ts';
import * as limits from './core/limits/process.ts';
import { connectTimeoutMs } from './core/limits/sending.ts';
import { demoHere } from './demo.ts';
import { askerOf, listenHere } from './desk.ts';
import { createPeople } from './flow/people.ts';
import { requireAddress, urlOf } from './listen.ts';
import type { Store } from './ports/store.ts';
import { openStore, policyOf, type Running, startServer } from './start.ts';

const version = (
  JSON.parse(
    readFileSync(
      new URL(import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json', import.meta.url),
      'utf8',
    ),
  ) as {
    version: string;
  }
).version;

const io: Io = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
};
/** A terminal sends Ctrl-C to the launcher and the server both, and the launcher passes it on: that is one wish, not two. */
const secondSignalMs = 1000;

/** The command line. What goes wrong is one line on stderr that says what to do. */
export async function run(argv: string[]): Promise<void> {
  const program = buildProgram({
    version,
    settings: settingRows,
    acts,
    exit: (code) => (process.exitCode = code),
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof SurehookError || error instanceof StoreError))
      throw error;
    io.err(`surehook: ${error.message}`);
    process.exitCode = 1;
  }
}

const acts: Acts = {
  start,
  async migrate(flags, options) {
    const { database } = readConfig(process.env, flags);
    return await runMigrate(options, {
      ...io,
      status: async () =>
        database.kind === 'sqlite' ? migrationStatus(database.file) : await postgresStatus(database.url),
      apply: () => onStore(flags, async () => {}),
    });
  },
  createKey: (flags, { url, ...options }) => onKeys(flags, url, (world) => runCreateKey(options, world)),
  listKeys: (flags, { url }) => onKeys(flags, url, runListKeys),
  revokeKey: (flags, id, { url }) => onKeys(flags, url, (world) => runRevokeKey(id, world)),
  signIn: (flags, { url }) => runSignIn(linkMaker(flags, url), io),
  backup: (flags, file) => runBackup(file, async (target) => backupFile(fileOf(flags), target), io),
  export: (flags, file) => exportHere(readConfig(process.env, flags), file, io),
  import: (flags, file, { fromKey }) => importHere(readConfig(process.env, flags), { file, fromKey }, io),
  sign: async (options) =>
    runSign(options, readInput(), { ...io, nowS: () => systemClock.nowMs() / 1000, crypto: nodeCrypto() }),
  async verify(options) {
    const body = options.vectors === undefined ? readInput() : new Uint8Array();
    return runVerify(options, body, { ...io, nowS: () => systemClock.nowMs() / 1000, crypto: nodeCrypto() });
  },
  doctor,
  trigger: (flags, type, options) =>
    runTrigger(
      type,
      { ...options, url: options.url ?? serverUrl(flags) },
      {
        ...io,
        findKey: () => findAdminKey(flags),
        post: (url, headers, body) => fetchText(url, { method: 'POST', headers, body }),
        send: postLocally,
        nowMs: systemClock.nowMs,
        newId: () => Buffer.from(systemRandom().bytes(12)).toString('hex'),
        crypto: nodeCrypto(),
      },
    ),
  async types(flags, { url, key, account }) {
    const isAsked = url !== undefined || key !== undefined || account !== undefined;
    const server = { url: url ?? serverUrl(flags), key: key ?? findAdminKey(flags), account };
    return await runTypes({ ...io, ask: isAsked ? askerOf(server) : null });
  },
  async demo({ orders, faults, json }) {
    if (/^[1-9]\d{0,5}$/.test(orders)) return await demoHere({ orders: Number(orders), faults, json }, io);
    io.err(`--orders ${orders}: give a number from 1 to 999999.`);
    return 2;
  },
  listen: (flags, { url, key, account, ...options }) =>
    listenHere(
      { ...options, name: options.name ?? hostname() },
      { url: url ?? serverUrl(flags), key: key ?? findAdminKey(flags), account },
      io,
    ),
};

/** The admin key of the environment, or of the file beside the database. */
function findAdminKey(flags: Flags): string | null {
  const { adminKey, database } = readConfig(process.env, flags);
  if (adminKey !== null || database.kind !== 'sqlite') return adminKey;
  const file = adminKeyFile(database.file);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
}

/** Where the settings say that the server listens, as this machine reaches it. */
function serverUrl(flags: Flags): string {
  const { host, port } = readConfig(process.env, flags);
  if (port === 0)
    throw new SurehookError(
      'invalid',
      'SUREHOOK_PORT is 0, so the server listens on a port of its own choice: give --url.',
    );
  return urlOf({ '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host, port);
}

async function doctor(
  flags: Flags,
  url: string,
  { server, key, ...options }: DoctorOptions & { server?: string; key?: string },
): Promise<number> {
  const policy = policyOf(readConfig(process.env, flags));
  const sender = createSender({ policy });
  const timeouts = { timeoutMs: limits.doctorTimeoutMs, connectTimeoutMs };
  try {
    return await runDoctor(url, options, {
      ...io,
      policy,
      version,
      nowMs: () => systemClock.nowMs(),
      random: (count) => systemRandom().bytes(count),
      crypto: nodeCrypto(),
      lookUp: (hostname) => createResolver({ clock: systemClock }).lookUp(hostname),
      certificate: certificateAt,
      send: (request) => sender.send(request, timeouts),
      async test(id, event) {
        const base = (server ?? serverUrl(flags)).replace(/\/+$/, '');
        const headers = {
          authorization: `Bearer ${key ?? findAdminKey(flags)}`,
          'content-type': 'application/json',
        };
        const init = { method: 'POST', headers, body: JSON.stringify(event) };
        const { status, body } = await fetchText(`${base}/v1/endpoints/${encodeURIComponent(id)}/test`, init);
        const answer = JSON.parse(body);
        if (status !== 200)
          throw new SurehookError('invalid', `The server answered ${status}: ${answer.detail}`);
        return answer;
      },
    });
  } finally {
    await sender.close();
  }
}

/** On the server that works on the database, else on the database itself. */
async function onKeys(
  flags: Flags,
  url: string | undefined,
  act: (world: KeysWorld) => Promise<number>,
): Promise<number> {
  const { database } = readConfig(process.env, flags);
  if (database.kind === 'sqlite') {
    const { file } = database;
    if (!existsSync(file))
      throw new SurehookError(
        'not_found',
        `There is no database ${file} yet; "surehook start" makes it. Another one is named with --database.`,
      );
    if (isLocked(file)) return await act({ ...io, keys: keysOfServer(callerOf(flags, url)) });
  }
  return await onStore(flags, (store) => {
    const nowMs = systemClock.nowMs();
    return act({ ...io, keys: keysInStore({ store, random: systemRandom(), nowMs, sha256 }) });
  });
}

/** A one-time link: from the server that works on the database, else written into the database for the next one. */
async function linkMaker(flags: Flags, url: string | undefined): Promise<SignInLink> {
  const { database, publicUrl } = readConfig(process.env, flags);
  const isShared = database.kind === 'postgres';
  if (!isShared && existsSync(database.file) && isLocked(database.file)) {
    const { status, body } = await callerOf(flags, url)('POST', '/v1/sign-in-links', {});
    if (status === 201) return { url: (JSON.parse(body) as { url: string }).url, isRunning: true };
    throw new SurehookError('unavailable', `The running server answered ${status}: ${body.slice(0, 300)}`);
  }
  const base = url ?? publicUrl ?? serverUrl(flags);
  return await onStore(flags, async (store) => {
    const parts = { store, clock: systemClock, random: systemRandom(), passwords: scryptPasswords(), sha256 };
    const { token } = await createPeople(parts).link(null);
    return { url: signInUrl(base.replace(/\/+$/, ''), token), isRunning: isShared };
  });
}

function callerOf(flags: Flags, url: string | undefined): CallServer {
  const base = (url ?? serverUrl(flags)).replace(/\/+$/, '');
  const key = findAdminKey(flags);
  if (key === null)
    throw new SurehookError(
      'invalid',
      'A server works on this database and there is no admin key beside it: set SUREHOOK_ADMIN_KEY to the one it was started with.',
    );
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return async (method, path, body) => {
    try {
      return await fetchText(`${base}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw new SurehookError(
        'unavailable',
        `The database is in use by another process, and no server answers at ${base}. Give its address with --url, or stop that process.`,
      );
    }
  };
}

async function start({ demoShop = false, ...flags }: Flags): Promise<number> {
  const settings = readConfig(process.env, flags);
  // Known before anything starts, for the addresses of our own bins are let through wherever we are.
  const config = { ...settings, port: await requireAddress(settings) };
  const isNew = config.database.kind === 'sqlite' && !existsSync(config.database.file);
  const keys = keysFor(config);
  const running = await startServer(config, keys, version, () => process.exit(1)).catch((error) => {
    undoKeys(config, keys);
    throw error;
  });
  // Before anybody is greeted: who reads that it listens may stop it at once.
  const stopping = stopOnSignal(running);
  if (config.dev) {
    const shop = demoShop === true && isNew ? await shopAt(running.url, keys.adminKey, stopping) : null;
    const { host } = config;
    const { port } = settings;
    if (!stopping.aborted)
      await greet({ shop, host, port, adminKey: keys.adminKey, crypto: nodeCrypto(), running });
  }
  // Until a signal ends it.
  return await new Promise<never>(() => {});
}

/** The first signal lets what is under way end; another one, a second later or more, ends it at once. Aborted by the first. */
function stopOnSignal(running: Running): AbortSignal {
  const stopping = new AbortController();
  let firstMs: number | null = null;
  const stop = (): void => {
    const nowMs = performance.now();
    if (firstMs !== null) {
      if (nowMs - firstMs > secondSignalMs) process.exit(1);
      return;
    }
    firstMs = nowMs;
    stopping.abort();
    running.stop().then(
      () => process.exit(0),
      (error) => {
        io.err(`surehook: stopping failed: ${String(error)}`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop);
  return stopping.signal;
}

/** A shop for a newcomer to look at; null when it could not be set up, which nothing depends on. */
async function shopAt(url: string, key: string | null, stopping: AbortSignal): Promise<Shop | null> {
  const newSecret = (): string => `whsec_${Buffer.from(systemRandom().bytes(32)).toString('base64')}`;
  try {
    return await openShop(askerOf({ url, key }), (account) => askerOf({ url, key, account }), newSecret);
  } catch (error) {
    if (!stopping.aborted) io.err(`surehook: there is no demo shop: ${(error as Error).message}`);
    return null;
  }
}

/** The keys of a database, once it is known that there can be one. */
function keysFor(config: Config): Keys {
  const { database } = config;
  if (database.kind === 'sqlite' && database.file !== ':memory:') prepareFolder(database.file);
  return loadOrMakeKeys(config);
}

/** Keys that were made for a database which could not be made go again. */
function undoKeys({ database }: Config, { made }: Keys): void {
  if (database.kind === 'sqlite' && !existsSync(database.file))
    for (const file of made) rmSync(file, { force: true });
}

function fileOf(flags: Flags): string {
  const { database } = readConfig(process.env, flags);
  if (database.kind !== 'sqlite')
    throw new SurehookError(
      'invalid',
      'This command works on a SQLite file. A PostgreSQL database is backed up with pg_dump or a base backup.',
    );
  return database.file;
}

async function onStore<T>(flags: Flags, act: (store: Store) => Promise<T>): Promise<T> {
  const config = readConfig(process.env, flags);
  const keys = keysFor(config);
  const store = await openStore(config, keys, null).catch((error) => {
    undoKeys(config, keys);
    throw error;
  });
  try {
    return await act(store);
  } finally {
    await store.close();
  }
}

function readInput(): Uint8Array {
  return new Uint8Array(readFileSync(0));
}
