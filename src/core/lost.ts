import type { Owed } from './delivery.ts';

/**
 * What a process that died leaves behind: deliveries whose request may have been under way, for which an attempt counts, and those
 * that can only have waited in its memory for a place in their lane, for which none does. A lane sends in order of arrival and
 * never more than its concurrency at once, so at each endpoint the oldest, up to that many, may have been under way.
 */
export function sortLost(
  found: readonly Owed[],
  concurrencyOf: (endpointNo: number) => number,
): { underWay: Owed[]; waited: Owed[] } {
  const underWay: Owed[] = [];
  const waited: Owed[] = [];
  const counts = new Map<number, number>();
  for (const owed of found.toSorted((a, b) => a.key - b.key)) {
    const before = counts.get(owed.endpointNo) ?? 0;
    counts.set(owed.endpointNo, before + 1);
    if (before < concurrencyOf(owed.endpointNo)) underWay.push(owed);
    else waited.push(owed);
  }
  return { underWay, waited };
}
