import type { Route } from './route.ts';

/**
 * All that a portal may ask for, within its account and what its link lets it do: endpoints, deliveries, dead letters, and the
 * events behind them. Keys, people, accounts, sources, bins, alerts and links are not here, nor is any route that is added later.
 */
export const portalRoutes: ReadonlySet<string> = new Set([
  'GET /v1/sessions/current',
  'GET /v1/stream',
  'GET /v1/stats',
  'GET /v1/event-types',
  'GET /v1/event-types/{name}',
  'GET /v1/events',
  'GET /v1/events/{id}',
  'POST /v1/events/{id}/redeliver',
  'GET /v1/endpoints',
  'POST /v1/endpoints',
  'GET /v1/endpoints/{id}',
  'PATCH /v1/endpoints/{id}',
  'DELETE /v1/endpoints/{id}',
  'GET /v1/endpoints/{id}/secret',
  'GET /v1/endpoints/{id}/stats',
  'POST /v1/endpoints/{id}/test',
  'POST /v1/endpoints/{id}/rotate-secret',
  'POST /v1/endpoints/{id}/pause',
  'POST /v1/endpoints/{id}/resume',
  'POST /v1/endpoints/{id}/recover',
  'GET /v1/deliveries',
  'GET /v1/deliveries/{id}',
  'POST /v1/deliveries/{id}/retry',
  'POST /v1/deliveries/{id}/cancel',
  'POST /v1/deliveries/{id}/request',
  'GET /v1/dead-letters',
  'POST /v1/dead-letters/dismiss',
  'GET /v1/replays',
  'POST /v1/replays',
  'POST /v1/replays/plan',
  'GET /v1/replays/{id}',
  'POST /v1/replays/{id}/cancel',
  'POST /v1/replays/{id}/pause',
  'POST /v1/replays/{id}/resume',
]);

/** Whether a portal may ask for this. */
export function isInPortal({ method, path }: Pick<Route, 'method' | 'path'>): boolean {
  return portalRoutes.has(`${method} ${path}`);
}
