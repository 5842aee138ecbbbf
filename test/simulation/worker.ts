import { parentPort, workerData } from 'node:worker_threads';
import { type RunResult, runSeed } from './world.ts';

/** What a worker is to run: every `step`-th seed from `from` on. */
export interface Share {
  from: number;
  count: number;
  step: number;
}

export interface Total {
  seeds: number;
  days: number;
  sends: number;
  deliveries: number;
  nodes: number;
  violations: Pick<RunResult, 'seed' | 'violation' | 'trace'>[];
}

const { from, count, step } = workerData as Share;
const total: Total = { seeds: 0, days: 0, sends: 0, deliveries: 0, nodes: 0, violations: [] };
for (let i = 0; i < count; i++) {
  const result = await runSeed(from + i * step);
  total.seeds += 1;
  total.days += result.days;
  total.sends += result.sends;
  total.deliveries += result.deliveries;
  total.nodes += result.nodes;
  if (result.violation !== null)
    total.violations.push({ seed: result.seed, violation: result.violation, trace: result.trace });
}
parentPort!.postMessage(total);
