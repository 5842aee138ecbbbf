import { type Static, Type } from 'typebox';
import { parseDuration } from '../../core/duration.ts';
import { invalid } from '../../core/errors.ts';
import * as limits from '../../core/limits/api.ts';
import { timeText } from '../../core/time-text.ts';
import type { Latency } from '../../ports/store.ts';
import * as models from '../models.ts';
import type { ApiParts } from '../parts.ts';
import { type Answer, type Route, route } from '../route.ts';
import { maybeTimeText, readSpan, spanFields } from '../time-query.ts';
import { findPastEndpoint } from './find-endpoint.ts';

const hourMs = 3_600_000;
const bucketMinMs = 60_000;

/** Query parameters of statistics. */
export const statsQuery = Type.Object(
  {
    ...spanFields,
    bucket: Type.Optional(
      Type.String({
        maxLength: 20,
        description: `Length of a bucket, such as \`5m\`, \`1h\` (the default) or \`1d\`; at most ${limits.statsBuckets} buckets.`,
      }),
    ),
  },
  { additionalProperties: false },
);

export function statsRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/stats',
      tag: 'Statistics',
      summary: "What became of the account's deliveries",
      description:
        'Of the last 24 hours unless `since` and `until` say otherwise. Test attempts do not count. `orders` counts all that are kept, as they stand now, and `oldestDueAt` tells how far behind sending is; both are left out when asked about one endpoint.',
      right: 'read',
      query: Type.Object(
        {
          ...statsQuery.properties,
          endpointId: Type.Optional(
            Type.String({ description: 'Only this endpoint; a deleted one still has its history.' }),
          ),
        },
        { additionalProperties: false },
      ),
      success: { status: 200, description: 'Totals and a history.', schema: models.stats },
      handle: async ({ account, query }) => {
        const endpointNo = await findPastEndpoint(parts, account, query.endpointId);
        const answer = await statsAnswer(parts, { accountNo: account.no, endpointNo, query });
        if (endpointNo !== null) return answer;
        const [{ states, ...figures }, oldestDueAtMs] = await Promise.all([
          parts.store.orderCounts(account.no),
          parts.store.oldestDueAtMs({ accountNo: account.no, nowMs: parts.clock.nowMs() }),
        ]);
        const oldestDueAt = maybeTimeText(oldestDueAtMs);
        return { body: { ...(answer.body as object), orders: { ...states, ...figures }, oldestDueAt } };
      },
    }),
  ];
}

/** Statistics of an account, or of one of its endpoints. */
export async function statsAnswer(
  parts: ApiParts,
  input: { accountNo: number; endpointNo: number | null; query: Static<typeof statsQuery> },
): Promise<Answer> {
  const nowMs = parts.clock.nowMs();
  const span = readSpan(input.query, nowMs);
  // The end is exclusive, and what happened at this very moment counts.
  const untilMs = span.untilMs ?? nowMs + 1;
  const sinceMs = span.sinceMs ?? untilMs - 24 * hourMs;
  const bucketMs = bucketOf(input.query.bucket, untilMs - sinceMs);
  const { accountNo, endpointNo } = input;
  const { buckets, latencyMs, ...totals } = await parts.store.stats({
    accountNo,
    endpointNo,
    sinceMs,
    untilMs,
    bucketMs,
  });
  return {
    body: {
      since: timeText(sinceMs),
      until: timeText(untilMs),
      ...totals,
      latencyMs: latencyView(latencyMs),
      buckets: buckets.map(({ atMs, latencyMs: inBucket, ...counts }) => ({
        at: timeText(atMs),
        ...counts,
        latencyMs: latencyView(inBucket),
      })),
    },
  };
}

function latencyView(latency: Latency | null): Latency | null {
  return latency === null ? null : { ...latency, mean: Math.round(latency.mean * 100) / 100 };
}

function bucketOf(text: string | undefined, spanMs: number): number {
  const fewestMs = Math.max(bucketMinMs, Math.ceil(spanMs / limits.statsBuckets / bucketMinMs) * bucketMinMs);
  if (text === undefined) return Math.max(hourMs, fewestMs);
  const bucketMs = parseDuration(text);
  if (bucketMs === null || bucketMs < fewestMs) {
    throw invalid([
      {
        pointer: 'bucket',
        detail: `must be a duration of at least ${fewestMs / bucketMinMs}m for this span`,
      },
    ]);
  }
  return bucketMs;
}
