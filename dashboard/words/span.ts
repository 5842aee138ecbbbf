/** A span of time that statistics are asked about. */
export interface Span {
  sinceMs: number;
  untilMs: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const units: Readonly<Record<string, number>> = { s: 1000, m: minuteMs, h: hourMs, d: 24 * hourMs };
/** As finely as a chart of some hundred buckets can be read. */
const bucketsAtMost = 96;
const lengths: [text: string, ms: number][] = [
  ['1m', minuteMs],
  ['5m', 5 * minuteMs],
  ['15m', 15 * minuteMs],
  ['30m', 30 * minuteMs],
  ['1h', hourMs],
  ['6h', 6 * hourMs],
  ['1d', 24 * hourMs],
];

/** The last 24 hours, unless the address says another span: by times, or by how long ago. */
export function readSpan(
  { since, until }: { since?: string | undefined; until?: string | undefined },
  nowMs: number,
): Span {
  const untilMs = momentOf(until, nowMs) ?? nowMs;
  return { sinceMs: momentOf(since, nowMs) ?? untilMs - 24 * hourMs, untilMs };
}

function momentOf(text: string | undefined, nowMs: number): number | null {
  const ago = /^(\d+)([smhd])$/.exec(text ?? '');
  if (ago !== null) return nowMs - Number(ago[1]) * units[ago[2]!]!;
  const atMs = Date.parse(text ?? '');
  return Number.isNaN(atMs) ? null : atMs;
}

/** The shortest buckets that are not too many for the span. */
export function bucketOf({ sinceMs, untilMs }: Span): { text: string; ms: number } {
  const [text, ms] = lengths.find((one) => (untilMs - sinceMs) / one[1] <= bucketsAtMost) ?? lengths.at(-1)!;
  return { text, ms };
}
