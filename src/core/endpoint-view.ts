import { asRecord } from './body.ts';
import { durationText } from './duration.ts';
import type { Endpoint } from './endpoint.ts';
import { parseExact } from './exact-json.ts';
import { masked } from './masked.ts';
import { describeRetry, describeWire } from './profiles/describe.ts';
import { shownUrl } from './queue.ts';

/**
 * An endpoint as the API shows it (contract §3), for `JSON.stringify` to write: numbers in filter and metadata have the digits
 * that were sent. Values of its own headers are masked, but for those in `headersGiven` (the answer to who has just sent
 * them); its secret is there only when asked for.
 */
export function endpointView(
  endpoint: Endpoint,
  show: { secret?: boolean; headersGiven?: unknown } = {},
): Record<string, unknown> {
  return {
    id: endpoint.id,
    url: shownUrl(endpoint),
    events: endpoint.events,
    ...(show.secret ? { secret: endpoint.secrets[0]?.value ?? null } : {}),
    description: endpoint.description,
    profile: endpoint.profile,
    status: endpoint.status,
    statusReason: endpoint.statusReason,
    headers: maskValues(endpoint.headers, asRecord(show.headersGiven) ?? {}),
    retry: describeRetry(endpoint.retry),
    timeout: durationText(endpoint.timeoutMs, endpoint.timeoutText),
    rateLimit: endpoint.ratePerSecond === null ? null : { perSecond: endpoint.ratePerSecond },
    concurrency: endpoint.concurrency,
    ordered: endpoint.ordered,
    filter: endpoint.filter === null ? null : parseExact(endpoint.filter),
    sources: endpoint.sources,
    notify: endpoint.notify,
    metadata: parseExact(endpoint.metadata),
    wire: endpoint.wire === null ? null : describeWire(endpoint.wire),
    createdAt: new Date(endpoint.createdAtMs).toISOString(),
    updatedAt: new Date(endpoint.updatedAtMs).toISOString(),
  };
}

/** An endpoint's secrets as `GET /v1/endpoints/:id/secret` and a rotation answer them: the newest, and what is still valid besides. */
export function secretView(endpoint: Endpoint, nowMs: number): Record<string, unknown> {
  const [newest, ...older] = endpoint.secrets;
  const valid = older.filter((secret) => secret.validUntilMs === null || secret.validUntilMs > nowMs);
  return {
    secret: newest?.value ?? null,
    signWith: endpoint.signWith,
    previous: valid.map(({ value, validUntilMs }) => ({
      secret: value,
      validUntil: validUntilMs === null ? null : new Date(validUntilMs).toISOString(),
    })),
  };
}

function maskValues(headers: Record<string, string>, given: Record<string, unknown>): Record<string, string> {
  const shown = Object.entries(headers).map(([name, value]) => [
    name,
    Object.hasOwn(given, name) && given[name] === value ? value : masked,
  ]);
  return Object.fromEntries(shown) as Record<string, string>;
}
