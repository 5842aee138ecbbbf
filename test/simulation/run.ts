import { parseArgs } from 'node:util';
import { report, runSeeds } from './seeds.ts';
import { runSeed } from './world.ts';

/* `npm run simulate -- COUNT`: that many seeds; `npm run simulate -- 1 --seed 4711`: one, with its whole trace. */

const { values, positionals } = parseArgs({ allowPositionals: true, options: { seed: { type: 'string' } } });
const count = Number(positionals[0] ?? 1000);
const from = Number(values.seed ?? 1);
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(from) || from < 0) {
  process.stderr.write(
    'Give the number of seeds, and the first one with --seed: npm run simulate -- 1000 --seed 1\n',
  );
  process.exit(2);
}
if (count === 1) {
  const { violation, trace, hash } = await runSeed(from, { keepTrace: true });
  process.stdout.write(`${trace.join('\n')}\n\n`);
  process.stdout.write(
    violation === null ? `no violation, trace ${hash}\n` : `${violation.invariant}: ${violation.detail}\n`,
  );
  process.exitCode = violation === null ? 0 : 1;
} else {
  const startMs = performance.now();
  const { seeds, days, sends, deliveries, nodes, violations } = await runSeeds(from, count);
  for (const one of violations.slice(0, 5)) process.stdout.write(`${report(one)}\n\n`);
  const seconds = (performance.now() - startMs) / 1000;
  const years = (days / 365).toFixed(1);
  process.stdout.write(
    `${seeds} seeds from ${from}, ${years} simulated years, ${nodes} processes, ${deliveries} deliveries, ${sends} requests, in ${seconds.toFixed(0)} s: ${violations.length} violations\n`,
  );
  process.exitCode = violations.length > 0 ? 1 : 0;
}
