import { type TSchema, Type } from 'typebox';
import * as limits from '../../core/limits/bins.ts';
import { secretsAtOnce } from '../../core/limits/endpoints.ts';
import { attemptBodyBytes } from '../../core/limits/sending.ts';
import { nullable } from '../nullable.ts';

const duration = (description: string): TSchema =>
  Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: `${description}, at most 1m.`,
    examples: ['2s'],
  });

/** How a bin is told to behave. */
const settings = {
  name: nullable('string', 'What people call it.'),
  status: nullable('integer', 'What it answers, from 200 to 599; 200 unless given.'),
  delay: duration('How long it waits before it answers'),
  slow: duration('How long the answer takes once it has begun'),
  failFirst: nullable(
    'integer',
    'So many requests are answered with 500 first, counted from when this was set.',
  ),
  drop: nullable('boolean', 'It hangs up instead of answering.'),
  body: nullable('string', `What it answers, at most ${limits.binAnswerChars} characters.`),
  scheme: Type.Unsafe<string | object | null>({
    type: ['string', 'object', 'null'],
    description:
      'By which requests are verified: the name of a preset (`GET /v1/schemes`) or a scheme of your own. Null: not at all.',
    examples: ['standard'],
  }),
  fields: nullable('object', 'What the scheme needs besides a secret.'),
};

const all = (members: Record<string, TSchema>): Record<string, TSchema> =>
  Object.fromEntries(Object.entries(members).map(([name, member]) => [name, Type.Optional(member)]));

export const binInput = Type.Object(
  {
    ...all(settings),
    secret: Type.Optional(nullable('string', 'What requests should be signed with.')),
    secrets: Type.Optional(nullable('array', `Several, at most ${secretsAtOnce}, newest first.`)),
  },
  { additionalProperties: false },
);

/** What GET answered may be sent back with changes. */
export const binChanges = Type.Object(
  {
    ...binInput.properties,
    ...all({
      id: Type.String(),
      url: Type.String(),
      caught: Type.Integer(),
      createdAt: Type.String(),
      updatedAt: Type.String(),
    }),
  },
  { additionalProperties: false },
);

const time = (description: string): TSchema => Type.String({ format: 'date-time', description });

export const bin = Type.Object({
  id: Type.String({ description: '`bin_…`' }),
  url: Type.String({ description: 'Where it catches; so does everything below it.' }),
  ...settings,
  secrets: Type.Array(Type.String(), { description: 'Masked. `•••` sent back keeps one.' }),
  caught: Type.Integer({ description: 'Requests since its behaviour was set last.' }),
  createdAt: time('When it was made.'),
  updatedAt: time('When it was last changed.'),
});

const cause = Type.Object({
  cause: Type.String({
    description:
      'body_reserialised · body_cut · body_reencoded · wrong_secret · secret_decoded · secret_not_decoded · prefix_left_on · prefix_dropped · hex_for_base64 · base64_for_hex · wrong_header · clock_off · stale · other_scheme',
  }),
  detail: Type.String({ description: 'The same in words.' }),
  isProven: Type.Boolean({
    description: 'True: with just this mistake the signature holds. False: it is what remains.',
  }),
});

export const verification = Type.Object({
  valid: Type.Boolean(),
  reason: nullable('string', 'Why it does not hold, for programs.'),
  detail: nullable('string', 'The same in words.'),
  steps: Type.Array(
    Type.Object({
      step: Type.Enum(['key', 'signature', 'timestamp', 'bytes', 'comparison']),
      ok: nullable('boolean', 'Null where it only says what was done.'),
      detail: Type.String(),
    }),
  ),
  signed: Type.Unsafe({
    anyOf: [
      Type.Object({
        bytes: Type.Integer(),
        sha256: Type.String(),
        text: Type.String({ description: 'Their beginning.' }),
      }),
      { type: 'null' },
    ],
    description: 'The bytes that are signed, as far as they could be put together.',
  }),
  expected: Type.Array(Type.String(), { description: 'Signatures that would have been right.' }),
  received: Type.Array(Type.String(), { description: 'What came where the signature should be.' }),
  likely: Type.Array(cause, { description: 'What most likely went wrong, likeliest first.' }),
});

export const caughtRequest = Type.Object({
  id: Type.String({ description: '`brq_…`' }),
  at: time('When it came.'),
  method: Type.String(),
  url: Type.String({ description: 'The address as its sender knows it.' }),
  headers: Type.Array(Type.Array(Type.String()), {
    description: 'Names and values, as they came and in that order.',
  }),
  bodyBytes: Type.Integer(),
  body: nullable('string', `Its first ${attemptBodyBytes} bytes, as text.`),
  bodyBase64: nullable(
    'string',
    `The whole body; null when it was larger than ${limits.binBodyBytes} bytes.`,
  ),
  status: nullable('integer', 'What it was answered; null: it was hung up on.'),
  verification: Type.Unsafe({
    anyOf: [verification, { type: 'null' }],
    description:
      "By the bin's present scheme and secrets, freshness as of its receipt; null without a scheme.",
  }),
});
