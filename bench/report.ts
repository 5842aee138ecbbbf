import type { Received } from './receiver.ts';
import type { Summary } from './summary.ts';

/** One measured thing. */
export interface Row {
  name: string;
  ratePerSecond?: number;
  /** This by that, both of this run. */
  ratio?: { value: number; of: string };
  /** What the ratio or the time is meant to be; judged by `met`. */
  target?: { text: string; met: boolean };
  /** CPU time of the process under test per event, in microseconds, and how much of it was on its main thread. */
  cpuUs?: { total: number; main: number };
  latency?: Summary;
  /** What was counted at the receiver, and what of it was wrong. */
  verified?: { text: string; ok: boolean };
  note?: string;
}

/** All rows of a run, printed as they come and once more as one table. */
export class Report {
  readonly rows: Row[] = [];

  add(row: Row): void {
    this.rows.push(row);
    process.stdout.write(
      `${cellsOf(row)
        .filter((cell) => cell !== '')
        .join('  ')}\n`,
    );
  }

  /** False when an event was lost, came twice in a run without failures, or had a bad signature. */
  get complete(): boolean {
    return this.rows.every((row) => row.verified?.ok !== false);
  }

  table(): string {
    const titles = [
      'workload',
      'rate /s',
      'ratio',
      'target',
      'CPU µs',
      'p50 ms',
      'p99 ms',
      'max ms',
      'verified',
      '',
    ];
    const lines = [titles, ...this.rows.map(cellsOf)];
    const widths = titles.map((_, at) => Math.max(...lines.map((cells) => cells[at]!.length)));
    return lines
      .map((cells) =>
        cells
          .map((cell, at) => cell.padEnd(widths[at]!))
          .join('  ')
          .trimEnd(),
      )
      .join('\n');
  }
}

function cellsOf(row: Row): string[] {
  const { ratePerSecond, ratio, target, cpuUs, latency, verified } = row;
  return [
    row.name,
    ratePerSecond === undefined ? '' : Math.round(ratePerSecond).toLocaleString('en'),
    ratio === undefined ? '' : `${ratio.value.toFixed(2)} ${ratio.of}`,
    target === undefined ? '' : `${target.text} ${target.met ? '✔' : '✖'}`,
    cpuUs === undefined ? '' : `${cpuUs.total.toFixed(0)} (main ${cpuUs.main.toFixed(0)})`,
    latency === undefined ? '' : latency.p50.toFixed(1),
    latency === undefined ? '' : latency.p99.toFixed(1),
    latency === undefined ? '' : latency.max.toFixed(1),
    verified === undefined ? '' : `${verified.ok ? '✔' : '✖'} ${verified.text}`,
    row.note ?? '',
  ];
}

/** Every accepted event there, none twice, every sampled signature good. */
export function verifiedOf(received: Received, expected: number): { text: string; ok: boolean } {
  const { duplicates, missing, badSignatures, checkedSignatures } = received;
  const wrong = [
    missing > 0 ? `${missing} missing` : '',
    duplicates > 0 ? `${duplicates} twice` : '',
    badSignatures > 0 ? `${badSignatures} of ${checkedSignatures} signatures bad` : '',
  ].filter((text) => text !== '');
  const all = `${received.received}/${expected}`;
  return { text: [all, ...wrong].join(', '), ok: wrong.length === 0 && received.received === expected };
}
