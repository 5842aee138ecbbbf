import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Share, Total } from './worker.ts';

/** Runs seeds `from`, `from + 1`, … on all cores. A seed gives the same course wherever it runs. */
export async function runSeeds(from: number, count: number): Promise<Total> {
  const workers = Math.min(availableParallelism(), count);
  const totals = await Promise.all(
    Array.from({ length: workers }, (_, i) =>
      runShare({ from: from + i, count: Math.ceil((count - i) / workers), step: workers }),
    ),
  );
  return totals.reduce((sum, one) => ({
    seeds: sum.seeds + one.seeds,
    days: sum.days + one.days,
    sends: sum.sends + one.sends,
    deliveries: sum.deliveries + one.deliveries,
    nodes: sum.nodes + one.nodes,
    violations: [...sum.violations, ...one.violations].sort((a, b) => a.seed - b.seed),
  }));
}

async function runShare(share: Share): Promise<Total> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: share });
  return await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** A violation with the end of what led to it, for people. */
export function report({ seed, violation, trace }: Total['violations'][number]): string {
  return `seed ${seed}: ${violation?.invariant}: ${violation?.detail}\n${trace.slice(-25).join('\n')}`;
}
