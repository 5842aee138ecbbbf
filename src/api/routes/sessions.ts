import { Type } from 'typebox';
import { SurehookError } from '../../core/errors.ts';
import * as limits from '../../core/limits/people.ts';
import { personView, roles, type Session } from '../../core/person.ts';
import { timeText } from '../../core/time-text.ts';
import { actorIn, type Principal, sessionPrincipal } from '../auth.ts';
import * as models from '../models.ts';
import { nullable } from '../nullable.ts';
import { pageAnswer, pageInMemory, pageOnly } from '../page.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { csrfToken, requireOwnPage, sessionCookie, sessionToken } from '../session-cookie.ts';
import { person } from './people.ts';

const tag = 'Sessions';

const session = Type.Object({
  id: Type.String({ description: '`ses_…`' }),
  personId: nullable('string', 'Whose it is; null when an API key signed in.'),
  userAgent: Type.String({ description: 'What the browser calls itself.' }),
  createdAt: Type.String({ format: 'date-time' }),
  expiresAt: Type.String({ format: 'date-time' }),
});

const current = Type.Object({
  id: nullable('string', '`ses_…`; null when the request came with a key.'),
  person: Type.Union([person, Type.Null()], { description: 'Null: an API key.' }),
  role: Type.Unsafe({ enum: [...roles, null], description: 'Null for a key of one account.' }),
  scopes: Type.Array(Type.String()),
  accounts: Type.Array(Type.Object({ id: Type.String(), name: Type.String() }), {
    description: `What it may act for (\`Surehook-Account\`); the first ${limits.sessionAccounts}.`,
  }),
  csrf: nullable('string', 'Send it as `Surehook-Csrf` with every request but GET that the cookie signs in.'),
  expiresAt: nullable('string', 'When the session ends by itself.'),
  version: Type.String({ description: 'Of the server.' }),
});

const proof = Type.Object(
  {
    email: Type.Optional(Type.String()),
    password: Type.Optional(Type.String()),
    key: Type.Optional(Type.String({ description: 'An API key, instead of e-mail address and password.' })),
    token: Type.Optional(Type.String({ description: 'What stands behind the # of a one-time link.' })),
  },
  { additionalProperties: false },
);

export function sessionRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/sessions',
      tag,
      summary: 'Sign in',
      description:
        'For browsers: the answer sets a cookie that stands for a key from then on. Show who you are by `email` and `password`, by an API `key`, or by the `token` of a one-time link (`surehook signin`). After too many failures from one address the answer is 429.',
      right: 'none',
      requestBody: proof,
      bodyIs: 'described',
      bodyExample: { email: 'ana@shop.example', password: 'correct horse battery' },
      success: { status: 201, description: 'Who you are now.', schema: current },
      fails: ['unauthenticated', 'forbidden', 'too_many_requests', 'unavailable'],
      handle: async (call) => {
        requireOwnPage(call.headers);
        const browser = { client: call.client(), userAgent: call.headers['user-agent'] ?? '' };
        const { token } = await parts.signIn.begin(call.body, browser);
        const found = await parts.signIn.find(token);
        if (found === null) throw new SurehookError('unauthenticated', 'The session ended at once.');
        const principal = sessionPrincipal(found);
        const target = `/v1/sessions/${found.session.id}`;
        const about = { accountId: null, aboutId: null, aboutName: null };
        await parts.people.record({ ...actorIn(principal), act: 'Sign in', target, ...about });
        // Whoever was signed in here before is not any more.
        const before = sessionToken(call.headers);
        const old = before === null ? null : await parts.signIn.find(before);
        if (old !== null) await parts.people.endSession(old.session.id);
        return {
          body: currentView(parts, principal, csrfToken(token, parts.sha256)),
          headers: { 'set-cookie': sessionCookie(token, parts.isSecure()) },
        };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/sessions',
      tag,
      summary: 'List sessions',
      right: 'admin',
      query: pageOnly,
      success: {
        status: 200,
        description: 'Who is signed in, newest first.',
        schema: models.listOf(session),
      },
      handle: async ({ query }) => {
        const position = ({ id }: Session) => id;
        const all = await parts.people.sessions();
        return pageAnswer(
          pageInMemory(all, query, { list: 'sessions', accountNo: 0, position }),
          sessionView,
        );
      },
    }),
    route({
      method: 'GET',
      path: '/v1/sessions/current',
      tag,
      summary: 'Who am I',
      right: 'signed-in',
      success: { status: 200, description: 'Who asks, and what they may do.', schema: current },
      handle: ({ principal, headers }) => {
        const token = principal.session === null ? null : sessionToken(headers);
        return {
          body: currentView(parts, principal, token === null ? null : csrfToken(token, parts.sha256)),
        };
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/sessions/current',
      tag,
      summary: 'Sign out',
      right: 'signed-in',
      success: { status: 204, description: 'Signed out; the cookie is gone.' },
      handle: async ({ principal }) => {
        if (principal.session !== null) await parts.people.endSession(principal.session.id);
        return { headers: { 'set-cookie': sessionCookie(null, parts.isSecure()) } };
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/sessions/{id}',
      tag,
      summary: 'End a session',
      right: 'admin',
      success: { status: 204, description: 'That browser is signed out.' },
      handle: async ({ params }) => {
        await parts.people.endSession(params.id);
        return {};
      },
    }),
  ];
}

function sessionView(one: Session): Record<string, unknown> {
  const { id, personId, userAgent, createdAtMs, expiresAtMs } = one;
  return { id, personId, userAgent, createdAt: timeText(createdAtMs), expiresAt: timeText(expiresAtMs) };
}

function currentView(parts: ApiParts, principal: Principal, csrf: string | null): Record<string, unknown> {
  const { session: own, person: who, scopes, isAdmin } = principal;
  const mine = principal.anyAccount ? parts.directory.accounts() : [ownAccount(parts, principal)];
  return {
    id: own?.id ?? null,
    person: who === null ? null : personView(who),
    role: who?.role ?? (isAdmin ? 'owner' : null),
    scopes,
    accounts: mine.slice(0, limits.sessionAccounts).map(({ id, name }) => ({ id, name })),
    csrf,
    expiresAt: own === null ? null : timeText(own.expiresAtMs),
    version: parts.version,
  };
}

function ownAccount(parts: ApiParts, { key, portal }: Principal): { id: string; name: string } {
  const account = parts.directory.account(key?.accountNo ?? portal?.accountNo ?? -1);
  if (account === null) throw new SurehookError('unauthenticated', 'The account of this key is gone.');
  return account;
}
