import { Type } from 'typebox';
import { headerPairs } from '../../core/attempt.ts';
import { notFound } from '../../core/errors.ts';
import { listDefault } from '../../core/limits/api.ts';
import { attemptBodyBytes } from '../../core/limits/sending.ts';
import * as limits from '../../core/limits/sources.ts';
import { masked } from '../../core/masked.ts';
import type { Source, SourceRequest, SourceRequestHead } from '../../core/source.ts';
import { timeText } from '../../core/time-text.ts';
import * as models from '../models.ts';
import { decodeCursor, encodeCursor, pageQuery } from '../page.ts';
import type { ApiParts } from '../parts.ts';
import { type Answer, type Call, type Route, route } from '../route.ts';
import { findSource } from './find-source.ts';
import { judgement, sourceRequest, sourceRequestDetail, verdict } from './source-models.ts';

const listQuery = Type.Object(
  { ...pageQuery, verdict: Type.Optional(verdict) },
  { additionalProperties: false },
);
const credential = /^(?:authorization|proxy-authorization|cookie)$/i;

export function sourceRequestRoutes(parts: ApiParts, tag: string): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/sources/{id}/requests',
      tag,
      summary: 'What came through a source',
      description: `Newest first, those that became events included. Of the others the newest ${limits.requestsKept} of each verdict are kept, up to ${limits.requestsKeptBytes / (1024 * 1024)} MiB and as long as events are; of a flood, ${limits.requestsKeptPerS} a second.`,
      right: 'read',
      query: listQuery,
      success: { status: 200, description: 'A page of requests.', schema: models.listOf(sourceRequest) },
      handle: (call) => listRequests(parts, call),
    }),
    route({
      method: 'GET',
      path: '/v1/source-requests/{id}',
      tag,
      summary: 'One request that was kept',
      description: 'With its headers and body, as they came.',
      right: 'read',
      success: { status: 200, description: 'The request.', schema: sourceRequestDetail },
      handle: async ({ account, params }) => {
        const kept = await parts.store.getRequest(account.no, params.id);
        const source = parts.directory.sources.ofAccount(account.no).find(({ no }) => no === kept?.sourceNo);
        if (kept === null || source === undefined) throw notFound('source request', params.id);
        return { body: detailView(kept, source) };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/source-requests/{id}/verify',
      tag,
      summary: 'Judge a kept request again',
      description:
        "By the source's present secrets and schemas, its freshness as of its receipt. What is believed now is taken in as if it had just come, once.",
      right: 'manage',
      success: { status: 200, description: 'What came of it.', schema: judgement },
      fails: ['conflict'],
      handle: async ({ account, params }) => {
        const judged = await parts.receiver.judgeAgain(account.no, params.id);
        return { body: { valid: judged.verdict !== 'rejected', ...judged } };
      },
    }),
  ];
}

async function listRequests(
  parts: ApiParts,
  call: Call<{ limit?: number; cursor?: string; verdict?: string }>,
): Promise<Answer> {
  const { account, query } = call;
  const source = findSource(parts, call);
  const name = { list: `requests ${source.id} ${query.verdict ?? ''}`, accountNo: account.no };
  const position = decodeCursor<string>(name, query.cursor, 'string');
  const [request = 0, event = 0] = (position ?? '').split(' ').map(Number);
  const found = await parts.store.listRequests(
    source,
    (query.verdict ?? null) as SourceRequestHead['verdict'] | null,
    {
      limit: query.limit ?? listDefault,
      before: position === null ? null : { request, event },
    },
  );
  const next = found.next === null ? null : encodeCursor(name, `${found.next.request} ${found.next.event}`);
  return { body: { data: found.rows.map(headView), nextCursor: next } };
}

function headView({ atMs, ...head }: SourceRequestHead): Record<string, unknown> {
  const { id, ...rest } = head;
  return { id, at: timeText(atMs), ...rest };
}

/** A header that is one of the source's secrets is not shown, as the secret itself is not. */
function detailView(kept: SourceRequest, { id: sourceId, secrets }: Source): Record<string, unknown> {
  const { url, headers, body, sourceNo: _sourceNo, ...head } = kept;
  const isSecret = (name: string, value: string): boolean => credential.test(name) || secrets.includes(value);
  const bytes = body === null ? null : Buffer.from(body);
  return {
    ...headView(head),
    sourceId,
    url,
    headers: headerPairs(headers).map(([name, value]) => [name, isSecret(name, value) ? masked : value]),
    body: bytes?.subarray(0, attemptBodyBytes).toString('utf8') ?? null,
    bodyBase64: bytes?.toString('base64') ?? null,
  };
}
