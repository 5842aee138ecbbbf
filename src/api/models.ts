import { type TSchema, Type } from 'typebox';
import { attemptErrors } from '../core/attempt.ts';
import * as limits from '../core/limits/api.ts';
import { replayPlanRows } from '../core/limits/lists.ts';
import { attemptBodyBytes } from '../core/limits/sending.ts';
import { orderStates } from '../core/order.ts';
import { maybeTime, nullable } from './nullable.ts';

/*
 * What answers look like. The OpenAPI document is made of these, and the tests hold real answers against them.
 */

const time = (description: string): TSchema =>
  Type.String({ format: 'date-time', description: `${description} RFC 3339, UTC, with milliseconds.` });

export const deliveryStatuses = [
  'pending',
  'sending',
  'retrying',
  'held',
  'delivered',
  'dead',
  'cancelled',
] as const;

export const deliveryStatus = Type.Enum([...deliveryStatuses], {
  description:
    'pending: due, not yet tried · sending: an attempt is under way · retrying: failed, due again at nextAttemptAt · held: the endpoint is paused or disabled · delivered · dead: given up, a dead letter · cancelled',
});

export const account = Type.Object({
  id: Type.String({ description: '`acc_…`, or what was asked for.' }),
  name: Type.String(),
  maxEndpoints: Type.Integer({
    description: 'How many endpoints it may have; past it creating one answers 409.',
  }),
  notify: nullable('string', 'Where alert mail for this account goes.'),
  createdAt: time('When it was made.'),
  updatedAt: time('When it was last changed.'),
});

export const apiKey = Type.Object({
  id: Type.String(),
  name: Type.String(),
  account: nullable('string', 'The account it is bound to; null for an admin key.'),
  scopes: Type.Array(Type.String(), { description: 'publish, read, manage, receive' }),
  hint: Type.String({ description: 'Its first characters, to recognise it by.' }),
  createdAt: time('When it was made.'),
});

export const newApiKey = Type.Object({
  ...apiKey.properties,
  key: Type.String({ description: 'The key itself. It is shown here and never again.' }),
});

export const eventType = Type.Object({
  name: Type.String(),
  description: Type.String(),
  schema: nullable('object', 'JSON Schema of `data`.'),
  enforced: Type.Boolean({
    description:
      'True when events of this type are refused with 422 unless their data fits the schema: only schemas set with PUT are.',
  }),
  examples: Type.Array(Type.Unknown(), { description: 'Examples of `data`.' }),
  deprecated: Type.Boolean(),
  createdAt: maybeTime('When the account declared it; null for what every account knows from the start.'),
  updatedAt: maybeTime('When the account last changed it.'),
});

export const accepted = Type.Object({
  id: Type.String({
    description: 'The id that was sent, or a new `evt_…`. Receivers get it in the id header.',
  }),
  type: Type.String(),
  createdAt: time('When it was accepted.'),
  deliveries: Type.Integer({ description: 'How many endpoints it is owed to.' }),
});

export const acceptedInBatch = Type.Object({
  ...accepted.properties,
  conflict: Type.Optional(
    Type.Boolean({
      description: 'True when the id was known with another type or other data; nothing was stored.',
    }),
  ),
});

const eventFields = {
  id: Type.String(),
  type: Type.String(),
  timestamp: Type.String({ description: "The publisher's own text, else the time of acceptance." }),
  reference: nullable('string', 'What the event is about, such as an order number.'),
  source: nullable('string', 'The source it came through; null when published by API.'),
  origin: Type.Enum(['api', 'webhook', 'poll']),
  createdAt: time('When it was accepted.'),
};

export const eventSummary = Type.Object({
  ...eventFields,
  deliveries: Type.Integer({ description: 'How many endpoints it is owed to.' }),
});

export const delivery = Type.Object({
  id: Type.String({ description: '`dlv_…`' }),
  eventId: Type.String(),
  eventType: Type.String(),
  reference: nullable('string', "The event's reference."),
  endpointId: Type.String(),
  status: deliveryStatus,
  attemptCount: Type.Integer({ description: 'Attempts made so far.' }),
  createdAt: time('When the event was accepted.'),
  nextAttemptAt: maybeTime('When it is tried next; null when it is not by itself.'),
  lastAttemptAt: maybeTime('When the last attempt began.'),
  httpStatus: nullable('integer', 'What the receiver answered last.'),
  error: Type.Unsafe({ enum: [...attemptErrors, null], description: 'Why the last attempt failed.' }),
  endedAt: maybeTime('When it became delivered, dead or cancelled.'),
});

