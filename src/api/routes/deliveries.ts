import { type Static, Type } from 'typebox';
import type { DeliveryStatus, DeliveryView } from '../../core/delivery.ts';
import { invalid, notFound, SurehookError } from '../../core/errors.ts';
import { deliveryId, parseDeliveryId } from '../../core/ids.ts';
import * as limits from '../../core/limits/api.ts';
import { busyRetryAfterS } from '../../core/limits/store.ts';
import { timeText } from '../../core/time-text.ts';
import type { DeliveryFilter } from '../../ports/store.ts';
import { attemptView, requestView } from '../attempt-view.ts';
import { given } from '../given.ts';
import * as models from '../models.ts';
import { pageAnswer, pageInStore, pageQuery } from '../page.ts';
import type { ApiParts } from '../parts.ts';
import { type Answer, type Call, type Route, route } from '../route.ts';
import { searchText } from '../text-query.ts';
import { maybeTimeText, readSpan, spanFields } from '../time-query.ts';
import { readTried, triedFields } from '../tried-query.ts';
import { checkTypePattern, typePattern } from '../type-query.ts';
import { findDeliveries } from './find-deliveries.ts';
import { endpointGone, findPastEndpoint } from './find-endpoint.ts';

const tag = 'Deliveries';

const deadQuery = Type.Object(
  {
    ...pageQuery,
    endpointId: Type.Optional(
      Type.String({ description: 'Only those owed to this endpoint; a deleted one still has its history.' }),
    ),
    eventType: Type.Optional(typePattern),
    reference: Type.Optional(
      Type.String({ maxLength: limits.referenceChars, description: 'Only events with this reference.' }),
    ),
    ...triedFields,
    ...spanFields,
    q: Type.Optional(searchText),
  },
  { additionalProperties: false },
);

const listQuery = Type.Object(
  {
    ...deadQuery.properties,
    status: Type.Optional(
      Type.String({
        maxLength: 100,
        description: `One or more of ${models.deliveryStatuses.join(', ')}, separated by commas.`,
      }),
    ),
  },
  { additionalProperties: false },
);

const dismissInput = Type.Object(
  {
    ids: Type.Array(Type.String(), {
      minItems: 1,
      maxItems: limits.replayIds,
      description: 'Deliveries (`dlv_…`); also those of deleted endpoints.',
    }),
  },
  { additionalProperties: false },
);

export function deliveryRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/deliveries',
      tag,
      summary: 'List deliveries',
      description:
        'Newest first. A delivery is one event owed to one endpoint; `since` and `until` look at when the event was accepted. ' +
        'What is delivered is found by `httpStatus` only where that takes in 2xx: one that was replayed in vain afterwards and taken back keeps the answer of its last attempt, and is left out. ' +
        models.shortPages,
      right: 'read',
      query: listQuery,
      success: { status: 200, description: 'A page of deliveries.', schema: models.listOf(models.delivery) },
      handle: (call) => list(parts, call, 'deliveries', statusesOf(call.query.status)),
    }),
    route({
      method: 'GET',
      path: '/v1/deliveries/{id}',
      tag,
      summary: 'One delivery with its attempts',
      description: 'Every attempt with request and response as they went over the wire.',
      right: 'read',
      success: { status: 200, description: 'The delivery.', schema: models.deliveryDetail },
      handle: async (call) => ({ body: await detail(parts, call) }),
    }),
    route({
      method: 'POST',
      path: '/v1/deliveries/{id}/retry',
      tag,
      summary: 'Try a delivery now',
      description:
        'A waiting delivery is tried at once and keeps the rest of its schedule; an ended one begins a fresh schedule. ' +
        'While an attempt is under way, while it is held because its endpoint is not active, and when its endpoint was deleted, the answer is 409.',
      right: 'manage',
      success: { status: 202, description: 'The delivery as it is now.', schema: models.deliveryDetail },
      fails: ['conflict'],
      handle: (call) => retry(parts, call),
    }),
    route({
      method: 'POST',
      path: '/v1/deliveries/{id}/cancel',
      tag,
      summary: 'Cancel a delivery',
      description:
        'Nothing more is sent. An attempt that is under way may still arrive. What has ended already answers 409.',
      right: 'manage',
      success: { status: 200, description: 'The delivery as it is now.', schema: models.deliveryDetail },
      fails: ['conflict'],
      handle: async (call) => {
        const { key } = await find(parts, call);
        await parts.replayer.cancelDelivery(call.account, key);
        return { body: await detail(parts, call) };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/deliveries/{id}/request',
      tag,
      summary: 'Make the request of a delivery',
      description:
        'As it would be sent now, signed for this moment: nothing is sent, and nothing of it is kept. For sending it by hand while a receiver is mended.',
      right: 'manage',
      success: { status: 200, description: 'The request.', schema: models.freshRequest },
      fails: ['conflict'],
      handle: (call) => freshRequest(parts, call),
    }),
    route({
      method: 'GET',
      path: '/v1/dead-letters',
      tag: 'Dead letters',
      summary: 'List dead letters',
      description:
        'The deliveries that were given up, newest first; kept 30 days by default. Put them back with `POST /v1/replays`. ' +
        models.shortPages,
      right: 'read',
      query: deadQuery,
      success: {
        status: 200,
        description: 'A page of dead deliveries.',
        schema: models.listOf(models.delivery),
      },
      handle: (call) => list(parts, call, 'dead-letters', ['dead']),
    }),
    route({
      method: 'POST',
      path: '/v1/dead-letters/dismiss',
      tag: 'Dead letters',
      summary: 'Dismiss dead letters',
      description:
        'For what nobody wants to send any more: these count as cancelled from now on. They leave the list of dead letters, and stay among the deliveries with all ' +
        'their attempts, from where they can still be put back. Those that are not dead stay as they are.',
      right: 'manage',
      requestBody: dismissInput,
      bodyExample: { ids: ['dlv_00000002000'] },
      success: {
        status: 200,
        description: 'How many were dismissed.',
        schema: Type.Object({ dismissed: Type.Integer() }),
      },
      fails: ['not_found'],
      handle: async ({ account, body }) => {
        const found = await findDeliveries(parts, account, body.ids);
        const keys = found.map(({ key }) => key);
        return { body: { dismissed: await parts.replayer.dismiss(account, keys) } };
      },
    }),
  ];
}

