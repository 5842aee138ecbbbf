import type { Latency, Stats } from '../store.ts';
import type { Row } from './row.ts';

/** Upper bounds of the histogram of durations; the last bucket has none. */
export const bucketBoundsMs = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000] as const;

/** The columns of the histogram, one for each bucket. */
export const bucketColumns = [...bucketBoundsMs.map((_, i) => `h${i}`), `h${bucketBoundsMs.length}`];

/** The figures of a row of summed minutes. */
export function figuresOf(row: Row): Omit<Stats['buckets'][number], 'atMs'> {
  const delivered = row.delivered as number;
  const failed = row.failed as number;
  const attempts = delivered + failed;
  return {
    delivered,
    failed,
    dead: row.dead as number,
    latencyMs: attempts === 0 ? null : latencyOf(row, attempts),
  };
}

function latencyOf(total: Row, attempts: number): Latency {
  const share = (part: number): number => {
    let seen = 0;
    for (const [i, name] of bucketColumns.entries()) {
      seen += total[name] as number;
      if (seen >= part * attempts) return bucketBoundsMs[Math.min(i, bucketBoundsMs.length - 1)]!;
    }
    return bucketBoundsMs.at(-1)!;
  };
  return {
    mean: (total.duration_sum as number) / attempts,
    p50: share(0.5),
    p95: share(0.95),
    p99: share(0.99),
  };
}