export const event = Type.Object({
  ...eventFields,
  data: Type.Unknown({ description: 'The payload, byte for byte as it was published.' }),
  deliveryCount: Type.Integer({ description: 'How many endpoints it is owed to.' }),
  deliveries: Type.Array(delivery, {
    description: `One for each endpoint that it is owed to, in the order they were made; the first ${limits.listMax}. \`GET /v1/deliveries\` has them all.`,
  }),
});

const headers = Type.Record(Type.String(), Type.String(), {
  description: 'Names in lower case; a header that came twice has its values joined by ", ".',
});
const body = Type.String({ description: `The first ${attemptBodyBytes} bytes, as text.` });
const bodyTruncated = Type.Boolean({ description: 'True when there was more than is shown.' });

const step = (description: string) => nullable('integer', description);
const timings = Type.Unsafe({
  anyOf: [
    Type.Object({
      lookupMs: step("Finding the receiver's addresses; null for an address in the URL."),
      connectMs: step('The TCP connection.'),
      tlsMs: step('The TLS handshake.'),
      waitMs: step('From the request to the head of the answer.'),
      readMs: step('Reading the rest of the answer.'),
    }),
    { type: 'null' },
  ],
  description:
    'Where that time went. A step that did not take place is null: the first three on a connection that was kept, and all after the one that failed. Null as a whole where it was not measured: pull endpoints, queues, lost attempts.',
});

export const attempt = Type.Object({
  id: Type.Optional(Type.String({ description: '`att_…`; a test attempt has none.' })),
  n: Type.Integer({ description: 'Counts from 1, on through retries and replays.' }),
  at: time('When it began.'),
  durationMs: Type.Number(),
  timings,
  outcome: Type.Enum(['succeeded', 'failed']),
  httpStatus: nullable('integer', 'What the receiver answered; null when no answer came.'),
  error: Type.Unsafe({
    enum: [...attemptErrors, null],
    description: 'Why it failed; null when it succeeded.',
  }),
  detail: Type.String({ description: 'The cause in plain words; empty when it succeeded.' }),
  request: Type.Object({
    url: Type.String(),
    headers: Type.Record(Type.String(), Type.String(), {
      description: "As sent, signatures included. Values of the endpoint's own headers are masked.",
    }),
    body,
    bodyTruncated,
  }),
  response: Type.Object({ headers, body, bodyTruncated }),
  nextAttemptAt: maybeTime('When the next attempt was set for; null when none was.'),
});

export const freshRequest = Type.Object({
  url: Type.String(),
  headers: Type.Record(Type.String(), Type.String(), {
    description: "Signed for this moment. Values of the endpoint's own headers are masked.",
  }),
  body: nullable('string', 'All of it, as text; null when it is none.'),
  bodyBase64: nullable('string', 'The body when it is no text.'),
});

export const deliveryDetail = Type.Object({
  ...delivery.properties,
  attempts: Type.Array(attempt, { description: 'Oldest first.' }),
});

export const replay = Type.Object({
  id: Type.String({ description: '`rpl_…`' }),
  status: Type.Enum(['running', 'paused', 'done', 'cancelled']),
  total: Type.Integer({ description: 'Deliveries that matched when it was made.' }),
  done: Type.Integer({ description: 'Of those, how many ended delivered.' }),
  failed: Type.Integer({ description: 'Of those, how many ended dead again.' }),
  rateLimit: Type.Unsafe({
    anyOf: [Type.Object({ perSecond: Type.Integer() }), Type.Null()],
    description: 'How many it puts back in a second at most; null: as fast as the store lets it.',
  }),
  startedAt: time('When it began.'),
  finishedAt: maybeTime('When the last of its deliveries ended.'),
});

export const replayPlan = Type.Object({
  total: Type.Integer({ description: 'Deliveries that match now.' }),
  atLeast: Type.Boolean({
    description: `More than ${replayPlanRows.toLocaleString('en')} had to be looked at, and counting stopped there: there may be more than \`total\`.`,
  }),
  sample: Type.Array(delivery, { description: 'The first of them, in the order in which they would go.' }),
});

