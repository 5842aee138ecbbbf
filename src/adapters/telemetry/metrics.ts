/** The text of /metrics (Prometheus exposition format 0.0.4): counters and histograms with few, fixed labels; never an account, URL or id. */
export class Metrics {
  readonly #counters = new Map<string, { help: string; values: Map<string, number> }>();
  readonly #histograms = new Map<
    string,
    { help: string; bounds: readonly number[]; counts: number[]; sum: number }
  >();

  /** Declares a counter; `labels` is the text between the braces, empty for none. */
  counter(name: string, help: string): (labels?: string, by?: number) => void {
    const values = new Map<string, number>();
    this.#counters.set(name, { help, values });
    return (labels = '', by = 1) => values.set(labels, (values.get(labels) ?? 0) + by);
  }

  /** Declares a histogram of seconds; the answer takes a duration in milliseconds. */
  histogram(name: string, help: string, boundsS: readonly number[]): (durationMs: number) => void {
    const histogram = {
      help,
      bounds: boundsS,
      counts: new Array<number>(boundsS.length + 1).fill(0),
      sum: 0,
    };
    this.#histograms.set(name, histogram);
    return (durationMs) => {
      const seconds = durationMs / 1000;
      let i = 0;
      while (i < boundsS.length && seconds > boundsS[i]!) i += 1;
      histogram.counts[i]! += 1;
      histogram.sum += seconds;
    };
  }

  /** Everything counted so far, and the gauges as they are now. */
  text(gauges: readonly { name: string; help: string; value: number }[]): string {
    const lines: string[] = [];
    for (const [name, { help, values }] of this.#counters) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
      if (values.size === 0) lines.push(`${name} 0`);
      for (const [labels, value] of values) lines.push(`${name}${labels && `{${labels}}`} ${value}`);
    }
    for (const [name, { help, bounds, counts, sum }] of this.#histograms) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} histogram`);
      let total = 0;
      bounds.forEach((bound, i) => {
        total += counts[i]!;
        lines.push(`${name}_bucket{le="${bound}"} ${total}`);
      });
      total += counts[bounds.length]!;
      lines.push(`${name}_bucket{le="+Inf"} ${total}`, `${name}_sum ${sum}`, `${name}_count ${total}`);
    }
    for (const { name, help, value } of gauges)
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`);
    return `${lines.join('\n')}\n`;
  }
}
