import type { ApiParts } from './parts.ts';
import type { Route } from './route.ts';
import { accountRoutes } from './routes/accounts.ts';
import { alertRoutes } from './routes/alerts.ts';
import { binRoutes } from './routes/bins.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { endpointRoutes } from './routes/endpoints.ts';
import { eventTypeRoutes } from './routes/event-types.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { keyRoutes } from './routes/keys.ts';
import { orderRoutes } from './routes/orders.ts';
import { peopleRoutes } from './routes/people.ts';
import { portalRoutes } from './routes/portal.ts';
import { profileRoutes } from './routes/profiles.ts';
import { publishRoutes } from './routes/publish.ts';
import { replayRoutes } from './routes/replays.ts';
import { retentionRoutes } from './routes/retention.ts';
import { schemeRoutes } from './routes/schemes.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { sourceRoutes } from './routes/sources.ts';
import { statsRoutes } from './routes/stats.ts';
import { streamRoutes } from './routes/stream.ts';
import { testsAtOnce } from './routes/tests-at-once.ts';

/** Everything that is served, in the order of the documentation. */
export function routes(given: ApiParts): Route[] {
  const parts = { ...given, test: testsAtOnce(given.test) };
  return [
    ...publishRoutes(parts),
    ...eventRoutes(parts),
    ...endpointRoutes(parts, { path: '/v1/endpoints', defaultProfile: 'standard', tag: 'Endpoints' }),
    // As one of the seeds spells the same routes: its examples work with only host and token changed.
    ...endpointRoutes(parts, { path: '/v1/webhooks', defaultProfile: 'petstore', tag: 'Webhooks' }),
    ...deliveryRoutes(parts),
    ...replayRoutes(parts),
    ...sourceRoutes(parts),
    ...binRoutes(parts),
    ...schemeRoutes(),
    ...orderRoutes(parts),
    ...alertRoutes(parts),
    ...eventTypeRoutes(parts),
    ...profileRoutes(),
    ...statsRoutes(parts),
    ...streamRoutes(parts),
    ...retentionRoutes(parts),
    ...accountRoutes(parts),
    ...keyRoutes(parts),
    ...peopleRoutes(parts),
    ...sessionRoutes(parts),
    ...portalRoutes(parts),
    ...healthRoutes(parts),
  ];
}
