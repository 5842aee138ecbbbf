import type { Operations } from './api-types.ts';

/** A call of the API by method and path, as the OpenAPI document names it. */
export type OperationName = keyof Operations;

/** What a call takes: `path`, `query` and `body`, as far as it has them. */
export type Input<Name extends OperationName> = Operations[Name]['input'];

/** Calls that answer a page of a list. */
export type ListName = {
  [Name in OperationName]: Operations[Name]['answer'] extends { data: unknown[]; nextCursor: string | null }
    ? Name
    : never;
}[OperationName];

/** What one item of a list is. */
export type Item<Name extends ListName> = Operations[Name]['answer'] extends { data: (infer Found)[] }
  ? Found
  : never;

/** Where a server is and who asks. */
export interface ClientOptions {
  /** `https://hooks.example`: what comes before `/v1`. */
  url: string;
  /** `shk_live_…`, or `shk_admin_…`. */
  key: string;
  /** The account that an admin key acts for. */
  account?: string;
  fetch?: typeof globalThis.fetch;
  /** How long one try may take, in milliseconds; 30 s unless given. */
  timeoutMs?: number;
  /** How often a call that may be repeated is tried again after 429, 5xx or a lost connection; 3 unless given. */
  retries?: number;
  /** Waits so many milliseconds; for tests. */
  wait?: (ms: number) => Promise<void>;
}

/** How one call is made. */
export interface CallOptions {
  signal?: AbortSignal;
  /** For `POST /v1/events`; made up when there is none, so that trying again publishes nothing twice. */
  idempotencyKey?: string;
  /** The body as text, when its numbers are to arrive exactly as written (`12.50`); instead of `body`. */
  rawBody?: string;
  /** That a POST does no harm when it is made twice. */
  isRepeatable?: boolean;
}

/** What the API refuses. `problem` is its RFC 9457 document: `detail` says what to do, `errors` points at each thing that is wrong. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly problem: {
    title?: string;
    detail?: string;
    errors?: { pointer: string; detail: string }[];
    requestId?: string;
  };

  constructor(status: number, problem: ApiError['problem']) {
    const where = (problem.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ');
    super([`${status} ${problem.title ?? ''}`.trim(), problem.detail, where].filter(Boolean).join(': '));
    this.status = status;
    this.problem = problem;
  }
}

/** The API of one server. */
export interface Client {
  /**
   * One call: `call('POST /v1/events', { body: { type, data } })`. Tries again where that does no harm, waiting as long as the server
   * says. Throws an `ApiError` for what is refused.
   */
  call<Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    options?: CallOptions,
  ): Promise<Operations[Name]['answer']>;
  /** Every item of a list, page after page: `for await (const delivery of client.list('GET /v1/deliveries', {}))`. */
  list<Name extends ListName>(
    name: Name,
    input: Input<Name>,
    options?: CallOptions,
  ): AsyncGenerator<Item<Name>>;
}

/** The longest that is waited before another try, whatever the server says. */
const waitMaxMs = 60_000;

/** A client for the API of a server. */
export function createClient(options: ClientOptions): Client {
  const call: Client['call'] = (name, input, more = {}) =>
    send(options, name, input as AnyInput, more) as never;
  return {
    call,
    async *list(name, input, more) {
      let cursor: string | null = null;
      do {
        const { query } = input as AnyInput;
        const page: AnyInput = { ...input, query: { ...query, ...(cursor === null ? {} : { cursor }) } };
        const { data, nextCursor } = (await call(name, page as never, more)) as {
          data: never[];
          nextCursor: string | null;
        };
        yield* data;
        cursor = nextCursor;
      } while (cursor !== null);
    },
  };
}

interface AnyInput {
  path?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
}

async function send(
  client: ClientOptions,
  name: OperationName,
  input: AnyInput,
  call: CallOptions,
): Promise<unknown> {
  const [method, template] = name.split(' ') as [string, string];
  const { retries = 3, wait = (ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)) } = client;
  const isPublishing = name === 'POST /v1/events';
  const isRepeatable = method !== 'POST' || isPublishing || call.isRepeatable === true;
  const headers: Record<string, string> = { authorization: `Bearer ${client.key}` };
  if (client.account !== undefined) headers['surehook-account'] = client.account;
  if (isPublishing) headers['idempotency-key'] = call.idempotencyKey ?? crypto.randomUUID();
  const body = call.rawBody ?? (input.body === undefined ? undefined : JSON.stringify(input.body));
  if (body !== undefined) headers['content-type'] = 'application/json';
  const request = { method, headers, ...(body === undefined ? {} : { body }) };
  const url = addressOf(client.url, template, input);

  for (let tried = 0; ; tried += 1) {
    const isLast = tried >= retries;
    const answer = await attempt(client, url, request, call.signal).catch((error) => {
      if (isLast || !isRepeatable || call.signal?.aborted) throw error;
      return null;
    });
    if (answer?.ok) return await contentOf(answer);
    // 429 says that nothing was done.
    const isPassing = answer === null || answer.status === 429 || (isRepeatable && answer.status >= 500);
    if (answer !== null && (isLast || !isPassing)) throw await errorOf(answer);
    await answer?.body?.cancel();
    await wait(pauseMs(tried, answer));
  }
}

function attempt(
  { fetch = globalThis.fetch, timeoutMs = 30_000 }: ClientOptions,
  url: string,
  request: RequestInit,
  given: AbortSignal | undefined,
): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs);
  return fetch(url, {
    ...request,
    signal: given === undefined ? timeout : AbortSignal.any([given, timeout]),
  });
}

function addressOf(base: string, template: string, { path = {}, query = {} }: AnyInput): string {
  const filled = template.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(path[name] ?? ''));
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return base.replace(/\/$/, '') + filled + (search === '' ? '' : `?${search}`);
}

/** What the server says, else half a second, doubled each time, with a share by chance so that not all come at once. */
function pauseMs(tried: number, answer: Response | null): number {
  const said = Number(answer?.headers.get('retry-after') ?? Number.NaN);
  const ms = Number.isFinite(said) ? said * 1000 : 500 * 2 ** tried * (0.75 + Math.random() / 2);
  return Math.min(ms, waitMaxMs);
}

async function contentOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  return text === '' ? undefined : JSON.parse(text);
}

async function errorOf(answer: Response): Promise<ApiError> {
  const problem = await answer.json().catch(() => ({}));
  return new ApiError(answer.status, problem !== null && typeof problem === 'object' ? problem : {});
}
