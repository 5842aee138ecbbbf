// The dashboard's built files, `dist/dashboard`: made when they are missing or older than what they are made of.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './runtime.js';

const built = path.join(root, 'dist', 'dashboard');
/** Written last: its time says what the files were made of. */
const mark = path.join(built, 'index.html');
const madeOf = ['dashboard', 'package-lock.json', path.join('bin', 'vite.js')];

/** False when they could not be made; what was there before stays. */
export function freshDashboard() {
  const sinceMs = Math.max(...madeOf.map((name) => newestMs(path.join(root, name))));
  if ((fs.statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? 0) > sinceMs) return true;
  process.stderr.write('surehook: building the dashboard (once) …\n');
  return buildDashboard();
}

/** Built aside and moved into place when complete, so that two builds at once and a running server never see half of it. */
export function buildDashboard() {
  const aside = `${built}.${process.pid}`;
  const old = `${aside}.old`;
  try {
    const done = spawnSync(process.execPath, [path.join(root, 'bin', 'vite.js'), aside], {
      encoding: 'utf8',
    });
    if (done.status !== 0) {
      process.stderr.write(`${done.stdout}${done.stderr}${done.error ?? ''}\n`);
      return false;
    }
    if (fs.existsSync(built)) fs.renameSync(built, old);
    fs.renameSync(aside, built);
    fs.utimesSync(mark, new Date(), new Date());
    return true;
  } catch (error) {
    // Another build was a moment faster.
    if (fs.existsSync(mark)) return true;
    process.stderr.write(`surehook: the dashboard could not be built: ${error.message}\n`);
    return false;
  } finally {
    for (const folder of [aside, old]) fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The folder's own time, too: it tells of a file that was taken away. */
function newestMs(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...fs.readdirSync(file).map((name) => newestMs(path.join(file, name))));
}
