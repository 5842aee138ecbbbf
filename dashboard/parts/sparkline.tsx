import type { Stats } from '../api/types.ts';

const hours = 24;
const width = 96;
const height = 20;

/** Attempts of the last hours: succeeded below, failed above. The numbers stand beside it in words. */
export function Sparkline({ stats }: { stats: Stats }) {
  const { attempts, delivered, failed, latencyMs, until, buckets } = stats;
  if (attempts === 0) return <span className="text-xs text-muted">no attempts</span>;
  const endMs = Math.ceil(Date.parse(until) / 3_600_000) * 3_600_000;
  const most = Math.max(...buckets.map((bucket) => bucket.delivered + bucket.failed));
  const step = width / hours;
  const words = `${delivered} succeeded, ${failed} failed${latencyMs === null ? '' : `, p95 ≤ ${latencyMs.p95} ms`}`;
  return (
    <span className="flex items-center gap-2 text-xs" title={words}>
      <svg width={width} height={height} aria-hidden="true" className="shrink-0">
        {buckets.map(({ at, delivered: good, failed: bad }) => {
          const x = width - ((endMs - Date.parse(at)) / 3_600_000) * step;
          const goodHeight = (good / most) * height;
          const badHeight = (bad / most) * height;
          return (
            <g key={at}>
              <rect
                className="fill-good"
                x={x}
                width={step - 1}
                y={height - goodHeight}
                height={goodHeight}
              />
              <rect
                className="fill-bad"
                x={x}
                width={step - 1}
                y={height - goodHeight - badHeight}
                height={badHeight}
              />
            </g>
          );
        })}
      </svg>
      <span className="truncate">
        {((100 * delivered) / attempts).toFixed(delivered === attempts ? 0 : 1)} %
        {latencyMs === null ? '' : ` · p95 ≤ ${latencyMs.p95} ms`}
      </span>
    </span>
  );
}
