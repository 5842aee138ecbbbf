import { Type } from 'typebox';
import { invalid } from '../../core/errors.ts';
import * as limits from '../../core/limits/api.ts';
import { timeText } from '../../core/time-text.ts';
import type { Accepted, PublishOptions } from '../../flow/publish.ts';
import { problemHeaders, toProblem } from '../errors.ts';
import * as models from '../models.ts';
import type { ApiParts } from '../parts.ts';
import { type Answer, type Call, type Route, route } from '../route.ts';

const tag = 'Events';

const eventInput = Type.Object(
  {
    type: Type.String({
      description:
        'What happened: 1–128 characters of `A-Z a-z 0-9 _ . : / -`. May also be spelled `eventType`, `event_type` or `event`; two spellings that differ are refused.',
    }),
    data: Type.Unknown({
      description:
        'Any JSON value. Its bytes reach the receivers as they are: numbers, key order and Unicode.',
    }),
    id: Type.Optional(
      Type.String({
        maxLength: limits.eventIdChars,
        description:
          'Your own id, 1–200 visible ASCII characters. The same id again is answered with 200 and sent to nobody twice.',
      }),
    ),
    timestamp: Type.Optional(
      Type.String({
        description:
          'When it happened, RFC 3339 with time and offset, passed on as it is written; else the time of acceptance.',
      }),
    ),
    reference: Type.Optional(
      Type.Unsafe({
        type: ['string', 'number'],
        description:
          'What it is about, such as an order number; else what `data.reference` says. Ordered endpoints keep its events in order.',
      }),
    ),
    account: Type.Optional(
      Type.String({
        description:
          'Whose event it is. A live key may name only its own account (else 403); an admin key may name any, but not another one than its `Surehook-Account` header (422).',
      }),
    ),
    deliverAt: Type.Optional(
      Type.String({ format: 'date-time', description: 'Not before then; at most 365 days ahead.' }),
    ),
  },
  {
    description: `Members that are not listed are ignored, but for misspellings of \`deliverAt\`, which are refused. Nested at most ${limits.jsonDepth} levels deep.`,
  },
);

const example = { type: 'order.created', data: { reference: 'ORD-12345', total: 59.98 } };

/** The way in for events, one by one or many at once. */
export function publishRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/events',
      tag,
      summary: 'Publish an event',
      description:
        'A 202 means that the event is on disk and will end as delivered, dead or cancelled for every endpoint that matches now. ' +
        'Send your own `id` or an `Idempotency-Key` and repeat the request after any failure: nothing is sent twice.',
      right: 'publish',
      requestHeaders: {
        'Idempotency-Key': `Up to ${limits.idempotencyKeyChars} characters, kept for 24 h: the same key with the same body gets the first answer again, with another body 422, and 409 while the first request is under way. Only accepted events are remembered: a refused request is judged anew.`,
        traceparent: 'W3C trace context; the deliveries go on with its trace.',
      },
      requestBody: eventInput,
      bodyIs: 'raw',
      bodyExample: example,
      maxBodyBytes: parts.maxPayloadBytes + limits.envelopeBytes,
      success: {
        status: 202,
        description: 'Accepted and on disk.',
        schema: models.accepted,
        headers: {
          'Idempotent-Replayed': '`true` when this is the first answer of the Idempotency-Key, given again.',
        },
      },
      alsoAnswers: {
        200: 'The `id` was known already: this is the stored event, and nothing was sent. With `Surehook-Id-Conflict: true` when it was stored with another body.',
      },
      fails: ['conflict', 'too_large', 'unavailable'],
      handle: async (call) => acceptedAnswer(await parts.publish(call.account, call.text, optionsOf(call))),
    }),
    route({
      method: 'POST',
      path: '/v1/events/batch',
      tag,
      summary: 'Publish many events',
      description: `Up to ${limits.batchEvents} events and 8 MiB. Each is accepted or refused on its own; the results stand in the order of the events. Give each event an \`id\` so that the batch can be repeated: an id that is known already is answered with the stored event, with \`conflict\` when it was stored with another body. An \`Idempotency-Key\` belongs to single events and is refused here.`,
      right: 'publish',
      requestBody: Type.Object({
        events: Type.Array(eventInput, { minItems: 1, maxItems: limits.batchEvents }),
      }),
      bodyIs: 'raw',
      bodyExample: { events: [example] },
      maxBodyBytes: limits.batchBytes,
      success: {
        status: 202,
        description: 'One result for each event.',
        schema: Type.Object({
          data: Type.Array(Type.Union([models.acceptedInBatch, Type.Object({ error: models.problem })])),
        }),
      },
      fails: ['too_large', 'unavailable'],
      handle: (call) => publishBatch(parts, call),
    }),
  ];
}

/** What the request says about the event it publishes, however it came in. */
export function optionsOf(call: Pick<Call, 'principal' | 'headers'>): PublishOptions {
  const traceparent = call.headers.traceparent;
  return {
    idempotencyKey: idempotencyKey(call),
    traceparent: typeof traceparent === 'string' ? traceparent : null,
    ...accountsOf(call),
  };
}

function idempotencyKey(call: Pick<Call, 'headers'>): string | null {
  const key = call.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && key.length > 0 && key.length <= limits.idempotencyKeyChars) return key;
  throw invalid([
    { pointer: 'Idempotency-Key', detail: `must have 1–${limits.idempotencyKeyChars} characters` },
  ]);
}

export function acceptedAnswer(accepted: Accepted): Answer {
  const answer: Answer = { status: accepted.status, body: acceptedView(accepted) };
  if (accepted.conflict || accepted.replayed) {
    answer.headers = {
      ...(accepted.conflict ? { 'surehook-id-conflict': 'true' } : {}),
      ...(accepted.replayed ? { 'idempotent-replayed': 'true' } : {}),
    };
  }
  return answer;
}

function acceptedView({ event }: Accepted): Record<string, unknown> {
  return {
    id: event.id,
    type: event.type,
    createdAt: timeText(event.createdAtMs),
    deliveries: event.deliveries,
  };
}

/** There is a header for this with a single event. */
function batchView(accepted: Accepted): Record<string, unknown> {
  return { ...acceptedView(accepted), ...(accepted.conflict ? { conflict: true } : {}) };
}

function accountsOf({ principal, headers }: Pick<Call, 'principal' | 'headers'>): {
  anyAccount: boolean;
  accountNamed: boolean;
} {
  return { anyAccount: principal.anyAccount, accountNamed: headers['surehook-account'] !== undefined };
}

async function publishBatch(parts: ApiParts, call: Call): Promise<Answer> {
  if (call.headers['idempotency-key'] !== undefined) {
    throw invalid([
      {
        pointer: 'Idempotency-Key',
        detail: 'belongs to single events; give each event of the batch an id instead',
      },
    ]);
  }
  const results = await parts.publishBatch(call.account, call.text, accountsOf(call));
  if (results.length > 0 && results.every(isUnavailable)) throw results[0];
  const data = results.map((result) =>
    result instanceof Error ? { error: toProblem(result, call.requestId) } : batchView(result),
  );
  return { body: { data } };
}

/** A batch of which nothing was taken is answered as a whole, so that clients wait as the header tells them. */
function isUnavailable(result: Accepted | Error): boolean {
  return (
    result instanceof Error && problemHeaders(result, toProblem(result, ''))['retry-after'] !== undefined
  );
}
