const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const pattern = /^(\d{1,9})(ms|s|m|h|d)$/;

/** Milliseconds of a duration as requests write it (`500ms`, `30s`, `5m`, `24h`, `30d`); null when it is not one. */
export function parseDuration(text: string): number | null {
  const match = pattern.exec(text);
  return match ? Number(match[1]) * unitMs[match[2] as keyof typeof unitMs] : null;
}

/** The shortest exact way to write a whole number of milliseconds; `parseDuration` reads it back. */
export function formatDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    // A day is written as 24h, as the schedules of the documentation are.
    if (ms > 0 && ms % unitMs[unit] === 0 && (unit !== 'd' || ms > unitMs.d)) return `${ms / unitMs[unit]}${unit}`;
  }
  return `${ms}ms`;
}
