#!/usr/bin/env node
// The command. From a clone it runs the sources as they are; as a package, what was built from them.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isClone, prepare, root } from './runtime.js';

await prepare();
if (isClone && process.argv[2] === 'start') {
  const { freshDashboard } = await import('./dashboard.js');
  // Events are taken in and sent without it.
  if (!freshDashboard()) process.stderr.write('surehook: starting without a new dashboard (see above).\n');
}
const main = isClone ? path.join(root, 'src', 'main.ts') : path.join(root, 'dist', 'src', 'main.js');
const { run } = await import(pathToFileURL(main).href);
await run(process.argv.slice(2));
