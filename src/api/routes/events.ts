import { type Static, Type } from 'typebox';
import { notFound, SurehookError } from '../../core/errors.ts';
import type { EventHead } from '../../core/event.ts';
import * as limits from '../../core/limits/api.ts';
import { timeText } from '../../core/time-text.ts';
import type { EventFilter } from '../../ports/store.ts';
import { given } from '../given.ts';
import * as models from '../models.ts';
import { pageAnswer, pageInStore, pageQuery } from '../page.ts';
import type { ApiParts } from '../parts.ts';
import { type Answer, type Call, type Route, route } from '../route.ts';
import { searchText } from '../text-query.ts';
import { readSpan, spanFields } from '../time-query.ts';
import { checkTypePattern, typePattern } from '../type-query.ts';
import { deliveryView } from './deliveries.ts';
import { endpointGone, findPastEndpoint } from './find-endpoint.ts';

const tag = 'Events';

const listQuery = Type.Object(
  {
    ...pageQuery,
    type: Type.Optional(typePattern),
    reference: Type.Optional(
      Type.String({ maxLength: limits.referenceChars, description: 'Only events with this reference.' }),
    ),
    source: Type.Optional(
      Type.String({ maxLength: 64, description: 'Only events that came through this source.' }),
    ),
    idempotencyKey: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: limits.idempotencyKeyChars,
        description:
          'Only the event that was published under this `Idempotency-Key`; keys are known for 24 hours.',
      }),
    ),
    ...spanFields,
    q: Type.Optional(searchText),
  },
  { additionalProperties: false },
);

const redeliverInput = Type.Object(
  { endpointId: Type.Optional(Type.String({ description: 'Only to this endpoint.' })) },
  { additionalProperties: false },
);

export function eventRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/events',
      tag,
      summary: 'List events',
      description: `Newest first, without their payloads. ${models.shortPages}`,
      right: 'read',
      query: listQuery,
      success: { status: 200, description: 'A page of events.', schema: models.listOf(models.eventSummary) },
      handle: (call) => listEvents(parts, call),
    }),
    route({
      method: 'GET',
      path: '/v1/events/{id}',
      tag,
      summary: 'One event',
      description: 'With its payload, byte for byte as it was published, and its deliveries.',
      right: 'read',
      success: { status: 200, description: 'The event.', schema: models.event },
      handle: (call) => getEvent(parts, call),
    }),
    route({
      method: 'POST',
      path: '/v1/events/{id}/redeliver',
      tag,
      summary: 'Deliver an event again',
      description:
        'Puts its deliveries back: ended ones with a fresh schedule under the same id header, waiting ones at once. ' +
        'Those that are being sent right now are left alone, those of deleted endpoints too; when there are no others, the answer is 409. ' +
        'At a paused or disabled endpoint they are held until it is resumed.',
      right: 'manage',
      requestBody: redeliverInput,
      bodyOptional: true,
      fails: ['conflict'],
      success: {
        status: 202,
        description: 'How many were put back.',
        schema: Type.Object({
          id: Type.String(),
          deliveries: Type.Integer({ description: 'Deliveries put back.' }),
          sending: Type.Integer({ description: 'Left alone because an attempt is under way.' }),
        }),
      },
      handle: (call) => redeliver(parts, call),
    }),
  ];
}

async function listEvents(parts: ApiParts, call: Call<Static<typeof listQuery>>): Promise<Answer> {
  const { query, account } = call;
  checkTypePattern(query.type, 'type');
  const { sinceMs, untilMs } = readSpan(query, parts.clock.nowMs());
  const { type, reference, source, idempotencyKey, q } = query;
  const filter: EventFilter = given({ type, reference, source, idempotencyKey, q, sinceMs, untilMs });
  const name = { list: 'events', accountNo: account.no };
  const page = await pageInStore(name, query, (asked) => parts.store.listEvents(account.no, filter, asked));
  return pageAnswer(page, ({ event, deliveries }) => ({ ...eventFields(event), deliveries }));
}

function eventFields(event: EventHead): Record<string, unknown> {
  const { id, type, timestamp, reference, source, origin } = event;
  return { id, type, timestamp, reference, source, origin, createdAt: timeText(event.createdAtMs) };
}

async function getEvent(parts: ApiParts, call: Call): Promise<Answer> {
  const found = await parts.store.getEvent(call.account.no, call.params.id);
  if (found === null) throw notFound('event', call.params.id);
  const deliveries = await parts.store.deliveriesOfEvent(call.account.no, found.event.seq, limits.listMax);
  const fields = { ...eventFields(found.event), deliveryCount: found.deliveries };
  const head = JSON.stringify(fields).slice(0, -1);
  // The payload's own text is put in, because parsing and printing it would change numbers.
  return {
    text: `${head},"data":${found.event.data},"deliveries":${JSON.stringify(deliveries.map(deliveryView))}}`,
  };
}

async function redeliver(
  parts: ApiParts,
  call: Call<unknown, Static<typeof redeliverInput>>,
): Promise<Answer> {
  const { account, body, params } = call;
  const { endpointId } = body;
  const endpointNo = await findPastEndpoint(parts, account, endpointId);
  const found = await parts.store.getEvent(account.no, params.id);
  if (found === null) throw notFound('event', params.id);
  const keys = await parts.store.keysOfEvent(account.no, found.event.seq, endpointNo);
  if (keys.length === 0) {
    throw new SurehookError(
      'conflict',
      'This event is owed to no such endpoint: it was not subscribed when the event was accepted.',
    );
  }
  const { requeued, sending } = await parts.replayer.putBack(account, keys);
  if (requeued + sending === 0) throw endpointGone('This event');
  return { body: { id: found.event.id, deliveries: requeued, sending } };
}
