/**
 * What becomes of an endpoint that keeps failing (wire-formats, "endpoint failure policy").
 * `down`: nothing but failure for `forMs`, with at least `failures` of them, so that one failure before a long sleep of the
 * machine is not taken for a long outage. `exhausted`: a delivery used up its schedule.
 */
export type FailurePolicy =
  | { kind: 'none' }
  | { kind: 'down'; forMs: number; failures: number; then: 'paused' | 'disabled' }
  | { kind: 'exhausted'; then: 'paused' | 'disabled' };

/** An endpoint's record of failure. */
export interface Health {
  /** Start of the present run of nothing but failure; null after a success. */
  failingSinceMs: number | null;
  /** Failed attempts in that run. */
  failures: number;
}

/** What to do with the endpoint after an attempt. */
export interface HealthDecision extends Health {
  /** Set when the endpoint is to be paused or disabled now. */
  status: 'paused' | 'disabled' | null;
  reason: string | null;
}

/** Takes one attempt into account. `exhausted`: this attempt ended its delivery as dead because the schedule was used up. */
export function judgeHealth(input: {
  health: Health;
  policy: FailurePolicy;
  succeeded: boolean;
  httpStatus: number | null;
  exhausted: boolean;
  nowMs: number;
}): HealthDecision {
  const { policy, nowMs } = input;
  if (input.succeeded) return { failingSinceMs: null, failures: 0, status: null, reason: null };
  const failingSinceMs = input.health.failingSinceMs ?? nowMs;
  const failures = input.health.failures + 1;
  const stop = (status: 'paused' | 'disabled', why: string): HealthDecision => ({
    failingSinceMs,
    failures,
    status,
    reason: `${status} by the platform at ${new Date(nowMs).toISOString()}: ${why}`,
  });
  if (input.httpStatus === 410) return stop('disabled', 'the receiver answered 410 Gone');
  if (policy.kind === 'exhausted' && input.exhausted)
    return stop(policy.then, 'a delivery failed every attempt of its schedule');
  if (policy.kind === 'down' && nowMs - failingSinceMs >= policy.forMs && failures >= policy.failures) {
    return stop(
      policy.then,
      `nothing but failure since ${new Date(failingSinceMs).toISOString()} (${failures} attempts)`,
    );
  }
  return { failingSinceMs, failures, status: null, reason: null };
}
