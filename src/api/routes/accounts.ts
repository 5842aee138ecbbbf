import { Type } from 'typebox';
import type { Account } from '../../core/account.ts';
import { accountView } from '../../core/account-input.ts';
import { notFound } from '../../core/errors.ts';
import * as limits from '../../core/limits/accounts.ts';
import * as models from '../models.ts';
import { nullable } from '../nullable.ts';
import { byNo, pageAnswer, pageInMemory, pageOnly } from '../page.ts';
import type { ApiParts } from '../parts.ts';
import { type Call, type Route, route } from '../route.ts';

const tag = 'Accounts';

const changeable = {
  name: Type.Optional(Type.String({ minLength: 1, maxLength: limits.nameChars, description: 'For people.' })),
  maxEndpoints: Type.Optional(
    nullable('integer', `How many endpoints it may have; ${limits.endpointsPerAccountDefault} by default.`, {
      minimum: 0,
      maximum: limits.endpointsPerAccountMax,
    }),
  ),
  notify: Type.Optional(nullable('string', 'E-mail address for its alerts.')),
};

const changes = Type.Object(changeable, { additionalProperties: false });
const input = Type.Object(
  {
    ...changeable,
    name: Type.String({ minLength: 1, maxLength: limits.nameChars, description: 'For people.' }),
    id: Type.Optional(
      Type.String({ description: 'Your own id: `A-Z a-z 0-9 . _ -`. Without it one is made.' }),
    ),
  },
  { additionalProperties: false },
);

export function accountRoutes(parts: ApiParts): Route[] {
  const { administration, directory } = parts;
  return [
    route({
      method: 'POST',
      path: '/v1/accounts',
      tag,
      summary: 'Create an account',
      description:
        'Whose endpoints are told: a merchant, a reseller, a team. `default` exists from the start.',
      right: 'admin',
      requestBody: input,
      bodyIs: 'described',
      bodyExample: { id: 'acme', name: 'Acme' },
      success: { status: 201, description: 'The account.', schema: models.account },
      fails: ['conflict'],
      handle: async ({ body }) => ({ body: accountView(await administration.createAccount(body)) }),
    }),
    route({
      method: 'GET',
      path: '/v1/accounts',
      tag,
      summary: 'List accounts',
      right: 'admin',
      query: pageOnly,
      success: {
        status: 200,
        description: 'A page of accounts, newest first.',
        schema: models.listOf(models.account),
      },
      handle: ({ query }) => {
        const options = { list: 'accounts', accountNo: 0, position: byNo };
        return pageAnswer(pageInMemory(directory.accounts(), query, options), accountView);
      },
    }),
    route({
      method: 'GET',
      path: '/v1/accounts/{id}',
      tag,
      summary: 'One account',
      right: 'admin',
      success: { status: 200, description: 'The account.', schema: models.account },
      handle: (call) => ({ body: accountView(find(parts, call)) }),
    }),
    route({
      method: 'PATCH',
      path: '/v1/accounts/{id}',
      tag,
      summary: 'Change an account',
      description: 'What is absent stays; `null` goes back to the default.',
      right: 'admin',
      requestBody: changes,
      bodyIs: 'described',
      bodyExample: { maxEndpoints: 50 },
      success: { status: 200, description: 'The account as it is now.', schema: models.account },
      handle: async (call) => ({
        body: accountView(await administration.updateAccount(find(parts, call), call.body)),
      }),
    }),
    route({
      method: 'DELETE',
      path: '/v1/accounts/{id}',
      tag,
      summary: 'Delete an account',
      description:
        'Its endpoints and keys go with it, what is open is cancelled. `default` cannot be deleted.',
      right: 'admin',
      success: { status: 204, description: 'It is gone.' },
      fails: ['conflict'],
      handle: async (call) => {
        const account = find(parts, call);
        await administration.deleteAccount(account);
        return { about: account.name };
      },
    }),
  ];
}

function find(parts: ApiParts, { params }: Call): Account {
  const account = parts.directory.accountById(params.id);
  if (account === null) throw notFound('account', params.id);
  return account;
}
