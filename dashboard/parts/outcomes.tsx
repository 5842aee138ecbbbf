import 'uplot/dist/uPlot.min.css';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import type { Stats } from '../api/types.ts';
import { Time } from './time.tsx';

const height = 220;
/** As the statistics were asked for. */
const bucketS = 1800;

/** Outcomes over time, stacked. Dragging over a span looks at its deliveries; the same as a table for who cannot see it. */
export function Outcomes({ stats }: { stats: Stats }) {
  const box = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const chart = draw(
      element,
      stats,
      (since, until) => void navigate({ to: '/deliveries', search: { since, until } }),
    );
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [stats, navigate]);
  return (
    <div>
      <div
        ref={box}
        aria-hidden="true"
        className="min-w-0 overflow-hidden rounded-md border border-line bg-surface p-2"
      />
      <p className="mt-1 text-xs text-muted">Drag over a span to look at its deliveries.</p>
      <details className="mt-1 text-sm">
        <summary>As a table</summary>
        <table className="mt-2 text-left">
          <thead>
            <tr>
              {['From', 'Succeeded', 'Failed', 'Given up'].map((title) => (
                <th key={title} scope="col" className="pr-6 font-medium">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {stats.buckets.map(({ at, delivered, failed, dead }) => (
              <tr key={at}>
                <td className="pr-6">
                  <Time at={at} />
                </td>
                <td>{delivered}</td>
                <td>{failed}</td>
                <td>{dead}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}

function draw(element: HTMLElement, stats: Stats, selected: (since: string, until: string) => void): uPlot {
  const style = getComputedStyle(element);
  // `light-dark()` has to be resolved: a canvas knows no themes.
  const colour = (name: string): string => {
    const probe = document.createElement('span');
    probe.style.color = `var(--color-${name})`;
    element.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };
  const filled = filledBuckets(stats);
  const times = filled.map(({ atS }) => atS);
  // Where nothing happened nothing is drawn.
  const delivered = filled.map((bucket) => bucket.delivered || null);
  const total = filled.map((bucket) => bucket.delivered + bucket.failed || null);
  const axis = {
    stroke: colour('muted'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
    font: `12px ${style.fontFamily}`,
  };
  const bars = uPlot.paths.bars!({ size: [0.8, 40], align: 1 });
  return new uPlot(
    {
      width: element.clientWidth,
      height,
      cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false } },
      scales: {
        x: { range: (_chart, min, max) => [min, max + bucketS] },
        y: { range: (_chart, _min, max) => [0, Math.max(4, (max ?? 0) * 1.1)] },
      },
      axes: [axis, { ...axis, size: 56 }],
      series: [
        { label: 'From' },
        {
          // Drawn from the ground up, behind what succeeded: what can be seen of it failed.
          label: 'Failed',
          value: (_chart, _total, _series, at) => (at === null ? '--' : String(filled[at]?.failed ?? '--')),
          stroke: colour('bad'),
          fill: colour('bad'),
          paths: bars,
          points: { show: false },
        },
        {
          label: 'Succeeded',
          stroke: colour('good'),
          fill: colour('good'),
          paths: bars,
          points: { show: false },
        },
      ],
      hooks: {
        setSelect: [
          (chart) => {
            const { left, width } = chart.select;
            if (width < 4) return;
            const at = (x: number): string => new Date(chart.posToVal(x, 'x') * 1000).toISOString();
            selected(at(left), at(left + width));
          },
        ],
      },
    },
    [times, total, delivered],
    element,
  );
}

/** With the buckets in which nothing happened, which the answer leaves out. */
function filledBuckets({
  since,
  until,
  buckets,
}: Stats): { atS: number; delivered: number; failed: number }[] {
  const byTime = new Map(
    buckets.map(({ at, delivered, failed }) => [Date.parse(at) / 1000, { delivered, failed }]),
  );
  const firstS = Math.floor(Date.parse(since) / 1000 / bucketS) * bucketS;
  const count = Math.min(1000, Math.ceil((Date.parse(until) / 1000 - firstS) / bucketS));
  return Array.from({ length: count }, (_, at) => {
    const atS = firstS + at * bucketS;
    return { atS, ...(byTime.get(atS) ?? { delivered: 0, failed: 0 }) };
  });
}
