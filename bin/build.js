// Builds what is published: JavaScript and declarations in dist/ and the dashboard in dist/dashboard, or with `--sdk` the package at the
// receiver, in sdk/dist/.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { buildDashboard } from './dashboard.js';
import { prepare, root } from './runtime.js';

await prepare();
const home = process.argv.includes('--sdk') ? path.join(root, 'sdk') : root;
fs.rmSync(path.join(home, 'dist'), { recursive: true, force: true });
const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const project = path.join(home, 'tsconfig.build.json');
const done = spawnSync(process.execPath, [tsc, '-p', project], { cwd: root, stdio: 'inherit' });
if (done.status !== 0) process.exit(1);
process.exit(home !== root || buildDashboard() ? 0 : 1);
