import { Type } from 'typebox';
import { describeSchemes } from '../../core/sources/presets.ts';
import { nullable } from '../nullable.ts';
import { type Route, route } from '../route.ts';

const found = (what: string) =>
  Type.Unsafe({
    type: ['object', 'string', 'null'],
    description: `Where ${what} is taken from; null: nowhere, unless the source says.`,
  });

const scheme = Type.Object({
  name: Type.String({ description: 'What a source names it by.' }),
  title: Type.String(),
  secret: nullable('string', 'What its secret is called where it comes from; null: it has none, but fields.'),
  fields: Type.Array(
    Type.Object({ name: Type.String(), description: Type.String(), required: Type.Boolean() }),
    { description: 'What it needs besides.' },
  ),
  eventId: found("the event's id"),
  eventType: found("the event's type"),
  reference: found('what the event is about'),
  ack: Type.Object(
    { status: Type.Integer(), contentType: nullable('string', 'Its type.'), body: Type.String() },
    { description: 'What the provider is answered.' },
  ),
  rejectStatus: Type.Integer({ description: 'The status for what is not believed.' }),
  handshake: Type.Boolean({ description: 'Whether it asks if somebody is there; that is answered.' }),
  deadline: nullable('string', 'How long the provider waits for the answer, in its words.'),
  note: nullable('string', 'What to know when setting it up.'),
  scheme: nullable('object', 'How it signs, in the grammar of schemes; null where that cannot say it.'),
});

export function schemeRoutes(): Route[] {
  const data = describeSchemes();
  return [
    route({
      method: 'GET',
      path: '/v1/schemes',
      tag: 'Sources',
      summary: 'List presets',
      description:
        'The providers whose webhooks are known, with what a source needs for each. All of them, on one page.',
      right: 'read',
      success: {
        status: 200,
        description: 'Every preset.',
        schema: Type.Object({ data: Type.Array(scheme), nextCursor: Type.Null() }),
      },
      handle: () => ({ body: { data, nextCursor: null } }),
    }),
  ];
}
