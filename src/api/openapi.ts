import { type TSchema, Type } from 'typebox';
import type { ErrorCode } from '../core/errors.ts';
import { problems } from './errors.ts';
import * as models from './models.ts';
import { isInAccount, type Route } from './route.ts';
import { endpoint, endpointWithSecret } from './routes/endpoint-models.ts';
import { source, sourceRequest } from './routes/source-models.ts';

type Json = Record<string, unknown>;

/** Schemas that get a name of their own in the document. */
const named = new Map<unknown, string>([
  [models.account, 'Account'],
  [models.apiKey, 'ApiKey'],
  [models.newApiKey, 'NewApiKey'],
  [endpoint, 'Endpoint'],
  [endpointWithSecret, 'EndpointWithSecret'],
  [models.eventType, 'EventType'],
  [models.accepted, 'AcceptedEvent'],
  [models.eventSummary, 'EventSummary'],
  [models.event, 'Event'],
  [models.delivery, 'Delivery'],
  [models.deliveryDetail, 'DeliveryDetail'],
  [models.attempt, 'Attempt'],
  [models.replay, 'Replay'],
  [models.stats, 'Stats'],
  [source, 'Source'],
  [sourceRequest, 'SourceRequest'],
  [models.problem, 'Problem'],
]);

const pathParamTexts = { id: 'The id.', name: 'The name.', token: 'The token.' } as const;

const about = `Surehook takes events and tells endpoints about them: signed, retried, durable.

**Keys.** Send \`Authorization: Bearer KEY\`. \`shk_admin_…\` keys may do everything and name the account they act for with \`Surehook-Account\` (else \`default\`); \`shk_live_…\` keys are bound to one account and may do what their scopes say.

**Browsers** may sign in instead (\`POST /v1/sessions\`): then a cookie stands for the key, and every request but GET also sends \`Surehook-Csrf\`.

**Errors** are \`application/problem+json\` (RFC 9457): \`detail\` says what to do, \`errors\` points at each thing that is wrong (a JSON pointer into the body, or the bare name of a query parameter or header), \`requestId\` names the request. 429 and 503 carry \`Retry-After\`. Another account's object is answered like one that does not exist; a known address with a method that it does not take is 405 with \`Allow\`.

**Lists** are answered newest first as \`{"data":[…],"nextCursor":…}\`; hand \`nextCursor\` in as \`cursor\`.

**Times** are RFC 3339 in UTC with milliseconds; durations in requests are \`"500ms"\`, \`"30s"\`, \`"5m"\`, \`"1h"\`, \`"30d"\`.

**Bodies** are JSON in UTF-8. A missing Content-Type is taken as JSON. Nested at most 64 levels deep.`;

/** An event type to describe what we send with. */
export interface SentType {
  name: string;
  description: string;
  schema: Json | null;
  examples: readonly unknown[];
}

/** The OpenAPI 3.1 document, made of the same routes and schemas that serve and validate. */
export function openApi(
  table: readonly Route[],
  options: { version: string; sent: readonly SentType[] },
): Json {
  const paths: Record<string, Json> = {};
  for (const route of table) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Surehook',
      version: options.version,
      summary: 'Webhooks that arrive.',
      description: about,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    tags: [...new Set(table.map((route) => route.tag))].map((name) => ({
      name,
    })),
    paths,
    webhooks: webhooks(options.sent),
    components: {
      schemas: Object.fromEntries([...named].map(([schema, name]) => [name, plain(schema, schema)])),
      responses: Object.fromEntries(
        Object.keys(problems).map((code) => [responseName(code), problemResponse(code)]),
      ),
      parameters: {
        SurehookAccount: {
          name: 'Surehook-Account',
          in: 'header',
          description: 'The account that an admin key acts for; `default` without it.',
          schema: { type: 'string' },
        },
      },
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: '`shk_admin_…` or `shk_live_…`' },
      },
    },
  };
}

function operation(route: Route): Json {
  const needs =
    route.right === 'none'
      ? 'No key needed.'
      : route.right === 'admin'
        ? 'Needs an admin key, or an owner who is signed in.'
        : route.right === 'signed-in'
          ? 'Needs somebody who is signed in, or an admin key.'
          : `Needs the scope \`${route.right}\`.`;
  const rendered: Json = {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    description: [route.description, needs].filter(Boolean).join('\n\n'),
    parameters: parameters(route),
    responses: responses(route),
  };
  if (route.right === 'none') rendered.security = [];
  if (route.requestBody !== null) {
    rendered.requestBody = {
      required: !route.bodyOptional,
      content: {
        [route.bodyIs === 'bytes' ? '*/*' : 'application/json']: {
          schema: plain(route.requestBody),
          ...(route.bodyExample === undefined ? {} : { example: route.bodyExample }),
        },
      },
    };
  }
  return rendered;
}

