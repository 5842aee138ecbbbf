import { Type } from 'typebox';
import { headerPairs } from '../../core/attempt.ts';
import type { Bin, CaughtRequest } from '../../core/bin.ts';
import { binView, presetOfBin } from '../../core/bin-input.ts';
import { explain } from '../../core/explain.ts';
import { listDefault } from '../../core/limits/api.ts';
import * as limits from '../../core/limits/bins.ts';
import { attemptBodyBytes } from '../../core/limits/sending.ts';
import { timeText } from '../../core/time-text.ts';
import { eventStream } from '../event-stream.ts';
import * as models from '../models.ts';
import { byNo, decodeCursor, encodeCursor, pageAnswer, pageInMemory, pageOnly } from '../page.ts';
import type { ApiParts } from '../parts.ts';
import { type Answer, type Call, type Route, route } from '../route.ts';
import { bin, binChanges, binInput, caughtRequest } from './bin-models.ts';

const tag = 'Bins';
const one = '/v1/bins/{id}';

export function binRoutes(parts: ApiParts): Route[] {
  return [...collection(parts), ...single(parts), ...caught(parts), door];
}

function collection({ bins, store, publicUrl }: ApiParts): Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/bins',
      tag,
      summary: 'Create a bin',
      description:
        'A catcher of requests: whatever is sent to its `url`, by any method, is kept and answered as the bin is told. With a scheme and a secret it explains each signature. Endpoints may point to it in production, too.',
      right: 'manage',
      requestBody: binInput,
      bodyIs: 'described',
      bodyOptional: true,
      bodyExample: { name: 'first try', failFirst: 2 },
      success: { status: 201, description: 'The bin and its address.', schema: bin },
      fails: ['conflict'],
      handle: async ({ account, body }) => ({ body: binView(await bins.create(account, body), publicUrl()) }),
    }),
    route({
      method: 'GET',
      path: '/v1/bins',
      tag,
      summary: 'List bins',
      right: 'read',
      query: pageOnly,
      success: { status: 200, description: 'A page of bins, newest first.', schema: models.listOf(bin) },
      handle: async ({ account, query }) => {
        const options = { list: 'bins', accountNo: account.no, position: byNo };
        const page = pageInMemory(await store.bins(account.no), query, options);
        return pageAnswer(page, (row) => binView(row, publicUrl()));
      },
    }),
  ];
}

function single({ bins, publicUrl }: ApiParts): Route[] {
  return [
    route({
      method: 'GET',
      path: one,
      tag,
      summary: 'One bin',
      right: 'read',
      success: { status: 200, description: 'The bin.', schema: bin },
      handle: async ({ account, params }) => ({
        body: binView(await bins.find(account, params.id), publicUrl()),
      }),
    }),
    route({
      method: 'PATCH',
      path: one,
      tag,
      summary: 'Tell a bin how to behave',
      description: 'What is absent stays. It begins to count anew, so that `failFirst` counts from here.',
      right: 'manage',
      requestBody: binChanges,
      bodyIs: 'described',
      bodyExample: { status: 503, delay: '2s' },
      success: { status: 200, description: 'The bin as it is now.', schema: bin },
      handle: async ({ account, params, body }) => ({
        body: binView(await bins.change(account, params.id, body), publicUrl()),
      }),
    }),
    route({
      method: 'DELETE',
      path: one,
      tag,
      summary: 'Delete a bin',
      description: 'What it caught goes with it.',
      right: 'manage',
      success: { status: 204, description: 'It is gone.' },
      handle: async ({ account, params }) => {
        const { name } = await bins.delete(account, params.id);
        return { about: name };
      },
    }),
  ];
}

