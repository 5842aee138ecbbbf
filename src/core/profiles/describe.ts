import type { Scheme, TimestampRule } from '../../../sdk/scheme.ts';
import { durationText, formatDuration } from '../duration.ts';
import type { FailurePolicy } from '../health.ts';
import type { RetryPolicy } from '../retry.ts';
import type { Profile, SecretForm, Wire } from './profile.ts';

/** A retry policy as requests and answers write it, durations as they were given. */
export function describeRetry(retry: RetryPolicy): Record<string, unknown> {
  const { jitter, giveUpAfterMs, written = {} } = retry;
  const giveUpAfter = giveUpAfterMs === null ? null : durationText(giveUpAfterMs, written.giveUpAfter);
  if (retry.kind === 'schedule') {
    const schedule = retry.delaysMs.map((ms, place) => durationText(ms, written.schedule?.[place]));
    return { schedule, jitter, giveUpAfter };
  }
  const { initialMs, factor, maxRetries, maxDelayMs } = retry;
  const exponential = {
    initial: durationText(initialMs, written.initial),
    factor,
    maxRetries,
    maxDelay: durationText(maxDelayMs, written.maxDelay),
  };
  return { exponential, jitter, giveUpAfter };
}

/** A scheme in the grammar that `parseScheme` reads. */
export function describeScheme(scheme: Scheme): Record<string, unknown> {
  const { timestamp, otherwise, ...rest } = scheme;
  return {
    ...rest,
    ...(timestamp === undefined ? {} : { timestamp: describeTimestamp(timestamp) }),
    ...(otherwise === undefined ? {} : { otherwise: describeScheme(otherwise) }),
  };
}

function describeTimestamp({ toleranceS, futureS, ...rest }: TimestampRule): Record<string, unknown> {
  const tolerance = toleranceS === null ? null : formatDuration(toleranceS * 1000);
  return {
    ...rest,
    tolerance,
    ...(futureS === undefined ? {} : { futureTolerance: formatDuration(futureS * 1000) }),
  };
}

/** A wire format, or an endpoint's own parts of one, in the grammar that `parseWireOverride` reads. */
export function describeWire(wire: Partial<Wire>): Record<string, unknown> {
  const { signature } = wire;
  return signature === undefined || signature === null
    ? { ...wire }
    : { ...wire, signature: describeScheme(signature) };
}

function describeFailure(policy: FailurePolicy): Record<string, unknown> | null {
  if (policy.kind === 'none') return null;
  if (policy.kind === 'exhausted')
    return { when: 'a delivery failed every attempt of its schedule', status: policy.then };
  const { failures, then: status } = policy;
  return { when: 'nothing but failure', for: formatDuration(policy.forMs), failures, status };
}

function describeSecret(form: SecretForm): string {
  if (form.kind === 'none') return 'none';
  if (form.kind === 'standard')
    return `whsec_ and base64 of ${form.bytes} random bytes; or whsk_… for ed25519`;
  return `${form.prefix === '' ? '' : `${form.prefix} and `}${form.bytes} random bytes as hex`;
}

/** A profile in full, as `GET /v1/profiles` shows it. */
export function describeProfile(profile: Profile): Record<string, unknown> {
  return {
    name: profile.name,
    description: profile.description,
    wire: describeWire(profile.wire),
    success: '2xx',
    retry: describeRetry(profile.retry),
    timeout: formatDuration(profile.timeoutMs),
    failure: describeFailure(profile.failure),
    secret: describeSecret(profile.secret),
    httpsOnly: profile.httpsOnly,
  };
}
