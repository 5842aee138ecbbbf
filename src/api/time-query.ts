import { Type } from 'typebox';
import { durationForm, parseDuration } from '../core/duration.ts';
import { invalid } from '../core/errors.ts';
import { timeText } from '../core/time-text.ts';

/** How times may be written, for descriptions. */
export const timeForm = 'RFC 3339 time, or a duration back from now such as `24h`.';

/** Query parameters or body members that bound a span of time. */
export const spanFields = {
  since: Type.Optional(Type.String({ maxLength: 64, description: `Only what is from then on: ${timeForm}` })),
  until: Type.Optional(Type.String({ maxLength: 64, description: `Only what is before then: ${timeForm}` })),
};

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

export interface Span {
  sinceMs: number | null;
  untilMs: number | null;
}

/** Reads `since` and `until`; `pointerPrefix` is `/` for members of a body. Throws `invalid` for what is no time. */
export function readSpan(given: { since?: string; until?: string }, nowMs: number, pointerPrefix = ''): Span {
  const span = {
    sinceMs: readTime(given.since, nowMs, `${pointerPrefix}since`),
    untilMs: readTime(given.until, nowMs, `${pointerPrefix}until`),
  };
  if (span.sinceMs !== null && span.untilMs !== null && span.sinceMs > span.untilMs) {
    throw invalid([{ pointer: `${pointerPrefix}until`, detail: 'must not be before since' }]);
  }
  return span;
}

function readTime(text: string | undefined, nowMs: number, pointer: string): number | null {
  if (text === undefined) return null;
  const agoMs = parseDuration(text);
  if (agoMs !== null) return Math.max(0, nowMs - agoMs);
  const atMs = rfc3339.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs) || atMs < 0) {
    throw invalid([
      { pointer, detail: `must be an RFC 3339 time such as "2026-01-31T12:00:00Z", or ${durationForm}` },
    ]);
  }
  return atMs;
}

export function maybeTimeText(ms: number | null): string | null {
  return ms === null ? null : timeText(ms);
}
