let lastMs = Number.NaN;
let lastText = '';

/**
 * A moment, in milliseconds since 1970, as RFC 3339 in UTC with milliseconds. The last one is remembered: under load ten events
 * share a millisecond, each writes it twice, and writing a date costs as much as scanning a small event. Throws `RangeError` past
 * the years that a Date can hold.
 */
export function timeText(ms: number): string {
  if (ms !== lastMs) {
    lastText = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastText;
}
