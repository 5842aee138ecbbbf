import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import type { Stats } from '../api/types.ts';
import { clockText, useUtc } from './time.tsx';

const height = 200;
/** What is narrower was a click. */
const draggedPx = 4;

/** Buckets over time as a chart shows them. */
export interface Series {
  options: Pick<uPlot.Options, 'series'> & { y: uPlot.Scale };
  data: uPlot.AlignedData;
}

interface Props {
  stats: Stats;
  bucketMs: number;
  /** Called with the colours of the present theme. */
  seriesOf: (buckets: FilledBucket[], colour: (name: string) => string) => Series;
  /** A span was dragged over. */
  select: (since: string, until: string) => void;
}

/** One bucket; what the answer leaves out is empty. */
export interface FilledBucket {
  atS: number;
  delivered: number;
  failed: number;
  latencyMs: Stats['buckets'][number]['latencyMs'];
}

/** A picture of what a table beside it says in numbers. */
export function Chart({ stats, bucketMs, seriesOf, select }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const utc = useUtc();
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const buckets = filledBuckets(stats, bucketMs);
    const { options, data } = seriesOf(buckets, coloursOf(element));
    const chart = new uPlot(
      {
        ...frameOf(element, bucketMs, options.y),
        axes: axesOf(element, utc),
        series: [{ label: 'From', value: (_chart, atS) => momentText(atS, utc) }, ...options.series],
        hooks: { setSelect: [selectionTo(select)] },
      },
      data,
      element,
    );
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [stats, bucketMs, seriesOf, select, utc]);
  return (
    <div
      ref={box}
      aria-hidden="true"
      className="min-w-0 overflow-hidden rounded-md border border-line bg-surface p-2"
    />
  );
}

function momentText(atS: number | null, utc: boolean): string {
  return atS === null ? '' : clockText(atS * 1000, utc).join(' ');
}

/** Times as everywhere on the page: 24 hours, in the zone that was chosen; the day stands where one begins. */
function axesOf(element: HTMLElement, utc: boolean): uPlot.Axis[] {
  const colour = coloursOf(element);
  const axis = {
    stroke: colour('muted'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
    font: `12px ${getComputedStyle(element).fontFamily}`,
  };
  const times = (_chart: uPlot, splits: number[]): string[] => {
    let before = '';
    return splits.map((atS) => {
      const [day, time] = clockText(atS * 1000, utc);
      const isNew = day !== before;
      before = day;
      return isNew ? `${time}\n${day}` : time;
    });
  };
  return [
    { ...axis, values: times },
    { ...axis, size: 56 },
  ];
}

function frameOf(
  element: HTMLElement,
  bucketMs: number,
  y: uPlot.Scale,
): Omit<uPlot.Options, 'series' | 'axes'> {
  return {
    width: element.clientWidth,
    height,
    cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false } },
    scales: { x: { range: (_chart, min, max) => [min, max + bucketMs / 1000] }, y },
  };
}

function selectionTo(select: Props['select']) {
  return (chart: uPlot): void => {
    const { left, width } = chart.select;
    if (width < draggedPx) return;
    const at = (x: number): string => new Date(Math.round(chart.posToVal(x, 'x')) * 1000).toISOString();
    select(at(left), at(left + width));
  };
}

/** `light-dark()` has to be resolved: a canvas knows no themes. */
function coloursOf(element: HTMLElement): (name: string) => string {
  return (name) => {
    const probe = document.createElement('span');
    probe.style.color = `var(--color-${name})`;
    element.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };
}

const bucketsShown = 1000;

function filledBuckets({ since, until, buckets }: Stats, bucketMs: number): FilledBucket[] {
  const byTime = new Map(buckets.map((bucket) => [Date.parse(bucket.at), bucket]));
  const firstMs = Math.floor(Date.parse(since) / bucketMs) * bucketMs;
  const count = Math.min(bucketsShown, Math.ceil((Date.parse(until) - firstMs) / bucketMs));
  return Array.from({ length: count }, (_, place) => {
    const atMs = firstMs + place * bucketMs;
    const { delivered = 0, failed = 0, latencyMs = null } = byTime.get(atMs) ?? {};
    return { atS: atMs / 1000, delivered, failed, latencyMs };
  });
}
