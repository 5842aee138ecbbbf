// Builds what is published: JavaScript and declarations in dist/, and with `--sdk` those of the package at the receiver, in sdk/dist/.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { prepare, root } from './runtime.js';

await prepare();
const home = process.argv.includes('--sdk') ? path.join(root, 'sdk') : root;
fs.rmSync(path.join(home, 'dist'), { recursive: true, force: true });
const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const project = path.join(home, 'tsconfig.build.json');
const done = spawnSync(process.execPath, [tsc, '-p', project], { cwd: root, stdio: 'inherit' });
process.exit(done.status ?? 1);