function caught(parts: ApiParts): Route[] {
  return [
    route({
      method: 'GET',
      path: `${one}/requests`,
      tag,
      summary: 'What a bin caught',
      description: `Newest first. The newest ${limits.binRequestsKept} are kept, up to ${limits.binKeptBytes / (1024 * 1024)} MiB of bodies and as long as events are.`,
      right: 'read',
      query: pageOnly,
      success: { status: 200, description: 'A page of requests.', schema: models.listOf(caughtRequest) },
      handle: (call) => listCaught(parts, call),
    }),
    route({
      method: 'GET',
      path: `${one}/stream`,
      tag,
      summary: 'Watch a bin',
      description:
        'Server-sent events: each request as `GET …/requests` shows it, as it comes. `Last-Event-ID` goes on after that request; without it the stream begins now.',
      right: 'read',
      requestHeaders: { 'Last-Event-ID': 'The id of the last event that was seen.' },
      success: { status: 200, description: 'Events until the connection ends.' },
      fails: ['too_many_requests'],
      handle: (call) => streamCaught(parts, call),
    }),
  ];
}

async function listCaught(parts: ApiParts, call: Call<{ limit?: number; cursor?: string }>): Promise<Answer> {
  const { account, params, query } = call;
  const found = await parts.bins.find(account, params.id);
  const name = { list: `caught ${found.id}`, accountNo: account.no };
  const limit = query.limit ?? listDefault;
  const before = decodeCursor<number>(name, query.cursor, 'number');
  const rows = await parts.store.listCaught(found.no, {
    limit: limit + 1,
    maxBytes: limits.binPageBytes,
    before,
  });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  // The page may have ended for its bytes, so that only the store knows whether there is more.
  const more =
    last !== undefined &&
    (await parts.store.listCaught(found.no, { limit: 1, maxBytes: 1, before: last.no })).length > 0;
  const data: unknown[] = [];
  for (const { request } of shown) {
    data.push(caughtView(parts, found, request));
    // Each may cost some milliseconds: others get their turn in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { body: { data, nextCursor: more ? encodeCursor(name, last.no) : null } };
}

async function streamCaught(parts: ApiParts, call: Call): Promise<Answer> {
  const { account, params, headers } = call;
  const found = await parts.bins.find(account, params.id);
  const last = headers['last-event-id'];
  const afterNo = typeof last === 'string' && /^\d{1,15}$/.test(last) ? Number(last) : null;
  const requests = parts.bins.watch(found, afterNo, call.gone);
  return {
    contentType: 'text/event-stream; charset=utf-8',
    stream: eventStream(events(parts, found, requests), parts.clock),
  };
}

async function* events(
  parts: ApiParts,
  found: Bin,
  requests: AsyncIterable<{ no: number; request: CaughtRequest } | null>,
): AsyncGenerator<string> {
  yield ': watching\n\n';
  for await (const each of requests) {
    if (each === null) yield ': still here\n\n';
    else {
      const data = JSON.stringify(caughtView(parts, found, each.request));
      yield `id: ${each.no}\nevent: request\ndata: ${data}\n\n`;
    }
  }
}

function caughtView(
  { crypto }: Pick<ApiParts, 'crypto'>,
  found: Bin,
  request: CaughtRequest,
): Record<string, unknown> {
  const { id, atMs, method, url, headers, bodyBytes, body, status } = request;
  const bytes = body === null ? null : Buffer.from(body);
  const preset = presetOfBin(found);
  const { secrets, fields } = found;
  const verification =
    preset === null || body === null
      ? null
      : explain(preset, { method, url, headers, body }, { secrets, fields, nowS: atMs / 1000 }, crypto);
  return {
    id,
    at: timeText(atMs),
    method,
    url,
    headers: headerPairs(headers),
    bodyBytes,
    body: bytes?.subarray(0, attemptBodyBytes).toString('utf8') ?? null,
    bodyBase64: bytes?.toString('base64') ?? null,
    status,
    verification,
  };
}

/** Described here, served by `bin-door.ts`: its bodies are bytes of any type. */
const door: Route = route({
  method: 'POST',
  path: '/b/{id}',
  tag,
  summary: 'Where bins catch',
  description: 'The `url` of a bin, and everything below it; any method. It answers as it is told.',
  right: 'none',
  success: { status: 200, description: 'It was caught; status and body are what the bin was told.' },
  requestBody: Type.Unsafe<unknown>({ description: 'Anything.' }),
  bodyIs: 'bytes',
  bodyOptional: true,
  fails: ['unavailable'],
  handle: () => {
    throw new Error('The addresses of bins are served by their own door.');
  },
});
