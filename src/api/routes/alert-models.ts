import { Type } from 'typebox';
import { alertKinds } from '../../core/alert.ts';
import { nameChars } from '../../core/limits/accounts.ts';
import * as limits from '../../core/limits/alerts.ts';
import { maybeTime, nullable } from '../nullable.ts';

/** What an alert can be about. */
export const kind = Type.Enum([...alertKinds]);

/** An alert as lists show it. */
export const alert = Type.Object({
  id: Type.String({ description: '`alr_…`' }),
  kind,
  subject: Type.String({
    description: 'What it is about: an id of an endpoint or source, `api`, or `queue`.',
  }),
  summary: Type.String({ description: 'One line for people.' }),
  status: Type.Enum(['open', 'resolved'], {
    description: `open: it lasts, or happened in the last ${limits.alertQuietMs / 60_000} minutes.`,
  }),
  count: Type.Integer({ description: 'How often it happened since it was raised.' }),
  detail: Type.Unsafe({ type: 'object', description: 'For programs.' }),
  raisedAt: Type.String({ format: 'date-time' }),
  lastAt: Type.String({ format: 'date-time', description: 'When it happened last.' }),
  resolvedAt: maybeTime('When it was over.'),
});

/** The same with who was told. */
export const alertDetail = Type.Object({
  ...alert.properties,
  messages: Type.Array(
    Type.Object({
      ruleId: Type.String(),
      channelId: Type.String(),
      phase: Type.Enum(['raised', 'recovered']),
      status: Type.Enum(['waiting', 'sent', 'failed']),
      tries: Type.Integer(),
      error: nullable('string', 'What was wrong the last time.'),
      sentAt: maybeTime('When it was sent.'),
      nextTryAt: maybeTime('When it will be sent or tried again.'),
    }),
    { description: 'Newest first.' },
  ),
});

/** A rule: who is told of what. */
export const rule = Type.Object({
  id: Type.String({ description: '`alr_…`, or `default`.' }),
  name: Type.String(),
  kinds: Type.Array(kind),
  channels: Type.Array(Type.String()),
  publish: nullable('string', 'Type of the event that follows.'),
  enabled: Type.Boolean(),
  createdAt: maybeTime('Null for what came with the account.'),
  updatedAt: maybeTime('Null for what came with the account.'),
});

const ruleFields = {
  name: Type.Optional(Type.String({ maxLength: nameChars })),
  kind: Type.Optional(Type.Enum([...alertKinds], { description: 'Short for `kinds` with one.' })),
  kinds: Type.Optional(Type.Array(kind, { minItems: 1 })),
  channels: Type.Optional(
    Type.Array(Type.String(), {
      maxItems: limits.alertRuleChannels,
      description:
        'Ids of channels; `default` is mail to whoever the endpoint, the account or the installation names.',
    }),
  ),
  publish: Type.Optional(
    nullable(
      'string',
      'Type of an event that is published for the team’s own endpoints whenever it happens, such as `refund.requested` for `order.failed`.',
    ),
  ),
  enabled: Type.Optional(Type.Boolean()),
};

/** What a caller may say of a rule. */
export const ruleInput = Type.Object(ruleFields, { additionalProperties: false });

/** A channel: a way to people. */
export const channel = Type.Object({
  id: Type.String({ description: '`alr_…`, or `default`.' }),
  name: Type.String(),
  type: Type.Enum(['email', 'slack', 'endpoint']),
  to: Type.Optional(
    nullable('string', 'Recipient; null: whoever the endpoint, the account or the installation names.'),
  ),
  url: Type.Optional(Type.String({ description: 'Masked after the host.' })),
  endpointId: Type.Optional(Type.String()),
  createdAt: maybeTime('Null for what came with the account.'),
  updatedAt: maybeTime('Null for what came with the account.'),
});

/** What a caller may say of a channel. */
export const channelInput = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: nameChars })),
    type: Type.Optional(Type.Enum(['email', 'slack', 'endpoint'])),
    to: Type.Optional(nullable('string', 'Of type email.')),
    url: Type.Optional(Type.String({ description: 'Of type slack: the URL of an incoming webhook.' })),
    endpointId: Type.Optional(
      Type.String({ description: 'Of type endpoint: it gets `alert.raised` and `alert.resolved` events.' }),
    ),
  },
  { additionalProperties: false },
);