/** A delivery as lists show it. */
export function deliveryView(delivery: DeliveryView): Record<string, unknown> {
  const { eventId, eventType, reference, endpointId, status, httpStatus, error } = delivery;
  return {
    id: deliveryId(delivery.key),
    eventId,
    eventType,
    reference,
    endpointId,
    status,
    attemptCount: delivery.attempts,
    createdAt: timeText(delivery.createdAtMs),
    nextAttemptAt: maybeTimeText(delivery.nextAttemptAtMs),
    lastAttemptAt: maybeTimeText(delivery.lastAttemptAtMs),
    httpStatus,
    error,
    endedAt: maybeTimeText(delivery.endedAtMs),
  };
}

async function list(
  parts: ApiParts,
  call: Call<Static<typeof deadQuery>>,
  listName: string,
  statuses: DeliveryStatus[] | null,
): Promise<Answer> {
  const { query, account } = call;
  checkTypePattern(query.eventType, 'eventType');
  const { sinceMs, untilMs } = readSpan(query, parts.clock.nowMs());
  const endpointNo = await findPastEndpoint(parts, account, query.endpointId);
  const { eventType, reference, q } = query;
  const filter: DeliveryFilter = {
    ...given({ statuses, endpointNo, eventType, reference, q, sinceMs, untilMs }),
    ...readTried(query),
  };
  const name = { list: listName, accountNo: account.no };
  const page = await pageInStore(name, query, (asked) =>
    parts.store.listDeliveries(account.no, filter, asked),
  );
  return pageAnswer(page, deliveryView);
}

function statusesOf(text: string | undefined): DeliveryStatus[] | null {
  if (text === undefined) return null;
  const named = text.split(',');
  const known: readonly string[] = models.deliveryStatuses;
  if (named.every((status) => known.includes(status))) return named as DeliveryStatus[];
  throw invalid([
    { pointer: 'status', detail: `must be one or more of ${known.join(', ')}, separated by commas` },
  ]);
}

async function find(parts: ApiParts, call: Call) {
  const { id } = call.params;
  const key = parseDeliveryId(id);
  const found = key === null ? null : await parts.store.getDelivery(call.account.no, key);
  if (key === null || found === null) throw notFound('delivery', id);
  return { key, ...found };
}

async function detail(parts: ApiParts, call: Call): Promise<Record<string, unknown>> {
  const { key, delivery, attempts, data } = await find(parts, call);
  const endpoint = parts.directory.endpointById(call.account.no, delivery.endpointId);
  return {
    ...deliveryView(delivery),
    attempts: attempts.map((attempt) => attemptView(attempt, { key, endpoint, data })),
  };
}

async function freshRequest(parts: ApiParts, call: Call): Promise<Answer> {
  const { delivery } = await find(parts, call);
  const endpoint = parts.directory.endpointById(call.account.no, delivery.endpointId);
  if (endpoint === null) throw endpointGone('This delivery');
  const found = await parts.store.getEvent(call.account.no, delivery.eventId);
  if (found === null) throw notFound('event', delivery.eventId);
  return {
    body: requestView(parts.requestFor(found.event, endpoint, delivery.attempts + 1), endpoint),
  };
}

async function retry(parts: ApiParts, call: Call): Promise<Answer> {
  const { key, delivery } = await find(parts, call);
  if (parts.directory.endpointById(call.account.no, delivery.endpointId) === null)
    throw endpointGone('This delivery');
  if (delivery.status === 'held') {
    throw new SurehookError(
      'conflict',
      'This delivery is held because its endpoint is paused or disabled. Resume the endpoint; what is held goes out then.',
    );
  }
  const { requeued, sending } = await parts.replayer.putBack(call.account, [key]);
  if (requeued === 0 && sending > 0) {
    throw new SurehookError(
      'conflict',
      'An attempt of this delivery is under way. Wait for it to end, then retry.',
      {
        retryAfterS: busyRetryAfterS,
      },
    );
  }
  return { body: await detail(parts, call) };
}
