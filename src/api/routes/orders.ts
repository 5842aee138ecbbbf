import { Type } from 'typebox';
import { notFound } from '../../core/errors.ts';
import * as limits from '../../core/limits/api.ts';
import { orderHistory, orderIdChars } from '../../core/limits/orders.ts';
import { orderStates } from '../../core/order.ts';
import { orderView } from '../../core/order-input.ts';
import * as models from '../models.ts';
import { nullable } from '../nullable.ts';
import { pageAnswer, pageInStore, pageQuery } from '../page.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';

const tag = 'Orders';

const input = Type.Object(
  {
    sourceId: Type.String({ description: '`src_…`: the supplier, as a source with `tracking`.' }),
    reference: Type.String({
      minLength: 1,
      maxLength: limits.referenceChars,
      description: 'Your own name of the order, as events will carry it.',
    }),
    orderId: Type.Optional(
      nullable('string', "The supplier's name of it; learned from events if it is not given.", {
        maxLength: orderIdChars,
      }),
    ),
  },
  { additionalProperties: false },
);

const listQuery = Type.Object(
  {
    ...pageQuery,
    state: Type.Optional(Type.Enum([...orderStates], { description: 'Only orders in this state.' })),
    overdue: Type.Optional(
      Type.Boolean({ description: 'Only orders that took longer than the source allows, or only others.' }),
    ),
    flagged: Type.Optional(
      Type.Boolean({ description: 'Only orders that nobody registered, or only others.' }),
    ),
    sourceId: Type.Optional(Type.String({ description: 'Only orders of this source.' })),
    reference: Type.Optional(
      Type.String({ maxLength: limits.referenceChars, description: 'Only orders with this reference.' }),
    ),
  },
  { additionalProperties: false },
);

export function orderRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/orders',
      tag,
      summary: 'Register an order',
      description:
        'Says that the store placed an order, so that it is followed from now on: overdue past `sla`, asked about when no event comes. ' +
        'The same registration again answers 200 with the order as it is; with another `orderId`, 409.',
      right: 'publish',
      requestBody: input,
      bodyIs: 'described',
      bodyExample: { sourceId: 'src_…', reference: 'ORD-12345', orderId: 'SUP-99887' },
      success: { status: 201, description: 'The order.', schema: models.order },
      alsoAnswers: { 200: 'It was registered before: the order as it is.' },
      fails: ['conflict'],
      handle: async ({ account, body }) => {
        const { order, isNew } = await parts.registerOrder(account, body);
        const found = await parts.store.getOrder(account.no, order.id);
        return { status: isNew ? 201 : 200, body: orderView(order, found?.history ?? []) };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/orders',
      tag,
      summary: 'List orders',
      right: 'read',
      query: listQuery,
      success: {
        status: 200,
        description: 'A page of orders without their history, newest first.',
        schema: models.listOf(models.orderHead),
      },
      handle: async ({ account, query }) => {
        const { limit: _limit, cursor: _cursor, ...filter } = query;
        const name = { list: 'orders', accountNo: account.no };
        const page = await pageInStore(name, query, (asked) =>
          parts.store.listOrders(account.no, filter, asked),
        );
        return pageAnswer(page, (order) => orderView(order));
      },
    }),
    route({
      method: 'GET',
      path: '/v1/orders/{id}',
      tag,
      summary: 'One order with its whole history',
      description: `Events, questions to the supplier and what came of them, and decisions, oldest first; at most ${orderHistory} entries, the first and the newest.`,
      right: 'read',
      success: { status: 200, description: 'The order.', schema: models.order },
      handle: async ({ account, params }) => {
        const found = await parts.store.getOrder(account.no, params.id);
        if (found === null) throw notFound('order', params.id);
        return { body: orderView(found.order, found.history) };
      },
    }),
  ];
}
