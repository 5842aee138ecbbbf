import { Type } from 'typebox';
import { type EventTypeView, eventTypeView, eventTypeViews } from '../../core/catalogue.ts';
import { notFound } from '../../core/errors.ts';
import * as limits from '../../core/limits/accounts.ts';
import * as models from '../models.ts';
import { pageAnswer, pageInMemory, pageOnly } from '../page.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';

const tag = 'Event types';

const input = Type.Object(
  {
    name: Type.Optional(Type.String({ description: 'The name in the path, or absent.' })),
    description: Type.Optional(Type.String({ maxLength: limits.descriptionChars })),
    schema: Type.Optional(
      Type.Unsafe<Record<string, unknown> | null>({
        type: ['object', 'null'],
        description:
          'JSON Schema (2020-12) of `data`. From now on events of this type that do not fit are refused with 422. ' +
          'Patterns are matched in linear time: look-around and back-references are refused.',
      }),
    ),
    examples: Type.Optional(Type.Array(Type.Unknown(), { description: 'Examples of `data`.' })),
    deprecated: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

const pathParams = { name: 'The event type.' };

export function eventTypeRoutes(parts: ApiParts): Route[] {
  const { administration, directory } = parts;
  return [
    route({
      method: 'GET',
      path: '/v1/event-types',
      tag,
      summary: 'List event types',
      description:
        "The account's own, newest first, then those that every account knows from the start. Types need not be declared to be published.",
      right: 'read',
      query: pageOnly,
      success: {
        status: 200,
        description: 'A page of event types.',
        schema: models.listOf(models.eventType),
      },
      handle: ({ account, query }) => {
        const all = eventTypeViews(directory.eventTypes(account.no)).sort((a, b) =>
          order(position(a), position(b)),
        );
        const options = { list: 'event-types', accountNo: account.no, position, order };
        return pageAnswer(pageInMemory(all, query, options), (row) => row);
      },
    }),
    route({
      method: 'GET',
      path: '/v1/event-types/{name}',
      tag,
      summary: 'One event type',
      right: 'read',
      pathParams,
      success: { status: 200, description: 'The event type.', schema: models.eventType },
      handle: ({ account, params }) => {
        const view = eventTypeView(params.name, directory.eventType(account.no, params.name));
        if (view === null) throw notFound('event type', params.name);
        return { body: view };
      },
    }),
    route({
      method: 'PUT',
      path: '/v1/event-types/{name}',
      tag,
      summary: 'Declare an event type',
      description: 'Replaces what was declared before. A schema that is set here is enforced at publishing.',
      right: 'manage',
      pathParams,
      requestBody: input,
      bodyIs: 'described',
      bodyOptional: true,
      bodyExample: {
        description: 'An order was placed.',
        schema: { type: 'object', required: ['reference'] },
      },
      success: { status: 200, description: 'The event type.', schema: models.eventType },
      fails: ['conflict'],
      handle: async ({ account, params, body }) => {
        const stored = await administration.putEventType(account, params.name, body);
        return { body: eventTypeView(params.name, stored) };
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/event-types/{name}',
      tag,
      summary: 'Take back an event type',
      description:
        'Nothing is enforced any more. Types that every account knows go back to how they came; deleting one of those itself answers 409.',
      right: 'manage',
      pathParams,
      success: { status: 204, description: 'It is gone.' },
      fails: ['conflict'],
      handle: async ({ account, params }) => {
        await administration.deleteEventType(account, params.name);
        return {};
      },
    }),
  ];
}

function position({ createdAt, name }: EventTypeView): string {
  return `${createdAt ?? ''} ${name}`;
}

/** Newest first; those that came with us have no time and go last; by name among equals. */
function order(a: string, b: string): number {
  const [aTime, aName] = partsOf(a);
  const [bTime, bName] = partsOf(b);
  if (aTime !== bTime) return aTime < bTime ? 1 : -1;
  return aName === bName ? 0 : aName < bName ? -1 : 1;
}

function partsOf(position: string): [time: string, name: string] {
  const space = position.indexOf(' ');
  return [position.slice(0, space), position.slice(space + 1)];
}
