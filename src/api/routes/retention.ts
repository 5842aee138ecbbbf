import { Type } from 'typebox';
import { formatDuration } from '../../core/duration.ts';
import { binRequestsKept } from '../../core/limits/bins.ts';
import { auditEntries } from '../../core/limits/people.ts';
import { requestsKept } from '../../core/limits/sources.ts';
import * as limits from '../../core/limits/store.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';

const duration = (description: string) => Type.String({ description });
const count = (description: string) => Type.Integer({ description });

const retention = Type.Object({
  events: duration(
    'Events that have ended, with deliveries, attempts and dead letters; so are orders and alerts. What is still open stays longer. Set by `SUREHOOK_RETENTION`.',
  ),
  held: duration('What is held for a stopped endpoint; then it is dead.'),
  eventIds: duration('By which a repetition is recognised that a publisher sends.'),
  providerIds: duration('The same of what comes through a source.'),
  idempotencyKeys: duration('Of `POST /v1/events`.'),
  sourceRequests: count('Requests of each verdict that are kept for each source.'),
  binRequests: count('Requests that are kept for each bin.'),
  auditEntries: count('Entries of the log of what people did.'),
});

/** What is kept how long: nobody should find out by missing it. */
export function retentionRoutes({ retentionMs }: Pick<ApiParts, 'retentionMs'>): Route[] {
  const body = {
    events: formatDuration(retentionMs),
    held: formatDuration(limits.heldMaxMs),
    eventIds: formatDuration(Math.max(retentionMs, limits.eventIdKeepMs)),
    providerIds: formatDuration(limits.dedupeKeepMs),
    idempotencyKeys: formatDuration(limits.idempotencyKeepMs),
    sourceRequests: requestsKept,
    binRequests: binRequestsKept,
    auditEntries,
  };
  return [
    route({
      method: 'GET',
      path: '/v1/retention',
      tag: 'Statistics',
      summary: 'What is kept how long',
      right: 'read',
      success: { status: 200, description: 'Durations and counts.', schema: retention },
      handle: () => ({ body }),
    }),
  ];
}
