import * as limits from './limits/sending.ts';

/**
 * When a failed delivery is tried again. `schedule`: each entry is the wait after the previous attempt ended; N entries mean
 * at most N + 1 attempts. Jitter only adds, up to that share of the entry. `giveUpAfterMs` bounds the whole, from its start.
 */
export type RetryPolicy =
  | {
      kind: 'schedule';
      delaysMs: number[];
      jitter: number;
      giveUpAfterMs: number | null;
      written?: RetryWritten;
    }
  | {
      kind: 'exponential';
      initialMs: number;
      factor: number;
      maxRetries: number;
      maxDelayMs: number;
      jitter: number;
      giveUpAfterMs: number | null;
      written?: RetryWritten;
    };

/** The durations of a policy as whoever set it wrote them (`60s`, not `1m`); nothing is decided by them. */
export interface RetryWritten {
  /** In step with `delaysMs`. */
  schedule?: string[];
  initial?: string;
  maxDelay?: string;
  giveUpAfter?: string;
}

/** Whether two policies decide the same, however they are written. */
export function sameRetry(a: RetryPolicy, b: RetryPolicy): boolean {
  const decided = ({ written: _written, ...rest }: RetryPolicy): string => JSON.stringify(rest);
  return decided(a) === decided(b);
}

/** How many attempts a policy allows at most: its retries and the first try. */
export function attemptsAllowed(policy: RetryPolicy): number {
  return 1 + (policy.kind === 'schedule' ? policy.delaysMs.length : policy.maxRetries);
}

/** The wait before retry number `retry` (1 = after the first attempt), without jitter; null when the policy has no such retry. */
export function retryDelayMs(policy: RetryPolicy, retry: number): number | null {
  if (retry < 1) return null;
  if (policy.kind === 'schedule') return policy.delaysMs[retry - 1] ?? null;
  if (retry > policy.maxRetries) return null;
  return Math.min(policy.maxDelayMs, Math.round(policy.initialMs * policy.factor ** (retry - 1)));
}

/**
 * When the next attempt is due, or null when the schedule is exhausted.
 * `tries`: attempts made so far in this schedule, the failed one included. `random` is in [0, 1).
 * `retryAfterMs` (what the receiver asked for) can only push the attempt later, up to `limits.retryAfterMaxMs`.
 */
export function nextAttemptAtMs(input: {
  policy: RetryPolicy;
  tries: number;
  startedAtMs: number;
  nowMs: number;
  retryAfterMs: number | null;
  random: number;
}): number | null {
  const { policy, nowMs } = input;
  const delayMs = retryDelayMs(policy, input.tries);
  if (delayMs === null) return null;
  const jitterMs = Math.floor(delayMs * policy.jitter * input.random);
  const askedMs = input.retryAfterMs === null ? 0 : Math.min(input.retryAfterMs, limits.retryAfterMaxMs);
  const dueAtMs = nowMs + Math.max(delayMs + jitterMs, askedMs);
  if (policy.giveUpAfterMs !== null && dueAtMs > input.startedAtMs + policy.giveUpAfterMs) return null;
  return dueAtMs;
}

const httpDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Milliseconds from now that a `Retry-After` asks for (RFC 9110 §10.2.3: seconds or an IMF-fixdate); null when unreadable. */
export function parseRetryAfter(value: string | null, nowMs: number): number | null {
  if (value === null) return null;
  const text = value.trim();
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  if (!httpDate.test(text)) return null;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
