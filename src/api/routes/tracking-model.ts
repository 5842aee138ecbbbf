import { type TSchema, Type } from 'typebox';
import * as limits from '../../core/limits/orders.ts';
import { nullable } from '../nullable.ts';

const text = (description: string): TSchema => Type.Optional(Type.String({ description }));
const place = (description: string): TSchema =>
  Type.Optional(nullable('string', `JSON pointer: ${description}`));
const states = (description: string): TSchema =>
  Type.Optional(
    Type.Unsafe({
      type: 'object',
      additionalProperties: { enum: ['pending', 'fulfilled', 'failed', 'refunded'] },
      description,
    }),
  );
const headers = Type.Optional(
  Type.Unsafe({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Sent with each question. Values are shown masked; sent back masked, they stay.',
  }),
);

const list = Type.Object(
  {
    url: text('Where the list is, with `{since}` (seconds since 1970) or `{sinceTime}` (RFC 3339).'),
    headers,
    items: place('the list in the answer; `/data` unless given.'),
    id: place('the id in an item; `/id` unless given.'),
    type: place('the event type in an item; `/type` unless given.'),
    every: text('Duration between lists; 5m unless given.'),
    overlap: text('How far each list reaches back before the one before it; 10m unless given.'),
    more: Type.Optional(
      nullable(
        'object',
        '`{"at":"/has_more","parameter":"starting_after"}`: where the answer says that there is more, and the query parameter that takes the last id.',
      ),
    ),
  },
  { description: 'A list of events that is asked for as a whole.' },
);

const poll = Type.Object({
  url: text('Where to ask about one order, with `{orderId}` or `{reference}`.'),
  headers,
  status: place('how it stands, in the answer; `/status` unless given.'),
  states: states('What the words at `status` mean.'),
  after: text('Ask when it has been pending for so long; 5m unless given.'),
  every: text('And so often from then on, never sooner; 5m unless given.'),
  giveUpAfter: text('At this age the order is stuck; 30d unless given.'),
  rateLimit: Type.Optional(
    Type.Unsafe({
      type: ['object', 'null'],
      description: `\`{"perSecond":${limits.pollsPerSecondDefault}}\`: questions in a second, over all orders.`,
    }),
  ),
  list: Type.Optional(list),
});

/** How a source's orders are followed. */
export const tracking = Type.Unsafe<Record<string, unknown> | null>({
  ...Type.Object({
    reference: place("the store's name of the order, in the provider's raw body."),
    orderId: place("the provider's name of it."),
    states: states('What each event type means.'),
    poll: Type.Optional(Type.Unsafe({ ...poll, type: ['object', 'null'] })),
    sla: Type.Optional(nullable('string', 'Duration: past this age an order is overdue.')),
  }),
  type: ['object', 'null'],
  description: 'How its orders are followed, and asked about when no event comes.',
});
