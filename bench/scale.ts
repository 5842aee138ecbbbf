import { parseArgs } from 'node:util';
import { measured, renderScale } from './layouts.ts';

/* `npm run scale`: the table of docs/operating/scale.md, with your own costs where they are given. */

const names = {
  'node-us': 'nodeUs',
  'node-main-us': 'nodeMainUs',
  'database-us': 'databaseUs',
  'log-bytes': 'logBytes',
  'file-main-us': 'fileMainUs',
} as const;
const options = Object.fromEntries(Object.keys(names).map((name) => [name, { type: 'string' as const }]));
const { values } = parseArgs({ options });
const costs = { ...measured };
for (const [option, name] of Object.entries(names)) {
  const given = values[option];
  if (given === undefined) continue;
  if (!(Number(given) > 0)) throw new Error(`--${option} must be a number above 0, not ${String(given)}.`);
  costs[name] = Number(given);
}
process.stdout.write(`${renderScale(costs)}\n`);
