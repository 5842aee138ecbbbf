import { type Static, Type } from 'typebox';
import { notFound } from '../../core/errors.ts';
import { nameChars } from '../../core/limits/accounts.ts';
import * as limits from '../../core/limits/people.ts';
import { type AuditEntry, type Person, personView, roles } from '../../core/person.ts';
import { timeText } from '../../core/time-text.ts';
import * as models from '../models.ts';
import { nullable } from '../nullable.ts';
import { cutAt, pageAnswer, pageInMemory, pageInStore, pageOnly } from '../page.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';

const tag = 'People';

const role = Type.Enum([...roles], {
  description:
    'owner: everything · member: everything but people and accounts · viewer: look, without secrets. All of them for every account.',
});

/** A person as answers show them. */
export const person = Type.Object({
  id: Type.String({ description: '`per_…`' }),
  name: Type.String(),
  email: nullable('string', 'What they sign in with; null: by links only.'),
  role,
  hasPassword: Type.Boolean(),
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' }),
});

const name = Type.String({ minLength: 1, maxLength: nameChars });
const settable = {
  email: Type.Optional(nullable('string')),
  role: Type.Optional(role),
  password: Type.Optional(
    nullable(
      'string',
      `${limits.passwordCharsMin}–${limits.passwordCharsMax} characters; null takes it away.`,
    ),
  ),
};

export function peopleRoutes(parts: ApiParts): Route[] {
  return [...single(parts), ...collection(parts), link(parts), audit(parts)];
}

function collection({ people }: ApiParts): Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/people',
      tag,
      summary: 'Add a person',
      description: 'Send them a link to come in by: `POST /v1/sign-in-links`.',
      right: 'admin',
      requestBody: Type.Object({ name, ...settable }, { additionalProperties: false }),
      bodyIs: 'described',
      bodyExample: { name: 'Ana', email: 'ana@shop.example', role: 'member' },
      success: { status: 201, description: 'The person.', schema: person },
      fails: ['conflict', 'too_many_requests'],
      handle: async ({ body }) => ({ body: personView(await people.create(body)) }),
    }),
    route({
      method: 'GET',
      path: '/v1/people',
      tag,
      summary: 'List people',
      right: 'admin',
      query: pageOnly,
      success: { status: 200, description: 'A page of people, newest first.', schema: models.listOf(person) },
      handle: async ({ query }) => {
        const position = ({ id }: Person) => id;
        const all = (await people.list()).toSorted((a, b) => (a.id < b.id ? 1 : -1));
        return pageAnswer(pageInMemory(all, query, { list: 'people', accountNo: 0, position }), personView);
      },
    }),
  ];
}

function single({ people }: ApiParts): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/people/{id}',
      tag,
      summary: 'One person',
      right: 'admin',
      success: { status: 200, description: 'The person.', schema: person },
      handle: async ({ params }) => {
        const found = (await people.list()).find(({ id }) => id === params.id);
        if (found === undefined) throw notFound('person', params.id);
        return { body: personView(found) };
      },
    }),
    route({
      method: 'PATCH',
      path: '/v1/people/{id}',
      tag,
      summary: 'Change a person',
      description:
        'Owners change everybody, others their own name, e-mail address and password, the latter with `currentPassword`. A new password or role signs them out everywhere else.',
      right: 'signed-in',
      requestBody: Type.Object(
        {
          name: Type.Optional(name),
          ...settable,
          currentPassword: Type.Optional(Type.String({ description: 'When you change your own password.' })),
        },
        { additionalProperties: false },
      ),
      bodyIs: 'described',
      bodyExample: { role: 'viewer' },
      success: { status: 200, description: 'The person as they are now.', schema: person },
      fails: ['conflict', 'too_many_requests'],
      handle: async ({ params, body, principal }) => {
        const by = {
          isAdmin: principal.isAdmin,
          personId: principal.person?.id ?? null,
          sessionId: principal.session?.id ?? null,
        };
        return { body: personView(await people.update(params.id, body, by)) };
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/people/{id}',
      tag,
      summary: 'Remove a person',
      description: 'They are signed out everywhere. The last owner cannot be removed.',
      right: 'admin',
      success: { status: 204, description: 'They are gone.' },
      fails: ['conflict'],
      handle: async ({ params }) => {
        const { name = '' } = (await people.list()).find(({ id }) => id === params.id) ?? {};
        await people.delete(params.id);
        return { about: name };
      },
    }),
  ];
}

function link({ people, publicUrl }: ApiParts): Route {
  const input = Type.Object(
    {
      personId: Type.Optional(Type.String({ description: 'Whom it signs in; without it the first owner.' })),
    },
    { additionalProperties: false },
  );
  return route({
    method: 'POST',
    path: '/v1/sign-in-links',
    tag,
    summary: 'Make a link that signs in once',
    description:
      'Valid for 30 minutes. Without `personId` it signs in the first owner, whom it makes where there is none yet.',
    right: 'admin',
    requestBody: input,
    bodyOptional: true,
    bodyExample: {},
    success: {
      status: 201,
      description: 'The link. It is in this answer and nowhere else.',
      schema: Type.Object({ url: Type.String(), expiresAt: Type.String({ format: 'date-time' }) }),
    },
    fails: ['not_found'],
    handle: async (call) => {
      const { personId } = call.body as Static<typeof input>;
      const { token, expiresAtMs } = await people.link(personId ?? null);
      return { body: { url: signInUrl(publicUrl(), token), expiresAt: timeText(expiresAtMs) } };
    },
  });
}

/** Behind the #, so that the token reaches no server's log and no other site. */
export function signInUrl(publicUrl: string, token: string): string {
  return `${publicUrl}/signin#${token}`;
}

function audit({ people }: ApiParts): Route {
  return route({
    method: 'GET',
    path: '/v1/audit',
    tag,
    summary: 'What people did',
    description: `Everything that was changed, and every secret that was shown, by somebody who was signed in. The last ${limits.auditEntries.toLocaleString('en')} entries, newest first.`,
    right: 'admin',
    query: pageOnly,
    success: {
      status: 200,
      description: 'A page of the log.',
      schema: models.listOf(
        Type.Object({
          at: Type.String({ format: 'date-time' }),
          actorId: Type.String({ description: 'A person, a key, or `admin-key`.' }),
          actor: Type.String({ description: 'What they were called then.' }),
          act: Type.String({
            description:
              'What, in words; of a change with the names of what was sent: `Change an endpoint: url, retry`.',
          }),
          target: Type.String({ description: 'The address that was asked for.' }),
          account: nullable('string'),
          aboutId: nullable('string', 'The id of what it was done to, or of what it made.'),
          aboutName: nullable('string', 'What that was called then.'),
        }),
      ),
    },
    handle: async ({ query }) => {
      const name = { list: 'audit', accountNo: 0 };
      const page = await pageInStore(name, query, async ({ limit, before }) =>
        cutAt(await people.audit({ limit: limit + 1, before }), limit, ({ no }) => no),
      );
      return pageAnswer(page, auditView);
    },
  });
}

function auditView({ no, atMs, accountId, ...same }: AuditEntry): Record<string, unknown> {
  return { at: timeText(atMs), ...same, account: accountId };
}
