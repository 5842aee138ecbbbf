import { WebhookError } from './error.ts';
import type { ReceivedHeaders, ReceivedRequest } from './place.ts';

/** The largest body that is read when nothing else is said: 5 MiB. */
export const bodyBytesMax = 5 * 1024 * 1024;

/** Bytes as frameworks hand them over. A string is taken as its UTF-8 bytes. */
export type RawBody = Uint8Array | ArrayBuffer | string;

/** Headers as frameworks have them: `Headers`, an object, or name, value, name, value … */
export type AnyHeaders = ReceivedHeaders | Iterable<readonly [string, string]>;

/** A request put together by hand. */
export interface PlainRequest {
  headers: AnyHeaders;
  body: RawBody;
  method?: string;
  url?: string;
}

/** A request of the Fetch API, as Workers, Deno, Bun, Next.js and Hono have it. */
export interface FetchRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Iterable<readonly [string, string]>;
  readonly bodyUsed: boolean;
  readonly body: AsyncIterable<Uint8Array> | object | null;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A request of `node:http`, as Express, Connect and Next.js's pages pass it on; `body` and `rawBody` if something has read it before. */
export interface NodeRequest extends AsyncIterable<unknown> {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly originalUrl?: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawHeaders: readonly string[];
  readonly readableDidRead?: boolean;
  iterator?(options: { destroyOnReturn: boolean }): AsyncIterable<unknown>;
  body?: unknown;
  rawBody?: unknown;
}

/** Anything that `verify` takes. */
export type AnyRequest = PlainRequest | FetchRequest | NodeRequest;

/**
 * The request with its raw body, at most `maxBytes` of it. Throws a `WebhookError` when the body is longer, or was parsed before: what
 * is written anew from parsed JSON is not what was signed.
 */
export async function readRaw(request: AnyRequest, maxBytes = bodyBytesMax): Promise<ReceivedRequest> {
  if (request === null || typeof request !== 'object' || !('headers' in request))
    throw new WebhookError(
      'no_request',
      'Give the request itself, or { headers, body } with the raw body (a Uint8Array, an ArrayBuffer or a string).',
    );
  if ('arrayBuffer' in request && typeof request.arrayBuffer === 'function')
    return readFetch(request as FetchRequest, maxBytes);
  if ('rawHeaders' in request) return readNode(request as NodeRequest, maxBytes);
  const { headers, body, method, url } = request as PlainRequest;
  const bytes = rawBytes(body);
  if (bytes === null) throw parsed('Pass the bytes that came, before any JSON.parse, as `body`.');
  return bounded({ headers: flatHeaders(headers), body: bytes, ...named({ method, url }) }, maxBytes);
}

/** That something has read the body before, and which way there is to get at the bytes. */
export function parsed(advice: string): WebhookError {
  return new WebhookError(
    'body_already_parsed',
    `The body was read or parsed before its signature could be checked, so the bytes that were signed are gone. ${advice}`,
  );
}

/** The bytes of a raw body; null when it is none. */
export function rawBytes(body: unknown): Uint8Array | null {
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  // Not by `instanceof`: it may come from another realm.
  return Object.prototype.toString.call(body) === '[object ArrayBuffer]'
    ? new Uint8Array(body as ArrayBuffer)
    : null;
}

/** Headers as the core reads them. Pairs keep their order and their repetitions. */
export function flatHeaders(headers: AnyHeaders): ReceivedHeaders {
  if (Array.isArray(headers)) return typeof headers[0] === 'object' ? headers.flat() : headers;
  return headers !== null && typeof headers === 'object' && Symbol.iterator in headers
    ? [...(headers as Iterable<readonly [string, string]>)].flat()
    : (headers as ReceivedHeaders);
}

function named(values: { method?: string | undefined; url?: string | undefined }): {
  method?: string;
  url?: string;
} {
  const { method, url } = values;
  return { ...(method === undefined ? {} : { method }), ...(url === undefined ? {} : { url }) };
}

function bounded(request: ReceivedRequest, maxBytes: number): ReceivedRequest {
  if (request.body.length <= maxBytes) return request;
  throw tooLarge(maxBytes);
}

function tooLarge(maxBytes: number): WebhookError {
  return new WebhookError(
    'body_too_large',
    `The body is longer than ${maxBytes} bytes; \`maxBytes\` sets another limit.`,
  );
}

async function readFetch(request: FetchRequest, maxBytes: number): Promise<ReceivedRequest> {
  const { method, url, headers } = request;
  if (request.bodyUsed)
    throw parsed('Verify before request.json() or request.text(), or give one of the two request.clone().');
  if (Number(new Headers([...headers] as [string, string][]).get('content-length')) > maxBytes)
    throw tooLarge(maxBytes);
  const isStream = request.body !== null && Symbol.asyncIterator in request.body;
  const body = isStream
    ? await collected(request.body as AsyncIterable<Uint8Array>, maxBytes)
    : new Uint8Array(await request.arrayBuffer());
  return bounded({ method, url, headers: [...headers].flat(), body }, maxBytes);
}

const expressAdvice =
  "Put the route before app.use(express.json()), or give it express.raw({ type: '*/*' }) of its own; where that can't be, use express.json({ verify: (req, res, raw) => { req.rawBody = raw } }). In Next.js's pages/api: export const config = { api: { bodyParser: false } }.";

async function readNode(request: NodeRequest, maxBytes: number): Promise<ReceivedRequest> {
  const { rawHeaders, method } = request;
  const url = request.originalUrl ?? request.url;
  const kept = rawBytes(request.rawBody) ?? rawBytes(request.body);
  if (kept !== null) return bounded({ headers: rawHeaders, body: kept, ...named({ method, url }) }, maxBytes);
  // Some parsers leave an empty object for what they passed over; what counts is whether the stream was touched.
  if (request.readableDidRead ?? request.body !== undefined) throw parsed(expressAdvice);
  // Not destroyed when it is too long: the answer has to leave by the same connection.
  const stream = request.iterator?.({ destroyOnReturn: false }) ?? request;
  const body = await collected(stream as AsyncIterable<Uint8Array>, maxBytes);
  return { headers: rawHeaders, body, ...named({ method, url }) };
}

/** Counted while it is read: what a length says is not to be believed. */
async function collected(stream: AsyncIterable<Uint8Array | string>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
    length += bytes.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    chunks.push(bytes);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