function operationId(route: Route): string {
  const words = route.path
    .replace(/^\/v1\//, '')
    .split(/[/-]/)
    .filter(Boolean)
    .map((word) => (word.startsWith('{') ? `by-${word.slice(1, -1)}` : word));
  const camel = words.join('-').replaceAll(/(?:^|-)(\w)/g, (_all, letter: string) => letter.toUpperCase());
  return route.method.toLowerCase() + camel;
}

function parameters(route: Route): Json[] {
  const found: Json[] = [];
  for (const [, name] of route.path.matchAll(/\{(\w+)\}/g)) {
    const key = name as keyof typeof pathParamTexts;
    const description = route.pathParams?.[key] ?? pathParamTexts[key];
    found.push({ name: key, in: 'path', required: true, description, schema: { type: 'string' } });
  }
  const query =
    (route.query as { properties?: Record<string, TSchema & { description?: string }> } | null)?.properties ??
    {};
  for (const [name, schema] of Object.entries(query)) {
    const { description, ...rest } = plain(schema) as Json;
    found.push({ name, in: 'query', required: false, description, schema: rest });
  }
  for (const [name, description] of Object.entries(route.requestHeaders ?? {})) {
    found.push({ name, in: 'header', required: false, description, schema: { type: 'string' } });
  }
  if (isInAccount(route.right)) found.push({ $ref: '#/components/parameters/SurehookAccount' });
  return found;
}

function responses(route: Route): Json {
  const { success } = route;
  const content =
    success.schema === undefined
      ? success.status === 204
        ? undefined
        : { 'text/plain': { schema: { type: 'string' } } }
      : { 'application/json': { schema: plain(success.schema) } };
  const headers = Object.entries(success.headers ?? {}).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  const rendered: Json = {
    [success.status]: {
      description: success.description,
      ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
      ...(content === undefined ? {} : { content }),
    },
  };
  for (const [status, description] of Object.entries(route.alsoAnswers ?? {})) {
    rendered[status] = { description, ...(content === undefined ? {} : { content }) };
  }
  for (const code of failuresOf(route)) {
    rendered[problems[code].status] = { $ref: `#/components/responses/${responseName(code)}` };
  }
  return rendered;
}

/** The problems that a route can answer with. */
export function failuresOf(route: Route): (ErrorCode | 'internal')[] {
  const found = new Set<ErrorCode | 'internal'>(route.fails ?? []);
  if (route.right !== 'none')
    for (const code of ['unauthenticated', 'forbidden', 'unavailable', 'internal'] as const) found.add(code);
  if (route.path.includes('{') || isInAccount(route.right)) found.add('not_found');
  if (route.query !== null) found.add('invalid');
  if (route.requestBody !== null) {
    for (const code of ['unparseable', 'too_large', 'unsupported_media_type', 'invalid'] as const)
      found.add(code);
  }
  return [...found].sort((a, b) => problems[a].status - problems[b].status);
}

function responseName(code: string): string {
  return code.replaceAll(/(?:^|_)(\w)/g, (_all, letter: string) => letter.toUpperCase());
}

function problemResponse(code: string): Json {
  const { status, title } = problems[code as ErrorCode];
  const headers =
    status === 503 || status === 429
      ? { headers: { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } } } }
      : {};
  return {
    description: `${title}.`,
    ...headers,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

/** What we send by the profile `standard`, for each type of the catalogue. */
function webhooks(sent: readonly SentType[]): Json {
  const any: SentType = {
    name: 'event',
    description: 'Any event that an endpoint is subscribed to.',
    schema: null,
    examples: [],
  };
  return Object.fromEntries([any, ...sent].map((type) => [type.name, { post: webhook(type, type === any) }]));
}

function webhook(type: SentType, isAny: boolean): Json {
  const header = (name: string, description: string): Json => ({
    name,
    in: 'header',
    required: true,
    description,
    schema: { type: 'string' },
  });
  const body = Type.Object({
    type: isAny ? Type.String({ description: 'The event type.' }) : Type.Literal(type.name),
    timestamp: Type.String({ description: "The publisher's own time, else the time of acceptance." }),
    data:
      type.schema === null
        ? Type.Unknown({ description: 'The data as it was published.' })
        : Type.Unsafe(type.schema),
  });
  const examples = type.examples.map((data, i) => [
    `example${i + 1}`,
    { value: { type: type.name, timestamp: '2026-01-31T12:00:00.000Z', data } },
  ]);
  return {
    operationId: `receive-${type.name}`,
    tags: ['What endpoints receive'],
    summary: isAny ? 'An event, by the profile "standard"' : type.name,
    description: `${type.description}\n\nSent by \`POST\` to the endpoint's URL. Verify the signature over the raw body, remember \`webhook-id\` and ignore what came before, and answer any 2xx within the timeout; anything else is tried again by the endpoint's schedule. Other profiles differ in body and headers: see \`GET /v1/profiles\`.`,
    security: [],
    parameters: [
      header('webhook-id', "The event's id: the same at every attempt."),
      header('webhook-timestamp', 'When this attempt was signed, seconds since 1970.'),
      header(
        'webhook-signature',
        '`v1,<base64>` of HMAC-SHA256 over `{id}.{timestamp}.{raw body}`; separated by spaces while two secrets are valid.',
      ),
      header('surehook-attempt', 'Number of the attempt, from 1.'),
    ],
    requestBody: {
      content: {
        'application/json': {
          schema: plain(body),
          ...(examples.length > 0 ? { examples: Object.fromEntries(examples) } : {}),
        },
      },
    },
    responses: {
      '2XX': { description: 'Received; the delivery is done.' },
      '410': { description: 'Gone: the endpoint is disabled and nothing more is sent.' },
      default: {
        description:
          'Failed; tried again by the schedule. `Retry-After` on 429 and 503 is honoured up to 24 h.',
      },
    },
  };
}

/** A copy without what only validation needs, in which named schemas are references. */
function plain(value: unknown, root?: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (typeof value !== 'object' || value === null) return value;
  const name = value === root ? undefined : named.get(value);
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
  const entries = Object.entries(value).filter(([key]) => key !== 'x-must');
  return Object.fromEntries(entries.map(([key, member]) => [key, plain(member)]));
}
