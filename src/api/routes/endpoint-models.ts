import { type TSchema, Type } from 'typebox';
import { durationForm } from '../../core/duration.ts';
import { descriptionChars } from '../../core/limits/accounts.ts';
import * as limits from '../../core/limits/endpoints.ts';
import { profiles } from '../../core/profiles/table.ts';
import { nullable } from '../nullable.ts';

const duration = (description: string, example: string): TSchema =>
  Type.String({ description, examples: [example], 'x-must': `must be ${durationForm}` });

const retry = Type.Object(
  {
    schedule: Type.Optional(
      Type.Array(Type.String(), {
        maxItems: limits.retryEntries,
        description: 'The wait after each failed attempt; N entries mean at most N + 1 attempts.',
        examples: [['30s', '2m', '10m']],
      }),
    ),
    exponential: Type.Optional(
      Type.Object(
        {
          initial: duration('The first wait.', '1s'),
          factor: Type.Number({ description: 'Each wait is that many times the one before.' }),
          maxRetries: Type.Integer(),
          maxDelay: duration('No wait is longer.', '60s'),
        },
        { additionalProperties: false, description: 'Instead of a schedule.' },
      ),
    ),
    jitter: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Up to that share is added to each wait.' }),
    ),
    giveUpAfter: Type.Optional(nullable('string', 'No attempt later than that after the first.')),
  },
  { additionalProperties: false },
);

/** What can be set at an endpoint, at creation and later. */
const settings = {
  url: Type.String({
    maxLength: limits.endpointUrlChars,
    description:
      'Where events are POSTed. https, no credentials, a public host; in development mode also http and loopback. Or a queue: `redis://…?stream=`, `nats://…?subject=`, `amqp://…?exchange=&routingKey=`, `kafka://…?topic=`, `sqs://…`, `postgres://…?table=`; the password in it is kept encrypted and shown as `•••`, which keeps it when sent back. Or `pull:`, to fetch events.',
  }),
  events: Type.Array(Type.String(), {
    minItems: 1,
    maxItems: limits.endpointEvents,
    description: 'Event types it wants: exact names, `prefix.*`, or `*`. Case-sensitive.',
    examples: [['order.*', 'payment.succeeded']],
  }),
  description: Type.String({ maxLength: descriptionChars }),
  profile: Type.String({
    description: `Wire format and policy: ${profiles.map((one) => `\`${one.name}\``).join(', ')}. See \`GET /v1/profiles\`.`,
  }),
  status: Type.Enum(['active', 'paused'], {
    description: 'Paused: deliveries are held and nothing is lost.',
  }),
  headers: Type.Record(Type.String(), Type.String(), {
    description:
      'Sent with every delivery. Headers of the server, the connection, the signature, and those in which the wire format carries the event cannot be set. Values are shown in the answer to who sets them and masked everywhere else. A changed origin of `url` drops them unless they are sent again.',
  }),
  retry,
  timeout: duration('For one attempt as a whole.', '10s'),
  rateLimit: Type.Unsafe<{ perSecond: number } | null>({
    type: ['object', 'null'],
    properties: { perSecond: { type: 'number', exclusiveMinimum: 0, maximum: limits.ratePerSecondMax } },
    required: ['perSecond'],
    additionalProperties: false,
    description: 'No more attempts per second than that; null: no limit.',
  }),
  concurrency: Type.Integer({
    minimum: 1,
    maximum: limits.concurrencyMax,
    description: `Requests under way at once; ${limits.concurrencyDefault} by default.`,
  }),
  ordered: Type.Boolean({
    description:
      'Per reference, in the order of the 202 answers; a failing delivery holds back later ones of its reference.',
  }),
  filter: Type.Unsafe<Record<string, unknown> | null>({
    type: ['object', 'null'],
    description:
      'JSON pointers into `{id,type,timestamp,reference,data}` to `eq ne gt gte lt lte in exists`; all must hold. Numbers are kept as they are written and compared as decimals, exactly. A place that is not in the event holds for `ne` and `exists: false` only.',
    examples: [{ '/data/total': { gte: 100 } }],
  }),
  sources: Type.Unsafe<string[] | null>({
    type: ['array', 'null'],
    items: { type: 'string' },
    description: 'null: events published by API. Else ids of sources, or `*` for every source.',
  }),
  notify: nullable('string', 'Where alert mail for this endpoint goes.'),
  metadata: Type.Record(Type.String(), Type.Unknown(), {
    description: `Yours: up to ${limits.metadataBytes} bytes of JSON.`,
  }),
  wire: nullable(
    'object',
    "The endpoint's own `envelope`, `signature` or `headers` instead of its profile's, in the grammar that `GET /v1/profiles` shows.",
  ),
};

const optional = Object.fromEntries(
  Object.entries(settings).map(([name, schema]) => [name, Type.Optional(schema)]),
) as { [K in keyof typeof settings]: ReturnType<typeof Type.Optional<(typeof settings)[K]>> };

/** The body that makes an endpoint. */
export const endpointInput = Type.Object(
  {
    ...optional,
    url: settings.url,
    events: settings.events,
    secret: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "1–256 printable characters, taken as they are; for `standard` and `cloudevents` `whsec_` and base64 of 24–64 bytes, or `whsk_…` for ed25519. Without it one is made in the profile's form.",
      }),
    ),
  },
  { additionalProperties: false },
);

/** What GET shows and nobody sets: a change may repeat it as it is. */
const shownOnly = Object.fromEntries(
  ['id', 'createdAt', 'updatedAt', 'statusReason'].map((name) => [
    name,
    Type.Optional(nullable('string', 'As it is now, or absent.')),
  ]),
);

/** The body that changes one: what is absent stays. */
export const endpointChanges = Type.Object(
  { ...optional, ...shownOnly },
  { additionalProperties: false, minProperties: 1 },
);

/** An endpoint as answers show it. */
export const endpoint = Type.Object({
  id: Type.String({ description: '`ep_…`' }),
  ...settings,
  status: Type.Enum(['active', 'paused', 'disabled'], {
    description:
      'paused: by a person, or by the platform after long failure · disabled: by the platform. `resume` ends both.',
  }),
  statusReason: nullable('string', 'Who changed the status, when and why.'),
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' }),
});

/** The same with its secret, as it is shown at creation. */
export const endpointWithSecret = Type.Object({
  ...endpoint.properties,
  secret: Type.String({
    description: 'What signatures are made with. Shown here, by rotate-secret and by GET …/secret only.',
  }),
});

/** The newest secret and what is still valid beside it. */
export const secrets = Type.Object({
  secret: Type.String({ description: 'The newest secret.' }),
  signWith: Type.Enum(['new', 'old']),
  previous: Type.Array(
    Type.Object({
      secret: Type.String(),
      validUntil: nullable('string', undefined, { format: 'date-time' }),
    }),
    { description: 'Older ones whose overlap has not ended.' },
  ),
});
