import { type TSchema, Type } from 'typebox';
import { nameChars } from '../../core/limits/accounts.ts';
import * as limits from '../../core/limits/endpoints.ts';
import { attemptBodyBytes } from '../../core/limits/sending.ts';
import { sourceBodyMaxBytes, sourceBodyMinBytes } from '../../core/limits/sources.ts';
import { doorVerdicts } from '../../core/source.ts';
import { nullable } from '../nullable.ts';
import { tracking } from './tracking-model.ts';

const place = (what: string): TSchema =>
  Type.Unsafe({
    type: ['string', 'object', 'null'],
    description: `Where ${what} stands, if not where the preset has it: a JSON pointer into the provider's raw body, {"header":NAME}, {"query":NAME}, or {"text":VALUE} for one that always holds. In a form, {"body":"/NAME"} is a field.`,
    examples: ['/data/id'],
  });

/** What can be set at a source. */
const settings = {
  name: Type.String({ maxLength: nameChars, description: 'What people call it.' }),
  scheme: Type.Unsafe<string | object>({
    type: ['string', 'object'],
    description:
      'The name of a preset (`GET /v1/schemes`), or a scheme of your own: `{place,prefix?,separator?,message,algorithm,keyEncoding,encoding,timestamp?,id?,type?}`.',
    examples: ['standard'],
  }),
  secrets: Type.Unsafe<string[] | null>({
    type: ['array', 'null'],
    items: { type: 'string' },
    maxItems: limits.secretsAtOnce,
    description: `All secrets that are valid at present, at most ${limits.secretsAtOnce}, newest first. Never shown again. Without one nothing is believed.`,
  }),
  fields: Type.Unsafe<Record<string, string> | null>({
    type: ['object', 'null'],
    additionalProperties: { type: 'string' },
    description:
      'What the scheme needs besides: a public key, a webhook id, a verify token … (`GET /v1/schemes`). Those that are secret are never shown again; `•••` keeps a value.',
  }),
  eventType: place("the event's type"),
  eventId: place("the event's id"),
  reference: place('what the event is about'),
  maxBody: Type.Unsafe<number | string | null>({
    type: ['integer', 'string', 'null'],
    description: `The largest body that is taken, in bytes, or as a size such as "5MiB" (the default), from ${sourceBodyMinBytes} to ${sourceBodyMaxBytes} bytes. Larger ones are 413.`,
  }),
  rateLimit: Type.Unsafe<{ perSecond: number } | null>({
    type: ['object', 'null'],
    properties: { perSecond: { type: 'integer', minimum: 1, maximum: limits.ratePerSecondMax } },
    required: ['perSecond'],
    additionalProperties: false,
    description:
      'No more requests a second than that, of each process; past it the answer is 429 with Retry-After. All answers carry RateLimit headers then.',
  }),
  ack: nullable(
    'object',
    'What the provider is answered, where it wants something else: `{status,contentType,body}`. Unless given, what the preset wants, else 200 `{"received":true}`.',
  ),
  reject: nullable(
    'object',
    '`{status}` for what is not believed; unless given, as the preset wants it, else 401.',
  ),
  schemas: nullable(
    'object',
    'JSON Schemas (2020-12) of the data by event type, `*` for every other type. What does not fit is answered with 422, kept, and can be judged again once the schema is mended.',
  ),
  tracking,
  consume: nullable(
    'string',
    'A queue that messages are taken from, each as if it had come to `url`: `redis://…?stream=&group=`, `nats://…?stream=&consumer=`, `amqp://…?queue=` or `kafka://…?topic=&group=`. Acknowledged to the broker once they are on disk. The password in it is kept encrypted and shown as `•••`. With it, `scheme` is `unsigned` unless given.',
  ),
};

const optional = Object.fromEntries(
  Object.entries(settings).map(([name, schema]) => [name, Type.Optional(schema)]),
) as { [K in keyof typeof settings]: ReturnType<typeof Type.Optional<(typeof settings)[K]>> };

const secret = Type.Optional(
  nullable('string', 'The only secret; `secrets` takes several. As the provider shows it, whsec_ and all.'),
);

/** The body that makes a source. */
export const sourceInput = Type.Object(
  { ...optional, name: settings.name, secret },
  { additionalProperties: false },
);

/** The body that changes one. */
export const sourceChanges = Type.Object(
  {
    ...optional,
    secret,
    ...Object.fromEntries(
      ['id', 'url', 'missing', 'consumption', 'createdAt', 'updatedAt'].map((name) => [
        name,
        Type.Optional(Type.Unknown({ description: 'As it is now, or absent.' })),
      ]),
    ),
  },
  { additionalProperties: false, minProperties: 1 },
);

/** A source as answers show it. */
export const source = Type.Object({
  id: Type.String({ description: '`src_…`' }),
  url: Type.String({ description: 'Where the provider sends to. Whoever knows it can knock.' }),
  ...settings,
  missing: Type.Array(Type.String(), {
    description:
      'What it still has to be given, `secret` or names of fields; until then nothing is believed.',
  }),
  consumption: nullable(
    'object',
    'How the taking of messages stands at this node: `{state,detail,lag,lastAt}`; `state` is `connecting`, `consuming` or `waiting` (something is wrong, which `detail` says, and it is tried again); `lag`: messages that the broker still has, null where it does not say. Null without `consume`.',
  ),
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' }),
});

/** What became of requests at the door. */
export const verdict = Type.Enum([...doorVerdicts], {
  description:
    'accepted: it is an event · duplicate: the same came before · rejected: not believed, or refused for its form · handshake: a question of the provider, answered',
});

/** A request as lists show it. */
export const sourceRequest = Type.Object({
  id: Type.String({ description: "`srq_…`; of an accepted one the event's id." }),
  at: Type.String({ format: 'date-time' }),
  verdict,
  reason: nullable('string', 'Why it was not taken in, for programs.'),
  detail: nullable('string', 'The same in words.'),
  status: Type.Integer({ description: 'What the provider was answered.' }),
  method: Type.String(),
  bodyBytes: Type.Integer({
    description: 'How large its body was; of an accepted one, how large its data is.',
  }),
  eventId: nullable('string', 'The event that it is, or was before.'),
});

/** One request in full. */
export const sourceRequestDetail = Type.Object({
  ...sourceRequest.properties,
  sourceId: Type.String(),
  url: Type.String({ description: 'As the provider asked for it.' }),
  headers: Type.Array(Type.Array(Type.String(), { minItems: 2, maxItems: 2 }), {
    description: 'Names and values in the order they came; credentials are masked.',
  }),
  body: nullable('string', `Its first ${attemptBodyBytes} bytes, as text.`),
  bodyBase64: nullable('string', 'The whole body; null when it was not kept.'),
});

/** What came of judging a request again. */
export const judgement = Type.Object({
  valid: Type.Boolean({ description: 'Whether it is believed now.' }),
  verdict,
  reason: nullable('string', 'Why it is still not taken in, for programs.'),
  detail: nullable('string', 'The same in words.'),
  eventId: nullable('string', 'The event that it is now, or was before.'),
});

/** What a provider is answered. */
export const received = Type.Object({
  received: Type.Boolean(),
  duplicate: Type.Optional(Type.Boolean({ description: 'True when the same came before.' })),
});
