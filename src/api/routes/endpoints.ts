import { type Static, Type } from 'typebox';
import type { Endpoint } from '../../core/endpoint.ts';
import { endpointView, secretView } from '../../core/endpoint-view.ts';
import { invalid, notFound } from '../../core/errors.ts';
import { isEventType } from '../../core/event.ts';
import { scanObject, stringAt } from '../../core/json.ts';
import * as limits from '../../core/limits.ts';
import { attemptView } from '../attempt-view.ts';
import { actorOf } from '../auth.ts';
import * as models from '../models.ts';
import { pageInMemory, pageQuery } from '../page.ts';
import { type Answer, type Call, type Route, route } from '../route.ts';
import type { Services } from '../services.ts';
import { readSpan, spanFields, timeForm } from '../time-query.ts';
import { endpoint, endpointChanges, endpointInput, endpointWithSecret, secrets } from './endpoint-models.ts';
import { replayView } from './replays.ts';
import { statsAnswer, statsQuery } from './stats.ts';

const tag = 'Endpoints';

/** Where the routes are mounted and what a new endpoint is told by when it does not say. */
export interface EndpointMount {
  path: string;
  defaultProfile: string;
  hidden: boolean;
}

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
  eventType: Type.String({ description: 'Any event type; the endpoint need not be subscribed to it.' }),
  data: Type.Unknown({ description: 'Any JSON value, sent byte for byte.' }),
});

const recoverInput = Type.Object(
  {
    since: Type.String({ maxLength: 64, description: `Only events from then on: ${timeForm}` }),
    until: spanFields.until,
  },
  { additionalProperties: false },
);

export function endpointRoutes(services: Services, mount: EndpointMount): Route[] {
  const shared = { tag, hidden: mount.hidden };
  const one = `${mount.path}/{id}`;
  return [...collection(services, mount), ...single(services, mount), ...acts(services, one, shared)];
}

function collection(services: Services, { path, defaultProfile, hidden }: EndpointMount): Route[] {
  return [
    route({
      method: 'POST',
      path,
      tag,
      hidden,
      summary: 'Create an endpoint',
      description:
        'Once the 201 is out, every event that is published matches against it. The same routes answer under `/v1/webhooks`, where `profile` is `petstore` unless given. ' +
        "Past the account's `maxEndpoints` (10 by default) the answer is 409.",
      right: 'manage',
      requestBody: endpointInput,
      bodyIs: 'described',
      bodyExample: { url: 'https://shop.example/hooks', events: ['order.*', 'payment.succeeded'] },
      success: { status: 201, description: 'The endpoint with its secret.', schema: endpointWithSecret },
      fails: ['conflict'],
      handle: async (call) => {
        const { account, body } = call;
        const made = await services.administration.createEndpoint(account, body, {
          actor: actorOf(call.principal),
          defaultProfile,
        });
        return { body: endpointView(made, { secret: true, headersShown: true }) };
      },
    }),
    route({
      method: 'GET',
      path,
      tag,
      hidden,
      summary: 'List endpoints',
      right: 'read',
      query: Type.Object(pageQuery, { additionalProperties: false }),
      success: {
        status: 200,
        description: 'A page of endpoints, newest first.',
        schema: models.listOf(endpoint),
      },
      handle: ({ account, query }) => {
        const page = pageInMemory(services.directory.endpoints(account.no), query, {
          list: 'endpoints',
          accountNo: account.no,
          position: ({ no }) => String(no).padStart(16, '0'),
        });
        return { body: { data: page.rows.map((one) => endpointView(one)), nextCursor: page.nextCursor } };
      },
    }),
  ];
}

function single(services: Services, { path, hidden }: EndpointMount): Route[] {
  const one = `${path}/{id}`;
  return [
    route({
      method: 'GET',
      path: one,
      tag,
      hidden,
      summary: 'One endpoint',
      right: 'read',
      success: { status: 200, description: 'The endpoint, without its secret.', schema: endpoint },
      handle: (call) => ({ body: endpointView(find(services, call)) }),
    }),
    route({
      method: 'PATCH',
      path: one,
      tag,
      hidden,
      summary: 'Change an endpoint',
      description:
        'What is absent stays; `null` goes back to the default; `headers` are replaced as a whole. A changed origin of `url` drops the custom headers unless they are sent again. Setting `status` to `active` does what resume does.',
      right: 'manage',
      requestBody: endpointChanges,
      bodyIs: 'described',
      bodyExample: { events: ['order.*'] },
      success: { status: 200, description: 'The endpoint as it is now.', schema: endpoint },
      handle: async (call) => {
        const { account, params, body, principal } = call;
        const changed = await services.administration.updateEndpoint(
          account,
          params.id,
          body,
          actorOf(principal),
        );
        return { body: endpointView(changed, { headersShown: Object.hasOwn(body as object, 'headers') }) };
      },
    }),
    route({
      method: 'DELETE',
      path: one,
      tag,
      hidden,
      summary: 'Delete an endpoint',
      description: 'What is open at it is cancelled; its history stays until it is too old.',
      right: 'manage',
      success: { status: 204, description: 'It is gone.' },
      handle: async (call) => {
        await services.administration.deleteEndpoint(call.account, call.params.id);
        return {};
      },
    }),
  ];
}

function acts(services: Services, one: string, shared: { tag: string; hidden: boolean }): Route[] {
  return [
    ...sending(services, one, shared),
    ...secretRoutes(services, one, shared),
    ...states(services, one, shared),
  ];
}

