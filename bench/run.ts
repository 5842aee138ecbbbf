import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { nowMs } from './clock.ts';
import { Machine } from './machine.ts';
import { Report } from './report.ts';
import { accept } from './workloads/accept.ts';
import { backlog } from './workloads/backlog.ts';
import { fairness } from './workloads/fairness.ts';
import { fanOutToHundred } from './workloads/fan-out.ts';
import { inbound } from './workloads/inbound.ts';
import { isolation } from './workloads/isolation.ts';
import { lists, listsOnPostgres } from './workloads/lists.ts';
import { oneToOne } from './workloads/one-to-one.ts';
import { postgres } from './workloads/postgres.ts';
import { queues } from './workloads/queues.ts';

/* `npm run bench`: workloads next to the physical limits of the same run. See docs/operating/benchmarks.md. */

const workloads: Record<string, (machine: Machine, report: Report) => Promise<void>> = {
  accept,
  '1:1': oneToOne,
  '1:100': fanOutToHundred,
  isolation,
  fairness,
  backlog,
  inbound,
  lists,
  'lists-postgres': listsOnPostgres,
  queues,
  postgres,
};

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    json: { type: 'string' },
    folder: { type: 'string' },
    database: { type: 'string' },
  },
});

const names = values.only ?? Object.keys(workloads);
const unknown = names.filter((name) => !(name in workloads));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no workload ${unknown.join(', ')}: use ${Object.keys(workloads).join(', ')}.\n`,
  );
  process.exit(2);
}

const url = values.database ?? process.env.TEST_DATABASE_URL ?? null;
const machine = new Machine({ folder: values.folder ?? null, quick: values.quick, url });
const report = new Report();
const startMs = nowMs();
const host = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.versions.node}, ${process.platform}`;
process.stdout.write(`${host}\n\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void machine.end().then(() => process.exit(1)));
try {
  for (const name of names) await workloads[name]!(machine, report);
} finally {
  await machine.end();
}
process.stdout.write(`\n${report.table()}\n\n${((nowMs() - startMs) / 1000).toFixed(0)} s\n`);
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ host, rows: report.rows }, null, 2)}\n`);
if (!report.complete) {
  process.stdout.write('Not everything that was accepted arrived once and signed: see ✖ above.\n');
  process.exitCode = 1;
}
