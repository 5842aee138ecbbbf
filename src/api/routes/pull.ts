import { type Static, Type } from 'typebox';
import { headerPairs } from '../../core/attempt.ts';
import { durationForm, parseDuration } from '../../core/duration.ts';
import type { Endpoint } from '../../core/endpoint.ts';
import { invalid, SurehookError } from '../../core/errors.ts';
import { deliveryId, parseDeliveryId } from '../../core/ids.ts';
import * as limits from '../../core/limits/pull.ts';
import { isPulled } from '../../core/pull.ts';
import { timeText } from '../../core/time-text.ts';
import type { Pulled, PullVerdict } from '../../ports/pull-store.ts';
import { nullable } from '../nullable.ts';
import type { ApiParts } from '../parts.ts';
import { type Answer, type Call, type Route, route } from '../route.ts';
import { findEndpoint } from './find-endpoint.ts';

const receiveInput = Type.Object(
  {
    max: Type.Optional(
      Type.Integer({ minimum: 1, maximum: limits.pullMax, default: 10, description: 'How many at most.' }),
    ),
    wait: Type.Optional(
      Type.String({
        default: '0s',
        description:
          'How long to wait for a first message, at most 20s; it is answered as soon as there is one.',
      }),
    ),
    lease: Type.Optional(
      Type.String({
        default: '30s',
        description: 'How long they are yours, from 1s to 12h. Then they can be received again.',
      }),
    ),
    request: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          "Also answer each message as the request that would be sent by the endpoint's profile, headers and secret, signed now: for handing it on to a receiver.",
      }),
    ),
  },
  { additionalProperties: false },
);

const ids = Type.Array(Type.String(), {
  minItems: 1,
  maxItems: limits.pullIds,
  description: 'Ids of messages, as `receive` answered them.',
});
const ackInput = Type.Object({ ids }, { additionalProperties: false });
const nackInput = Type.Object(
  {
    ids,
    delay: Type.Optional(
      Type.String({ default: '0s', description: 'Not to be received again before, at most 30d.' }),
    ),
  },
  { additionalProperties: false },
);

const messages = Type.Object({
  data: Type.Array(
    Type.Object({
      id: Type.String({ description: "The delivery's id; it does not change." }),
      eventId: Type.String({
        description: 'The same for all endpoints: what to remember, and ignore when it comes again.',
      }),
      type: Type.String(),
      timestamp: Type.String(),
      reference: nullable('string', 'What the event is about.'),
      source: nullable('string', 'The source that it came through; null when published by API.'),
      origin: Type.Enum(['api', 'webhook', 'poll']),
      attempt: Type.Integer({ description: 'How often it was handed out, this time included.' }),
      leaseUntil: Type.String({ format: 'date-time' }),
      data: Type.Unknown({ description: 'Byte for byte as it was published.' }),
      request: Type.Optional(
        Type.Object(
          {
            headers: Type.Array(Type.Array(Type.String()), { description: 'Names and values.' }),
            bodyBase64: Type.String(),
          },
          { description: 'Where `request` was asked for.' },
        ),
      ),
    }),
  ),
});

const results = Type.Object({
  data: Type.Array(
    Type.Object({
      id: Type.String(),
      status: Type.Enum(['delivered', 'retrying', 'dead', 'lost'], {
        description:
          'delivered: acknowledged · retrying: to be received again · dead: that was its last attempt · lost: it has ended, was never handed out, or is not of this endpoint; nothing was changed.',
      }),
    }),
    { description: 'In the order of the ids.' },
  ),
});

