import { parentPort, workerData } from 'node:worker_threads';
import type { Share, Total } from './seeds.ts';
import { runSeed } from './world.ts';

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
