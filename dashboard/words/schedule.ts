import type { Attempt, Endpoint } from '../api/types.ts';

/** When failed attempts are tried again, in words. */
export function retryWords(retry: Endpoint['retry']): string {
  if (retry.schedule === undefined) return `${retry.maxRetries} times, ${retry.initial} after the first`;
  return retry.schedule.length === 0 ? 'never' : `after ${retry.schedule.join(', ')}`;
}

/** Which attempt comes next, and of how many: `Attempt 3 of 7`. A replay begins the schedule anew while attempts count on. */
export function nextAttemptWords(
  attempts: readonly Pick<Attempt, 'nextAttemptAt'>[],
  retry: Endpoint['retry'] | undefined,
): string {
  const next = attempts.length + 1;
  if (retry === undefined) return `Attempt ${next}`;
  const allowed = 1 + (retry.schedule?.length ?? retry.maxRetries ?? 0);
  // The last attempt of a schedule sets no next one.
  const place = next - 1 - attempts.findLastIndex(({ nextAttemptAt }) => nextAttemptAt === null);
  if (place > allowed) return `Attempt ${next}`;
  return place === next
    ? `Attempt ${next} of ${allowed}`
    : `Attempt ${next}, ${place} of ${allowed} of this schedule,`;
}
