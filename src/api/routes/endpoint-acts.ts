import { type Static, Type } from 'typebox';
import { endpointView, secretView } from '../../core/endpoint-view.ts';
import { SurehookError } from '../../core/errors.ts';
import { parseTestEvent } from '../../core/event-input.ts';
import * as limits from '../../core/limits/accounts.ts';
import { envelopeBytes } from '../../core/limits/api.ts';
import { isPulled } from '../../core/pull.ts';
import type { ReplayFilter } from '../../core/replay.ts';
import { attemptView } from '../attempt-view.ts';
import { actorOf } from '../auth.ts';
import * as models from '../models.ts';
import type { ApiParts } from '../parts.ts';
import { type Answer, type Call, type Route, route } from '../route.ts';
import { readSpan, spanFields, timeForm } from '../time-query.ts';
import { endpoint, secrets } from './endpoint-models.ts';
import { findEndpoint } from './find-endpoint.ts';
import { replayView } from './replays.ts';
import { statsAnswer, statsQuery } from './stats.ts';

const rotation = Type.Object(
  {
    secret: Type.Optional(Type.String({ description: 'The new secret; without it one is made.' })),
    overlap: Type.Optional(
      Type.String({ default: '24h', description: 'How long the old one stays valid beside it.' }),
    ),
    signWith: Type.Optional(
      Type.Enum(['new', 'old'], {
        default: 'new',
        description: 'Which one signs meanwhile, where the profile has room for one signature only.',
      }),
    ),
  },
  { additionalProperties: false },
);

const testInput = Type.Object({
  eventType: Type.String({
    description:
      'Any event type; the endpoint need not be subscribed to it. May also be spelled `type`, `event_type` or `event`.',
  }),
  data: Type.Unknown({ description: 'Any JSON value, sent byte for byte.' }),
});

const recoverInput = Type.Object(
  {
    since: Type.String({ maxLength: 64, description: `Only events from then on: ${timeForm}` }),
    until: spanFields.until,
  },
  { additionalProperties: false },
);

/** What can be done with one endpoint, whose path is `one`. */
export function endpointActs(parts: ApiParts, one: string, tag: string): Route[] {
  return [...sending(parts, one, tag), ...secretRoutes(parts, one, tag), ...states(parts, one, tag)];
}

function sending(parts: ApiParts, one: string, tag: string): Route[] {
  return [
    route({
      tag,
      method: 'POST',
      path: `${one}/test`,
      summary: 'Send a test event',
      description:
        'One attempt at once, signed like any other and marked `surehook-test: true`; never retried, not in health or statistics, and it works while the endpoint is paused. The answer is 200 whatever the receiver said: look at `outcome`. ' +
        `An account may have ${limits.testsPerAccount} tests under way; past it the answer is 429.`,
      right: 'manage',
      requestBody: testInput,
      bodyIs: 'raw',
      bodyExample: { eventType: 'order.created', data: { reference: 'ORD-12345' } },
      maxBodyBytes: parts.maxPayloadBytes + envelopeBytes,
      success: { status: 200, description: 'What came of the attempt.', schema: models.attempt },
      fails: ['conflict', 'too_many_requests'],
      handle: (call) => test(parts, call),
    }),
    route({
      tag,
      method: 'POST',
      path: `${one}/recover`,
      summary: 'Replay what failed',
      description:
        'Starts a replay of the dead letters of this endpoint whose events were accepted in that span.',
      right: 'manage',
      requestBody: recoverInput,
      bodyExample: { since: '24h' },
      success: { status: 202, description: 'The replay.', schema: models.replay },
      fails: ['too_many_requests'],
      handle: (call) => recover(parts, call),
    }),
    route({
      tag,
      method: 'GET',
      path: `${one}/stats`,
      summary: "What became of an endpoint's deliveries",
      description: 'Of the last 24 hours unless `since` and `until` say otherwise.',
      right: 'read',
      query: statsQuery,
      success: { status: 200, description: 'Totals and a history.', schema: models.stats },
      handle: (call) =>
        statsAnswer(parts, {
          accountNo: call.account.no,
          endpointNo: findEndpoint(parts, call.account, call.params.id).no,
          query: call.query,
        }),
    }),
  ];
}

function secretRoutes(parts: ApiParts, one: string, tag: string): Route[] {
  return [
    route({
      tag,
      method: 'POST',
      path: `${one}/rotate-secret`,
      summary: 'Rotate the secret',
      description:
        'The old secret stays valid until the overlap ends. Meanwhile schemes with room for several signatures send all; the others sign with what `signWith` says.',
      right: 'manage',
      requestBody: rotation,
      bodyIs: 'described',
      bodyOptional: true,
      fails: ['conflict'],
      success: {
        status: 200,
        description: 'The endpoint with its new secret.',
        schema: Type.Object({ ...endpoint.properties, ...secrets.properties }),
      },
      handle: async ({ account, params, body }) => {
        const one = await parts.administration.rotateSecret(account, params.id, body);
        return { body: { ...endpointView(one), ...secretView(one, parts.clock.nowMs()) } };
      },
    }),
    route({
      tag,
      method: 'GET',
      path: `${one}/secret`,
      summary: 'Show the secret',
      right: 'manage',
      isAudited: true,
      success: {
        status: 200,
        description: 'The secrets that are valid.',
        schema: secrets,
      },
      handle: (call) => ({
        body: secretView(findEndpoint(parts, call.account, call.params.id), parts.clock.nowMs()),
      }),
    }),
  ];
}

function states(parts: ApiParts, one: string, tag: string): Route[] {
  return [
    route({
      tag,
      method: 'POST',
      path: `${one}/pause`,
      summary: 'Pause an endpoint',
      description: 'Deliveries are held, in order; nothing is attempted and nothing is lost.',
      right: 'manage',
      success: { status: 200, description: 'The endpoint as it is now.', schema: endpoint },
      handle: async ({ account, params, principal }) => ({
        body: endpointView(await parts.administration.pauseEndpoint(account, params.id, actorOf(principal))),
      }),
    }),
    route({
      tag,
      method: 'POST',
      path: `${one}/resume`,
      summary: 'Resume an endpoint',
      description:
        'Ends paused and disabled alike, clears the record of failure, and releases what is held with the rest of its schedule.',
      right: 'manage',
      success: { status: 200, description: 'The endpoint as it is now.', schema: endpoint },
      handle: async (call) => ({
        body: endpointView(await parts.administration.resumeEndpoint(call.account, call.params.id)),
      }),
    }),
  ];
}

async function test(parts: ApiParts, call: Call): Promise<Answer> {
  const one = findEndpoint(parts, call.account, call.params.id);
  if (isPulled(one))
    throw new SurehookError('conflict', 'Nothing is sent to this endpoint: publish an event and receive it.');
  const event = parseTestEvent(call.text);
  const attempt = await parts.test(one, event);
  return { body: attemptView(attempt, { key: null, endpoint: one, data: event.data }) };
}

async function recover(parts: ApiParts, call: Call<unknown, Static<typeof recoverInput>>): Promise<Answer> {
  const { account, body } = call;
  const endpointNo = findEndpoint(parts, call.account, call.params.id).no;
  const span = readSpan(body, parts.clock.nowMs(), '/');
  const filter: ReplayFilter = { endpointNo, eventTypes: null, state: 'dead', ...span, keys: null };
  const replay = await parts.replayer.startReplay(account, filter, null);
  return { body: replayView(replay) };
}
