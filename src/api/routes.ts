import type { Route } from './route.ts';
import { accountRoutes } from './routes/accounts.ts';
import { deliveryRoutes } from './routes/deliveries.ts';
import { endpointRoutes } from './routes/endpoints.ts';
import { eventTypeRoutes } from './routes/event-types.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { keyRoutes } from './routes/keys.ts';
import { profileRoutes } from './routes/profiles.ts';
import { publishRoutes } from './routes/publish.ts';
import { replayRoutes } from './routes/replays.ts';
import { statsRoutes } from './routes/stats.ts';
import type { Services } from './services.ts';

/** Everything that is served, in the order of the documentation. */
export function routes(services: Services): Route[] {
  return [
    ...publishRoutes(services),
    ...eventRoutes(services),
    ...endpointRoutes(services, { path: '/v1/endpoints', defaultProfile: 'standard', hidden: false }),
    // As one of the seeds spells the same routes: its examples work with only host and token changed.
    ...endpointRoutes(services, { path: '/v1/webhooks', defaultProfile: 'petstore', hidden: true }),
    ...deliveryRoutes(services),
    ...replayRoutes(services),
    ...eventTypeRoutes(services),
    ...profileRoutes(),
    ...statsRoutes(services),
    ...accountRoutes(services),
    ...keyRoutes(services),
    ...healthRoutes(services),
  ];
}
