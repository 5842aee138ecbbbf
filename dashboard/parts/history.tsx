import uPlot from 'uplot';
import type { Stats } from '../api/types.ts';
import { Chart, type FilledBucket, type Series } from './chart.tsx';
import { Time } from './time.tsx';

interface Props {
  stats: Stats;
  bucketMs: number;
  select: (since: string, until: string) => void;
}

/** What became of attempts over time and how long they took; the same as a table for who cannot see it. */
export function History({ stats, bucketMs, select }: Props) {
  const charts = { stats, bucketMs, select };
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-4 2xl:grid-cols-2">
        <section className="flex min-w-0 flex-col gap-2">
          <h2 className="font-semibold">Attempts by outcome</h2>
          <Chart {...charts} seriesOf={outcomes} />
        </section>
        <section className="flex min-w-0 flex-col gap-2">
          <h2 className="font-semibold">How long they took, in milliseconds</h2>
          <Chart {...charts} seriesOf={latencies} />
        </section>
      </div>
      <p className="text-xs text-muted">
        Drag over a span to look closer. A percentile is at most what its line says.
      </p>
      <details className="text-sm">
        <summary>As a table</summary>
        <Table stats={stats} />
      </details>
    </div>
  );
}

/** Stacked: drawn from the ground up behind what succeeded, so that what can be seen of it failed. */
function outcomes(buckets: FilledBucket[], colour: (name: string) => string): Series {
  const bars = uPlot.paths.bars!({ size: [0.8, 40], align: 1 });
  const look = (name: string) => ({
    stroke: colour(name),
    fill: colour(name),
    paths: bars,
    points: { show: false },
  });
  const failed = (at: number | null): string => (at === null ? '' : String(buckets[at]?.failed ?? ''));
  return {
    options: {
      y: { range: (_chart, _min, max) => [0, Math.max(4, (max ?? 0) * 1.1)] },
      series: [
        { label: 'Failed', value: (_chart, _total, _series, at) => failed(at), ...look('bad') },
        { label: 'Succeeded', value: (_chart, count) => String(count ?? ''), ...look('good') },
      ],
    },
    // Where nothing happened nothing is drawn.
    data: [
      buckets.map(({ atS }) => atS),
      buckets.map((bucket) => bucket.delivered + bucket.failed || null),
      buckets.map((bucket) => bucket.delivered || null),
    ],
  };
}

/** Three lines that differ by their strokes, too. Far apart as they are, only a logarithm shows them all. */
function latencies(buckets: FilledBucket[], colour: (name: string) => string): Series {
  const line = (label: string, name: string, dash: number[]): uPlot.Series => ({
    label,
    stroke: colour(name),
    width: 2,
    dash,
    points: { show: true, size: 5, fill: colour(name) },
    value: (_chart, ms) => (ms == null ? '' : `≤ ${ms} ms`),
  });
  const of = (share: 'p50' | 'p95' | 'p99') => buckets.map(({ latencyMs }) => latencyMs?.[share] ?? null);
  return {
    options: {
      y: { distr: 3, range: (_chart, _min, max) => [1, Math.max(100, (max ?? 0) * 2)] },
      series: [line('p99', 'bad', [2, 3]), line('p95', 'warn', [8, 4]), line('p50', 'accent', [])],
    },
    data: [buckets.map(({ atS }) => atS), of('p99'), of('p95'), of('p50')],
  };
}

const titles = ['From', 'Succeeded', 'Failed', 'Given up', 'p50', 'p95', 'p99'];

function Table({ stats }: { stats: Stats }) {
  return (
    <section aria-label="As a table" tabIndex={0} className="mt-2 max-h-96 overflow-auto">
      <table className="text-left">
        <thead>
          <tr>
            {titles.map((title) => (
              <th key={title} scope="col" className="pr-6 font-medium">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {stats.buckets.map(({ at, delivered, failed, dead, latencyMs }) => (
            <tr key={at}>
              <td className="pr-6">
                <Time at={at} />
              </td>
              <td>{delivered}</td>
              <td>{failed}</td>
              <td>{dead}</td>
              {(['p50', 'p95', 'p99'] as const).map((share) => (
                <td key={share} className="pr-6 whitespace-nowrap">
                  {latencyMs === null ? '–' : `≤ ${latencyMs[share]} ms`}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