function sending(services: Services, one: string, shared: { tag: string; hidden: boolean }): Route[] {
  return [
    route({
      ...shared,
      method: 'POST',
      path: `${one}/test`,
      summary: 'Send a test event',
      description:
        'One attempt at once, signed like any other and marked `surehook-test: true`; never retried, not in health or statistics, and it works while the endpoint is paused. The answer is 200 whatever the receiver said: look at `outcome`.',
      right: 'manage',
      requestBody: testInput,
      bodyIs: 'raw',
      bodyExample: { eventType: 'order.created', data: { reference: 'ORD-12345' } },
      maxBodyBytes: services.maxPayloadBytes + limits.envelopeBytes,
      success: { status: 200, description: 'What came of the attempt.', schema: models.attempt },
      handle: (call) => test(services, call),
    }),
    route({
      ...shared,
      method: 'POST',
      path: `${one}/recover`,
      summary: 'Replay what failed',
      description:
        'Starts a replay of the dead letters of this endpoint whose events were accepted in that span.',
      right: 'manage',
      requestBody: recoverInput,
      bodyExample: { since: '24h' },
      success: { status: 202, description: 'The replay.', schema: models.replay },
      handle: (call) => recover(services, call),
    }),
    route({
      ...shared,
      method: 'GET',
      path: `${one}/stats`,
      summary: "What became of an endpoint's deliveries",
      description: 'Of the last 24 hours unless `since` and `until` say otherwise.',
      right: 'read',
      query: statsQuery,
      success: { status: 200, description: 'Totals and a history.', schema: models.stats },
      handle: (call) =>
        statsAnswer(services, {
          accountNo: call.account.no,
          endpointNo: find(services, call).no,
          query: call.query,
        }),
    }),
  ];
}

function secretRoutes(services: Services, one: string, shared: { tag: string; hidden: boolean }): Route[] {
  return [
    route({
      ...shared,
      method: 'POST',
      path: `${one}/rotate-secret`,
      summary: 'Rotate the secret',
      description:
        'The old secret stays valid until the overlap ends. Meanwhile schemes with room for several signatures send all; the others sign with what `signWith` says.',
      right: 'manage',
      requestBody: rotation,
      bodyIs: 'described',
      bodyOptional: true,
      success: {
        status: 200,
        description: 'The endpoint with its new secret.',
        schema: Type.Object({ ...endpoint.properties, ...secrets.properties }),
      },
      handle: async ({ account, params, body }) => {
        const one = await services.administration.rotateSecret(account, params.id, body);
        return { body: { ...endpointView(one), ...secretView(one, services.clock.nowMs()) } };
      },
    }),
    route({
      ...shared,
      method: 'GET',
      path: `${one}/secret`,
      summary: 'Show the secret',
      right: 'manage',
      success: {
        status: 200,
        description: 'The secrets that are valid.',
        schema: secrets,
      },
      handle: (call) => ({ body: secretView(find(services, call), services.clock.nowMs()) }),
    }),
  ];
}

function states(services: Services, one: string, shared: { tag: string; hidden: boolean }): Route[] {
  return [
    route({
      ...shared,
      method: 'POST',
      path: `${one}/pause`,
      summary: 'Pause an endpoint',
      description: 'Deliveries are held, in order; nothing is attempted and nothing is lost.',
      right: 'manage',
      success: { status: 200, description: 'The endpoint as it is now.', schema: endpoint },
      handle: async ({ account, params, principal }) => ({
        body: endpointView(
          await services.administration.pauseEndpoint(account, params.id, actorOf(principal)),
        ),
      }),
    }),
    route({
      ...shared,
      method: 'POST',
      path: `${one}/resume`,
      summary: 'Resume an endpoint',
      description:
        'Ends paused and disabled alike, clears the record of failure, and releases what is held with the rest of its schedule.',
      right: 'manage',
      success: { status: 200, description: 'The endpoint as it is now.', schema: endpoint },
      handle: async (call) => ({
        body: endpointView(await services.administration.resumeEndpoint(call.account, call.params.id)),
      }),
    }),
  ];
}

function find(services: Services, call: Call): Endpoint {
  const found = services.directory.endpointById(call.account.no, call.params.id);
  if (found === null) throw notFound('endpoint', call.params.id);
  return found;
}

async function test(services: Services, call: Call): Promise<Answer> {
  const one = find(services, call);
  const { members } = scanObject(call.text);
  const type = members.get('eventType');
  const data = members.get('data');
  const eventType = type !== undefined && call.text[type.start] === '"' ? stringAt(call.text, type) : '';
  const problems = [];
  if (!isEventType(eventType)) {
    problems.push({
      pointer: '/eventType',
      detail: `is required: 1–${limits.eventTypeChars} characters of A-Z a-z 0-9 _ . : / -`,
    });
  }
  if (data === undefined) problems.push({ pointer: '/data', detail: 'is required: any JSON value' });
  if (data === undefined || problems.length > 0) throw invalid(problems);
  const text = call.text.slice(data.start, data.end);
  const attempt = await services.test(one, { type: eventType, data: text });
  return { body: attemptView(attempt, { key: null, endpoint: one, data: text }) };
}

async function recover(
  services: Services,
  call: Call<unknown, Static<typeof recoverInput>>,
): Promise<Answer> {
  const { account, body } = call;
  const endpointNo = find(services, call).no;
  const span = readSpan(body, services.clock.nowMs(), '/');
  const replay = await services.startReplay(account, {
    endpointNo,
    eventTypes: null,
    state: 'dead',
    ...span,
    keys: null,
  });
  return { body: replayView(replay) };
}