/** What consumers of an endpoint with `url: "pull:"` do; `one` is the endpoint's path. */
export function pullRoutes(parts: ApiParts, one: string, tag: string): Route[] {
  return [
    route({
      method: 'POST',
      path: `${one}/receive`,
      tag,
      summary: 'Fetch messages',
      description:
        'Of an endpoint with `url: "pull:"`. They are leased to the caller: acknowledge each when it is done. A lease that runs out counts as an attempt, and so does a nack; after as many as the retry schedule has entries, and one, the message is dead. A paused endpoint hands nothing out.',
      right: 'receive',
      requestBody: receiveInput,
      bodyOptional: true,
      bodyExample: { max: 10, wait: '20s', lease: '1m' },
      success: {
        status: 200,
        description: 'Messages, oldest due first; none when the wait has ended.',
        schema: messages,
      },
      fails: ['conflict', 'too_many_requests'],
      handle: (call) => receive(parts, call),
    }),
    route({
      method: 'POST',
      path: `${one}/ack`,
      tag,
      summary: 'Acknowledge messages',
      description:
        'They are delivered. It counts as long as nobody else has ended them, be the lease over or not.',
      right: 'receive',
      requestBody: ackInput,
      bodyExample: { ids: ['dlv_00000002000'] },
      success: { status: 200, description: 'What became of each.', schema: results },
      fails: ['conflict'],
      handle: (call) => settle(parts, call, { kind: 'ack' }),
    }),
    route({
      method: 'POST',
      path: `${one}/nack`,
      tag,
      summary: 'Give messages back',
      description: 'They can be received again, at once or after a delay.',
      right: 'receive',
      requestBody: nackInput,
      bodyExample: { ids: ['dlv_00000002000'], delay: '1m' },
      success: { status: 200, description: 'What became of each.', schema: results },
      fails: ['conflict'],
      handle: (call) => {
        const delayMs = durationOf('delay', call.body.delay, {
          absentMs: 0,
          minMs: 0,
          maxMs: limits.nackDelayMaxMs,
        });
        return settle(parts, call, { kind: 'nack', delayMs });
      },
    }),
  ];
}

async function receive(parts: ApiParts, call: Call<unknown, Static<typeof receiveInput>>): Promise<Answer> {
  const endpoint = findPulled(parts, call);
  const options = {
    max: call.body.max ?? 10,
    waitMs: durationOf('wait', call.body.wait, { absentMs: 0, minMs: 0, maxMs: limits.pullWaitMaxMs }),
    leaseMs: durationOf('lease', call.body.lease, {
      absentMs: limits.pullLeaseDefaultMs,
      minMs: limits.pullLeaseMinMs,
      maxMs: limits.pullLeaseMaxMs,
    }),
  };
  const pulled = await parts.puller.receive(endpoint, options, call.gone);
  const texts = pulled.map((each) =>
    messageText(each, call.body.request === true ? requestOf(parts, endpoint, each) : null),
  );
  return { text: `{"data":[${texts.join(',')}]}` };
}

function requestOf(parts: ApiParts, endpoint: Endpoint, { event, attempts }: Pulled): object {
  const { headers, body } = parts.requestFor(event, endpoint, attempts);
  return { headers: headerPairs(headers), bodyBase64: Buffer.from(body.bytes).toString('base64') };
}

/** The data goes in as it is: written anew, its numbers would change. */
function messageText({ key, event, attempts, leaseUntilMs }: Pulled, request: object | null): string {
  const head = JSON.stringify({
    id: deliveryId(key),
    eventId: event.id,
    type: event.type,
    timestamp: event.timestamp,
    reference: event.reference,
    source: event.source,
    origin: event.origin,
    attempt: attempts,
    leaseUntil: timeText(leaseUntilMs),
    ...(request === null ? {} : { request }),
  });
  return `${head.slice(0, -1)},"data":${event.data}}`;
}

async function settle(
  parts: ApiParts,
  call: Call<unknown, { ids: string[] }>,
  verdict: PullVerdict,
): Promise<Answer> {
  const endpoint = findPulled(parts, call);
  const keys = call.body.ids.map(parseDeliveryId);
  // What can be no delivery's id is nobody's.
  const results = await parts.puller.settle(
    endpoint,
    keys.map((key) => key ?? -1),
    verdict,
  );
  const data = call.body.ids.map((id, place) => {
    const result = results[place]!;
    return { id, status: result === 'open' ? 'retrying' : result };
  });
  return { body: { data } };
}

function findPulled(parts: ApiParts, call: Pick<Call, 'account' | 'params'>): Endpoint {
  const endpoint = findEndpoint(parts, call.account, call.params.id);
  if (isPulled(endpoint)) return endpoint;
  throw new SurehookError(
    'conflict',
    'This endpoint is sent to; only one with the url "pull:" is fetched from.',
  );
}

interface Bounds {
  absentMs: number;
  minMs: number;
  maxMs: number;
}

function durationOf(name: string, text: string | undefined, { absentMs, minMs, maxMs }: Bounds): number {
  if (text === undefined) return absentMs;
  const ms = parseDuration(text);
  if (ms !== null && ms >= minMs && ms <= maxMs) return ms;
  const detail = `must be ${durationForm}, from ${minMs / 1000} to ${maxMs / 1000} seconds`;
  throw invalid([{ pointer: `/${name}`, detail }]);
}
