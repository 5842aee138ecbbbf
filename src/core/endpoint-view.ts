import { formatDuration } from './duration.ts';
import type { Endpoint } from './endpoint.ts';
import { describeRetry, describeWire } from './profiles/describe.ts';

/** Stands for a value that is not shown. It is refused as a header's value, so that it is never taken for one. */
export const masked = '•••';

/**
 * An endpoint as the API shows it (contract §3). Values of its own headers are masked unless `headersShown` (the answer to who
 * has just set them); its secret is there only when asked for.
 */
export function endpointView(
  endpoint: Endpoint,
  show: { secret?: boolean; headersShown?: boolean } = {},
): Record<string, unknown> {
  return {
    id: endpoint.id,
    url: endpoint.url,
    events: endpoint.events,
    ...(show.secret ? { secret: endpoint.secrets[0]?.value ?? null } : {}),
    description: endpoint.description,
    profile: endpoint.profile,
    status: endpoint.status,
    statusReason: endpoint.statusReason,
    headers: show.headersShown ? endpoint.headers : maskValues(endpoint.headers),
    retry: describeRetry(endpoint.retry),
    timeout: formatDuration(endpoint.timeoutMs),
    rateLimit: endpoint.ratePerSecond === null ? null : { perSecond: endpoint.ratePerSecond },
    concurrency: endpoint.concurrency,
    ordered: endpoint.ordered,
    filter: endpoint.filter,
    sources: endpoint.sources,
    notify: endpoint.notify,
    metadata: endpoint.metadata,
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

function maskValues(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, masked]));
}
