import type { Outcome } from './attempt.ts';
import { nextAttemptAtMs, parseRetryAfter, type RetryPolicy } from './retry.ts';

/** What we decide after an attempt. `exhausted` tells a used-up schedule from a receiver that is gone for good. */
export type Verdict =
  | { kind: 'delivered' }
  | { kind: 'retry'; dueAtMs: number }
  | { kind: 'dead'; exhausted: boolean };

/**
 * Judges one attempt (contract §5): any 2xx is success; 410 is final; everything else goes by the schedule, pushed later by
 * `Retry-After` on 429 and 503. `tries` counts the attempts of this schedule, this one included. `random` is in [0, 1).
 */
export function judge(input: {
  outcome: Pick<Outcome, 'httpStatus' | 'error' | 'retryAfter'>;
  policy: RetryPolicy;
  tries: number;
  startedAtMs: number;
  nowMs: number;
  random: number;
}): Verdict {
  const { outcome } = input;
  if (outcome.error === null) return { kind: 'delivered' };
  if (outcome.httpStatus === 410) return { kind: 'dead', exhausted: false };
  const asked = outcome.httpStatus === 429 || outcome.httpStatus === 503 ? outcome.retryAfter : null;
  const dueAtMs = nextAttemptAtMs({ ...input, retryAfterMs: parseRetryAfter(asked, input.nowMs) });
  return dueAtMs === null ? { kind: 'dead', exhausted: true } : { kind: 'retry', dueAtMs };
}
