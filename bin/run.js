// Runs a script of the clone with everything it needs: `node bin/run.js FILE [ARGUMENT …]`.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, stop } from './runtime.js';

await prepare();
const file = process.argv[2];
if (file === undefined) stop('name the script to run: node bin/run.js FILE [ARGUMENT …]');
const script = path.resolve(file);
process.argv.splice(1, 2, script);
await import(pathToFileURL(script).href);
