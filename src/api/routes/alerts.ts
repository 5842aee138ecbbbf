import { Type } from 'typebox';
import { alertKinds } from '../../core/alert.ts';
import { channelView, ruleView } from '../../core/alert-input.ts';
import { alertView, messageView } from '../../core/alert-text.ts';
import { notFound } from '../../core/errors.ts';
import * as limits from '../../core/limits/alerts.ts';
import { given } from '../given.ts';
import * as models from '../models.ts';
import { byTime, pageAnswer, pageInMemory, pageInStore, pageOnly, pageQuery } from '../page.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import * as shapes from './alert-models.ts';

const tag = 'Alerts';

export function alertRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/alerts',
      tag,
      summary: 'List alerts',
      description: `What went wrong and whether it still does. About the same thing people get at most one message in ${limits.alertQuietMs / 60_000} minutes, and one when it is over.`,
      right: 'read',
      query: Type.Object(
        {
          ...pageQuery,
          kind: Type.Optional(Type.Enum([...alertKinds], { description: 'Only alerts of this kind.' })),
          status: Type.Optional(
            Type.Enum(['open', 'resolved'], { description: 'Only alerts that last, or are over.' }),
          ),
        },
        { additionalProperties: false },
      ),
      success: {
        status: 200,
        description: 'A page of alerts, newest first.',
        schema: models.listOf(shapes.alert),
      },
      handle: async ({ account, query }) => {
        const { kind, status } = query;
        const name = { list: 'alerts', accountNo: account.no };
        const filter = given({ kind, open: status === undefined ? undefined : status === 'open' });
        const page = await pageInStore(name, query, (asked) =>
          parts.store.listAlerts(account.no, filter, asked),
        );
        return pageAnswer(page, alertView);
      },
    }),
    route({
      method: 'GET',
      path: '/v1/alerts/{id}',
      tag,
      summary: 'One alert, and who was told',
      right: 'read',
      success: { status: 200, description: 'The alert.', schema: shapes.alertDetail },
      handle: async ({ account, params }) => {
        const found = await parts.store.getAlert(account.no, params.id);
        if (found === null) throw notFound('alert', params.id);
        return { body: { ...alertView(found.alert), messages: found.messages.map(messageView) } };
      },
    }),
    ...ruleRoutes(parts),
    ...channelRoutes(parts),
  ];
}

function ruleRoutes({ alerts }: ApiParts): Route[] {
  const path = '/v1/alert-rules';
  return [
    route({
      method: 'POST',
      path,
      tag,
      summary: 'Create an alert rule',
      description: 'Who is told of what, and which event follows from it.',
      right: 'manage',
      requestBody: shapes.ruleInput,
      bodyIs: 'described',
      bodyExample: { kinds: ['order.failed'], channels: ['default'], publish: 'refund.requested' },
      success: { status: 201, description: 'The rule.', schema: shapes.rule },
      fails: ['conflict'],
      handle: async ({ account, body }) => ({ body: ruleView(await alerts.createRule(account, body)) }),
    }),
    route({
      method: 'GET',
      path,
      tag,
      summary: 'List alert rules',
      description:
        'The account’s own, newest first, and the rule `default`: mail about stopped endpoints and dead letters where a mail server is set.',
      right: 'read',
      query: pageOnly,
      success: { status: 200, description: 'A page of rules.', schema: models.listOf(shapes.rule) },
      handle: async ({ account, query }) => {
        const options = { list: 'alert-rules', accountNo: account.no, position: byTime };
        return pageAnswer(pageInMemory(await alerts.rules(account), query, options), ruleView);
      },
    }),
    route({
      method: 'GET',
      path: `${path}/{id}`,
      tag,
      summary: 'One alert rule',
      right: 'read',
      success: { status: 200, description: 'The rule.', schema: shapes.rule },
      handle: async ({ account, params }) => ({ body: ruleView(await alerts.rule(account, params.id)) }),
    }),
    route({
      method: 'PATCH',
      path: `${path}/{id}`,
      tag,
      summary: 'Change an alert rule',
      description:
        'What is absent stays. The rule `default` can be changed, too: `{"enabled":false}` turns it off.',
      right: 'manage',
      requestBody: shapes.ruleInput,
      bodyIs: 'described',
      bodyExample: { enabled: false },
      success: { status: 200, description: 'The rule as it is now.', schema: shapes.rule },
      handle: async ({ account, params, body }) => ({
        body: ruleView(await alerts.updateRule(account, params.id, body)),
      }),
    }),
    route({
      method: 'DELETE',
      path: `${path}/{id}`,
      tag,
      summary: 'Delete an alert rule',
      description: 'Changes to the rule `default` are taken back; as it came it cannot be deleted (409).',
      right: 'manage',
      success: { status: 204, description: 'It is gone.' },
      fails: ['conflict'],
      handle: async ({ account, params }) => {
        const { name } = await alerts.deleteRule(account, params.id);
        return { about: name };
      },
    }),
  ];
}

function channelRoutes({ alerts }: ApiParts): Route[] {
  const path = '/v1/alert-channels';
  return [
    route({
      method: 'POST',
      path,
      tag,
      summary: 'Create an alert channel',
      description: 'A way to people: mail, a Slack incoming webhook, or an endpoint (operational webhooks).',
      right: 'manage',
      requestBody: shapes.channelInput,
      bodyIs: 'described',
      bodyExample: { type: 'email', to: 'ops@shop.example' },
      success: { status: 201, description: 'The channel.', schema: shapes.channel },
      fails: ['conflict'],
      handle: async ({ account, body }) => ({ body: channelView(await alerts.createChannel(account, body)) }),
    }),
    route({
      method: 'GET',
      path,
      tag,
      summary: 'List alert channels',
      right: 'read',
      query: pageOnly,
      success: { status: 200, description: 'A page of channels.', schema: models.listOf(shapes.channel) },
      handle: async ({ account, query }) => {
        const options = { list: 'alert-channels', accountNo: account.no, position: byTime };
        return pageAnswer(pageInMemory(await alerts.channels(account), query, options), channelView);
      },
    }),
    route({
      method: 'GET',
      path: `${path}/{id}`,
      tag,
      summary: 'One alert channel',
      right: 'read',
      success: { status: 200, description: 'The channel.', schema: shapes.channel },
      handle: async ({ account, params }) => ({
        body: channelView(await alerts.channel(account, params.id)),
      }),
    }),
    route({
      method: 'PATCH',
      path: `${path}/{id}`,
      tag,
      summary: 'Change an alert channel',
      description: 'What is absent stays. The channel `default` cannot be changed (409).',
      right: 'manage',
      requestBody: shapes.channelInput,
      bodyIs: 'described',
      bodyExample: { to: 'night@shop.example' },
      success: { status: 200, description: 'The channel as it is now.', schema: shapes.channel },
      fails: ['conflict'],
      handle: async ({ account, params, body }) => ({
        body: channelView(await alerts.updateChannel(account, params.id, body)),
      }),
    }),
    route({
      method: 'DELETE',
      path: `${path}/{id}`,
      tag,
      summary: 'Delete an alert channel',
      description: 'A channel that a rule tells through stays (409).',
      right: 'manage',
      success: { status: 204, description: 'It is gone.' },
      fails: ['conflict'],
      handle: async ({ account, params }) => {
        const { name } = await alerts.deleteChannel(account, params.id);
        return { about: name };
      },
    }),
  ];
}
