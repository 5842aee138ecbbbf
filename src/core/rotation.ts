import { BodyReader } from './body.ts';
import { durationForm, parseDuration } from './duration.ts';
import type { Endpoint, Secret } from './endpoint.ts';
import { SurehookError } from './errors.ts';
import * as limits from './limits/endpoints.ts';
import { checkSecret, newSecret } from './profiles/secret.ts';
import { profileNamed } from './profiles/table.ts';
import { wireOf } from './profiles/wire.ts';

const overlapDefault = '24h';

/**
 * Reads the body of `POST …/rotate-secret` and says what the endpoint's secrets become: a new one, first; the one before it valid
 * until `overlap` ends; older ones as long as they were. An overlap of `0s` ends all older ones at once. Throws `invalid`, or
 * `conflict` when more than `limits.secretsAtOnce` would be valid.
 */
export function readRotation(
  body: unknown,
  endpoint: Endpoint,
  rules: { nowMs: number; randomBytes(count: number): Uint8Array },
): Pick<Endpoint, 'secrets' | 'signWith' | 'updatedAtMs'> {
  const { nowMs } = rules;
  const reader = new BodyReader(body, ['secret', 'overlap', 'signWith']);
  const overlapMust = `must be ${durationForm}, at most ${limits.overlapMaxMs / 86_400_000} days`;
  const overlapMs = reader.optional('overlap', parseDuration(overlapDefault)!, overlapMust, (value) => {
    const ms = parseDuration(value);
    return ms !== null && ms <= limits.overlapMaxMs ? ms : undefined;
  });
  const signWith = reader.optional<Endpoint['signWith']>(
    'signWith',
    'new',
    'must be "new" or "old"',
    (value) => (value === 'new' || value === 'old' ? value : undefined),
  );
  const value = secretOf(reader, endpoint, rules.randomBytes);
  reader.done();
  const kept = overlapMs === 0 ? [] : stillValid(endpoint.secrets, nowMs, nowMs + overlapMs);
  if (kept.length >= limits.secretsAtOnce) {
    const next = new Date(
      Math.min(...kept.map((secret) => secret.validUntilMs ?? Number.POSITIVE_INFINITY)),
    ).toISOString();
    const detail = `${limits.secretsAtOnce} secrets are valid already; the next one ends at ${next}. Wait, or rotate with overlap "0s" to end all older ones now.`;
    throw new SurehookError('conflict', detail);
  }
  return { secrets: [{ value, validUntilMs: null }, ...kept], signWith, updatedAtMs: nowMs };
}

/** What has not ended yet; the one without an end gets `endMs`. */
function stillValid(secrets: readonly Secret[], nowMs: number, endMs: number): Secret[] {
  return secrets
    .map((secret) => ({ ...secret, validUntilMs: secret.validUntilMs ?? endMs }))
    .filter((secret) => secret.validUntilMs > nowMs);
}

function secretOf(
  reader: BodyReader,
  endpoint: Endpoint,
  randomBytes: (count: number) => Uint8Array,
): string {
  const profile = profileNamed(endpoint.profile)!;
  const given = reader.value('secret') ?? null;
  if (given === null) {
    const secret = newSecret(profile, randomBytes);
    if ('problem' in checkSecret(profile, secret, wireOf(endpoint))) {
      reader.wrong('secret', 'is required with this wire format: only you know how its secrets look');
    }
    return secret;
  }
  const checked =
    typeof given === 'string'
      ? checkSecret(profile, given, wireOf(endpoint))
      : { problem: 'must be a string' };
  if ('problem' in checked) {
    reader.wrong('secret', checked.problem);
    return '';
  }
  if (endpoint.secrets.some((secret) => secret.value === checked.value))
    reader.wrong('secret', 'must differ from the present ones');
  return checked.value;
}
