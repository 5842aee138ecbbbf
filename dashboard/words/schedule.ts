import type { Attempt, Retry } from '../api/types.ts';

/** When failed attempts are tried again, in words. */
export function retryWords(retry: Retry): string {
  const { schedule = [], exponential } = retry;
  if (exponential === undefined) return schedule.length === 0 ? 'never' : `after ${schedule.join(', ')}`;
  const { initial, factor, maxRetries, maxDelay } = exponential;
  if (maxRetries === 0) return 'never';
  const times = maxRetries === 1 ? 'once' : `${maxRetries} times`;
  return `${times}, after ${initial}, then ${factor} times as long each time, at most ${maxDelay}`;
}

/** Which attempt comes next, and of how many: `Attempt 3 of 7`. A replay begins the schedule anew while attempts count on. */
export function nextAttemptWords(
  attempts: readonly Pick<Attempt, 'nextAttemptAt'>[],
  retry: Retry | undefined,
): string {
  const next = attempts.length + 1;
  if (retry === undefined) return `Attempt ${next}`;
  const allowed = 1 + (retry.schedule?.length ?? retry.exponential?.maxRetries ?? 0);
  // The last attempt of a schedule sets no next one.
  const place = next - 1 - attempts.findLastIndex(({ nextAttemptAt }) => nextAttemptAt === null);
  if (place > allowed) return `Attempt ${next}`;
  return place === next
    ? `Attempt ${next} of ${allowed}`
    : `Attempt ${next}, ${place} of ${allowed} of this schedule,`;
}

/**
 * What became of a delivery after one of its attempts, when it was put back from there; null where it only went on. Who put it
 * back and when is not known, nor that it was cancelled before it was. What came of a lost attempt is not known, either.
 */
export function putBackWords(
  { outcome, error, nextAttemptAt }: Pick<Attempt, 'outcome' | 'error' | 'nextAttemptAt'>,
  isEnd: boolean,
): string | null {
  if (isEnd || nextAttemptAt !== null) return null;
  const became = outcome === 'succeeded' ? 'Delivered' : error === 'lost' ? 'Given up' : 'Dead';
  return `${became}, and put back to be sent again`;
}
