// Writes package-lock.json so that `npm ci` works on every platform. npm leaves out the platform packages that the registry in use
// does not carry, and then refuses its own lock. Their exact versions stand in the packages that want them, so they are
// entered here; npm looks for them only on the platform they are for.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './runtime.js';

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

const options = ['--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
const done = spawnSync('npm', ['install', ...options], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
if (done.status !== 0) process.exit(1);

const file = path.join(root, 'package-lock.json');
const lock = JSON.parse(fs.readFileSync(file, 'utf8'));
for (const wanting of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(wanting.optionalDependencies ?? {})) {
    lock.packages[`node_modules/${name}`] ??= platformEntry(name, version, wanting.dev === true);
  }
}
// The root entry first, then by name: npm's own order.
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
);
fs.writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);

function platformEntry(name, version, dev) {
  const words = name.split('/').at(-1).split('-');
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  if (!os || !cpu || !/^\d+\.\d+\.\d+$/.test(version)) {
    process.stderr.write(
      `${name}@${version} is not in the lock, and its name does not say which platform it is for.\n`,
    );
    process.exit(1);
  }
  const musl = words.some((word) => word.startsWith('musl'));
  const libc = os === 'linux' ? { libc: [musl ? 'musl' : 'glibc'] } : {};
  return { version, cpu: [cpu], ...(dev ? { dev } : {}), ...libc, optional: true, os: [os] };
}
