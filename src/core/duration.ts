const pattern = /^(\d{1,9})(ms|s|m|h|d)$/;
const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const unitsDown = ['d', 'h', 'm', 's', 'ms'] as const;

/** How a duration has to be written, for error texts. */
export const durationForm = 'a duration such as "500ms", "30s", "5m", "1h" or "30d"';

/** Milliseconds of a duration as the API writes it: a whole number and one of `ms s m h d`; null for anything else. */
export function parseDuration(value: unknown): number | null {
  const parts = typeof value === 'string' ? pattern.exec(value) : null;
  if (parts === null) return null;
  return Number(parts[1]) * unitMs[parts[2] as keyof typeof unitMs];
}

/** A duration as it was written if `text` still means `ms`, else as `formatDuration` has it. */
export function durationText(ms: number, text: string | undefined): string {
  return text !== undefined && parseDuration(text) === ms ? text : formatDuration(ms);
}

/** A duration as the API writes it, in the largest unit that says it exactly; a single day is `24h`, as schedules write it. `ms` is a whole number, not negative. */
export function formatDuration(ms: number): string {
  const unit =
    unitsDown.find((name) => ms >= (name === 'd' ? 2 : 1) * unitMs[name] && ms % unitMs[name] === 0) ?? 's';
  return `${ms / unitMs[unit]}${unit}`;
}
