#!/usr/bin/env node
// The command. From a clone it runs the sources as they are; as a package, what was built from them.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isClone, prepare, root } from './runtime.js';

await prepare();
const main = isClone ? path.join(root, 'src', 'main.ts') : path.join(root, 'dist', 'src', 'main.js');
const { run } = await import(pathToFileURL(main).href);
await run(process.argv.slice(2));
