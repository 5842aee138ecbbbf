import { existsSync, readFileSync, rmSync } from 'node:fs';
import { backupFile } from './adapters/sqlite/backup.ts';
import { migrationStatus } from './adapters/sqlite/connection.ts';
import { openSqliteStore, prepareFolder } from './adapters/sqlite/open.ts';
import { systemClock } from './adapters/system/clock.ts';
import { nodeCrypto } from './adapters/system/crypto.ts';
import { adminKeyFile, type Keys, loadOrMakeKeys } from './adapters/system/keys.ts';
import { systemRandom } from './adapters/system/random.ts';
import { createVault } from './adapters/system/vault.ts';
import { runBackup } from './cli/backup.ts';
import { greet } from './cli/greet.ts';
import type { Io } from './cli/io.ts';
import { type KeysWorld, runCreateKey, runListKeys, runRevokeKey } from './cli/keys.ts';
import { runMigrate } from './cli/migrate.ts';
import { type Acts, buildProgram, type Flags } from './cli/program.ts';
import { runSign } from './cli/sign.ts';
import { runTrigger } from './cli/trigger.ts';
import { runVerify } from './cli/verify.ts';
import { type Config, ConfigError, readConfig, settingRows } from './config.ts';
import { StoreError, SurehookError } from './core/errors.ts';
import { requireAddress } from './listen.ts';
import { sha256, startServer } from './start.ts';

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
    const file = fileOf(flags);
    return await runMigrate(options, {
      ...io,
      status: () => migrationStatus(file),
      apply: () => onStore(flags, async () => {}),
    });
  },
  createKey: (flags, options) => onStore(flags, (world) => runCreateKey(options, world)),
  listKeys: (flags) => onStore(flags, runListKeys),
  revokeKey: (flags, id) => onStore(flags, (world) => runRevokeKey(id, world)),
  backup: (flags, file) => runBackup(file, async (target) => backupFile(fileOf(flags), target), io),
  sign: async (options) =>
    runSign(options, readInput(), { ...io, nowS: () => systemClock.nowMs() / 1000, crypto: nodeCrypto() }),
  async verify(options) {
    const body = options.vectors === undefined ? readInput() : new Uint8Array();
    return runVerify(options, body, { ...io, nowS: () => systemClock.nowMs() / 1000, crypto: nodeCrypto() });
  },
  trigger: (flags, type, options) =>
    runTrigger(type, options, {
      ...io,
      findKey() {
        const { adminKey, database } = readConfig(process.env, flags);
        if (adminKey !== null || database.kind !== 'sqlite') return adminKey;
        const file = adminKeyFile(database.file);
        return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
      },
      async post(url, headers, body) {
        const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'error' });
        return { status: answer.status, body: await answer.text() };
      },
    }),
};

async function start(flags: Flags): Promise<number> {
  const config = readConfig(process.env, flags);
  await requireAddress(config);
  const keys = keysFor(config);
  const running = await startServer(config, keys, version, () => process.exit(1)).catch((error) => {
    undoKeys(config, keys);
    throw error;
  });
  if (config.dev)
    await greet({
      host: config.host,
      port: config.port,
      adminKey: keys.adminKey ?? '',
      crypto: nodeCrypto(),
      running,
    });
  return await new Promise((resolve) => {
    let firstMs: number | null = null;
    const stop = (): void => {
      const nowMs = performance.now();
      if (firstMs !== null) {
        if (nowMs - firstMs > secondSignalMs) process.exit(1);
        return;
      }
      firstMs = nowMs;
      running.stop().then(
        () => process.exit(0),
        (error) => {
          io.err(`surehook: stopping failed: ${String(error)}`);
          process.exit(1);
        },
      );
    };
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop);
    process.on('exit', () => resolve(0));
  });
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
  if (database.kind !== 'sqlite') throw new SurehookError('invalid', 'This command works on a SQLite file.');
  return database.file;
}

async function onStore<T>(flags: Flags, act: (world: KeysWorld) => Promise<T>): Promise<T> {
  const config = readConfig(process.env, flags);
  const file = fileOf(flags);
  const keys = keysFor(config);
  const vault = createVault(keys.encryptionKey);
  const store = await openSqliteStore({ file, vault, mode: 'inline' }).catch((error) => {
    undoKeys(config, keys);
    throw error;
  });
  try {
    return await act({ ...io, store, random: systemRandom(), nowMs: systemClock.nowMs(), sha256 });
  } finally {
    await store.close();
  }
}

function readInput(): Uint8Array {
  return new Uint8Array(readFileSync(0));
}