export const orderHead = Type.Object({
  id: Type.String({ description: '`ord_…`' }),
  sourceId: Type.String({ description: 'The supplier: `src_…`.' }),
  reference: Type.String({ description: "The store's own name of the order." }),
  orderId: nullable('string', "The supplier's name of it, once known."),
  state: Type.Enum([...orderStates], {
    description:
      'pending · fulfilled · failed · refunded · stuck: asking was given up. A final state never goes back; only refunded may follow fulfilled.',
  }),
  registered: Type.Boolean({ description: 'The store said that it placed it.' }),
  flagged: Type.Boolean({ description: 'An event came for it although nobody had registered it.' }),
  overdue: Type.Boolean({ description: 'It has not ended and took longer than the source allows.' }),
  foundBy: Type.Unsafe({
    enum: ['webhook', 'poll', null],
    description: 'What found its final state; null before.',
  }),
  createdAt: time('When it was registered, or its first event came: its age counts from here.'),
  updatedAt: time('When it changed last.'),
  nextPollAt: maybeTime('When the supplier is asked about it next; null: not at all.'),
});

export const order = Type.Object({
  ...orderHead.properties,
  history: Type.Array(
    Type.Object({
      at: time('When it happened.'),
      kind: Type.Enum(['registered', 'event', 'poll', 'decision'], {
        description:
          'event: came by webhook · poll: the supplier was asked · decision: ours, when time had passed.',
      }),
      state: Type.Enum([...orderStates], { description: 'The state it left the order in.' }),
      eventType: nullable('string', 'Type of the event.'),
      eventId: nullable('string', 'Id of the event.'),
      note: Type.String({ description: 'In words.' }),
    }),
    { description: 'What happened, oldest first.' },
  ),
});

/** Orders by where they stand. */
export const orderFigures = Type.Object({
  pending: Type.Integer(),
  fulfilled: Type.Integer(),
  failed: Type.Integer(),
  refunded: Type.Integer(),
  stuck: Type.Integer(),
  overdue: Type.Integer(),
  late: Type.Integer({ description: 'Overdue or stuck: somebody has to look.' }),
  foundByPoll: Type.Integer({
    description: 'Orders whose end was found by asking alone: no webhook came in time.',
  }),
});

const latency = (description: string): TSchema =>
  Type.Unsafe({
    anyOf: [
      Type.Object({ mean: Type.Number(), p50: Type.Number(), p95: Type.Number(), p99: Type.Number() }),
      { type: 'null' },
    ],
    description,
  });

export const stats = Type.Object({
  orders: Type.Optional(orderFigures),
  oldestDueAt: Type.Optional(
    maybeTime('Since when the oldest due delivery waits to be sent; null: none does.'),
  ),
  since: time('Begin of what is counted.'),
  until: time('End of what is counted.'),
  attempts: Type.Integer({ description: 'Attempts made.' }),
  delivered: Type.Integer({ description: 'Deliveries that ended delivered.' }),
  failed: Type.Integer({ description: 'Attempts that failed.' }),
  dead: Type.Integer({ description: 'Deliveries that were given up.' }),
  latencyMs: latency(
    'How long attempts took; null without attempts. `mean` is rounded to hundredths. Percentiles are the upper bounds of the histogram buckets that hold them (5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000 ms; longer counts as 30000), not exact durations.',
  ),
  buckets: Type.Array(
    Type.Object({
      at: time('Begin of the bucket.'),
      delivered: Type.Integer(),
      failed: Type.Integer(),
      dead: Type.Integer(),
      latencyMs: latency('The same of the bucket.'),
    }),
  ),
});

export const problem = Type.Object(
  {
    type: Type.String({ description: '`urn:surehook:problem:…`: stable, for programs.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What is wrong and what to do.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({
            description:
              'Where: a JSON pointer (RFC 6901) into the body, which begins with `/` or is empty for the whole body; else the bare name of a query parameter or header.',
          }),
          detail: Type.String(),
        }),
      ),
    ),
    requestId: Type.String({
      description: 'Also in the `request-id` header: name it when you ask for help.',
    }),
  },
  { description: 'RFC 9457 problem details.' },
);

/** What the lists say that filters can make look far back. */
export const shortPages =
  'A page may be short or even empty where a filter matches little: ask on while `nextCursor` is not null.';

/** The answer of a list. */
export function listOf(item: TSchema): TSchema {
  return Type.Object({
    data: Type.Array(item),
    nextCursor: nullable('string', 'Hand it in as `cursor` for the next page; null on the last.'),
  });
}
