import { Type } from 'typebox';
import { type ApiKey, scopes } from '../../core/account.ts';
import { keyView } from '../../core/account-input.ts';
import { asRecord } from '../../core/body.ts';
import { invalid } from '../../core/errors.ts';
import * as limits from '../../core/limits/accounts.ts';
import { actorOf } from '../auth.ts';
import * as models from '../models.ts';
import { nullable } from '../nullable.ts';
import { byTime, pageAnswer, pageInMemory, pageOnly } from '../page.ts';
import type { ApiParts } from '../parts.ts';
import { type Call, type Route, route } from '../route.ts';

const tag = 'Keys';

const input = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: limits.nameChars, description: 'What the key is for.' }),
    account: Type.Optional(
      nullable(
        'string',
        'The account it is bound to: the one this request acts for unless given; null makes an admin key. Only an admin may name another.',
      ),
    ),
    scopes: Type.Optional(
      Type.Array(Type.Enum([...scopes]), {
        minItems: 1,
        description:
          'publish: hand in events · read: look · manage: change and act, see secrets · receive: pull events. All of them unless given; a key can hand on only what it has.',
      }),
    ),
  },
  { additionalProperties: false },
);

export function keyRoutes(parts: ApiParts): Route[] {
  const { administration, directory } = parts;
  const view = (key: ApiKey): Record<string, unknown> =>
    keyView(key, key.accountNo === null ? null : (directory.account(key.accountNo)?.id ?? null));
  return [
    route({
      method: 'POST',
      path: '/v1/keys',
      tag,
      summary: 'Create an API key',
      description: 'The key is in this answer and nowhere else; only its SHA-256 is kept.',
      right: 'manage',
      requestBody: input,
      bodyIs: 'described',
      bodyExample: { name: 'shop backend', scopes: ['publish'] },
      success: { status: 201, description: 'The key.', schema: models.newApiKey },
      fails: ['conflict'],
      handle: async ({ account, body, principal, headers }) => {
        const named = headers['surehook-account'];
        const wanted = asRecord(body)?.account;
        if (principal.isAdmin && named !== undefined && wanted !== undefined && wanted !== named) {
          throw invalid([
            {
              pointer: '/account',
              detail: 'is another one than Surehook-Account names; leave one of them out',
            },
          ]);
        }
        const { key, stored } = await administration.createKey(account, body, actorOf(principal));
        return { body: { ...view(stored), key } };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/keys',
      tag,
      summary: 'List API keys',
      description:
        'Newest first. An admin sees all keys, or those of the account named by `Surehook-Account`.',
      right: 'manage',
      query: pageOnly,
      success: { status: 200, description: 'A page of keys.', schema: models.listOf(models.apiKey) },
      handle: (call) => {
        const options = { list: 'keys', accountNo: call.account.no, position: byTime };
        return pageAnswer(pageInMemory(administration.listKeys(reach(call)), call.query, options), view);
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/keys/{id}',
      tag,
      summary: 'Revoke an API key',
      description: 'It stops working at once.',
      right: 'manage',
      success: { status: 204, description: 'It is revoked.' },
      handle: async (call) => {
        const { name } = await administration.deleteKey(reach(call), call.params.id);
        return { about: name };
      },
    }),
  ];
}

/** Whose keys a caller sees: null means all. */
function reach({ principal, account, headers }: Call): number | null {
  return principal.isAdmin && headers['surehook-account'] === undefined ? null : account.no;
}
