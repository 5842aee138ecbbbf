import type { Delivery } from '../api/types.ts';

const moment = /\b\d{4}-\d\d-\d\dT[\d:.]+Z\b/g;

/**
 * Of what was given up at an endpoint: what it missed by the trouble that stopped it. `reason` says when that was and, where it was a
 * long outage, since when. What was given up before is another matter, and may have been mended by hand.
 */
export function missedOf(
  reason: string | null,
  dead: readonly Pick<Delivery, 'createdAt' | 'endedAt'>[],
): { since: string } | null {
  const from = (reason?.match(moment) ?? []).map((text) => Date.parse(text)).sort((a, b) => a - b)[0];
  if (from === undefined) return null;
  const missed = dead.filter(({ endedAt }) => endedAt !== null && Date.parse(endedAt) >= from);
  const oldest = missed.map(({ createdAt }) => createdAt).sort()[0];
  if (oldest === undefined) return null;
  // Not all may be known here: whatever was accepted since then was missed, too.
  return { since: new Date(Math.min(from, Date.parse(oldest))).toISOString() };
}
