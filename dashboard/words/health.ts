import type { Delivery, Endpoint, Page, Stats } from '../api/types.ts';

/** How an active endpoint does that takes less than half of what it is sent, in the last hour in which it was sent anything; null where all is well. */
export function troubleOf(
  { status }: Pick<Endpoint, 'status'>,
  stats: Pick<Stats, 'buckets'>,
): string | null {
  const last = stats.buckets.filter(({ delivered, failed }) => delivered + failed > 0).at(-1);
  if (status !== 'active' || last === undefined || last.failed <= last.delivered) return null;
  const all = last.delivered + last.failed;
  return `${last.failed.toLocaleString()} of ${all.toLocaleString()} attempts failed in its last hour`;
}

/** When the next retry is due at each endpoint. `isCut`: more wait than are known here, so that one may be due sooner. */
export function nextRetries(
  retrying: Pick<Page<Pick<Delivery, 'endpointId' | 'nextAttemptAt'>>, 'data' | 'nextCursor'>,
): {
  at: Map<string, string>;
  isCut: boolean;
} {
  const at = new Map<string, string>();
  for (const { endpointId, nextAttemptAt } of retrying.data) {
    if (nextAttemptAt === null) continue;
    const known = at.get(endpointId);
    if (known === undefined || nextAttemptAt < known) at.set(endpointId, nextAttemptAt);
  }
  return { at, isCut: retrying.nextCursor !== null };
}
