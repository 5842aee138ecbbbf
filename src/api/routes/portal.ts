import { Type } from 'typebox';
import type { Account } from '../../core/account.ts';
import { SurehookError } from '../../core/errors.ts';
import { nameChars } from '../../core/limits/accounts.ts';
import { apiKeyChars, listDefault } from '../../core/limits/api.ts';
import * as limits from '../../core/limits/portals.ts';
import { type PortalLink, portalScopes, portalStatus, readPortal } from '../../core/portal.ts';
import { timeText } from '../../core/time-text.ts';
import { actorIn, type Principal, portalPrincipal } from '../auth.ts';
import * as models from '../models.ts';
import { maybeTime, nullable } from '../nullable.ts';
import { cutAt, decodeCursor, encodeCursor, pageAnswer, pageOnly } from '../page.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { requireOwnPage } from '../session-cookie.ts';

const tag = 'Portal';

const time = Type.String({ format: 'date-time' });
const color = nullable(
  'string',
  '`#rrggbb`. The pages darken or lighten it as far as it must be to be read.',
);

const shown = {
  id: Type.String({ description: '`ptl_…`' }),
  account: Type.String(),
  status: Type.Enum(['waiting', 'expired', 'open', 'ended', 'revoked'], {
    description:
      'waiting: can be opened · expired: was not opened in time · open · ended: its time is over · revoked',
  }),
  name: Type.String({ description: 'Stands above the pages.' }),
  color,
  origins: Type.Array(Type.String(), { description: 'Whose pages may frame it.' }),
  readOnly: Type.Boolean(),
  madeBy: Type.String(),
  createdAt: time,
  expiresAt: Type.String({ format: 'date-time', description: 'Until when it can be opened.' }),
  openedAt: maybeTime('When it was opened.'),
  endsAt: maybeTime('When what it opened ends.'),
};
const link = Type.Object(shown);
const newLink = Type.Object({
  ...shown,
  url: Type.String({ description: 'The link. It works once, and is in this answer and nowhere else.' }),
});

const input = Type.Object(
  {
    account: Type.Optional(
      Type.String({ description: 'Whose pages: the account that this request acts for unless given.' }),
    ),
    name: Type.Optional(Type.String({ description: `At most ${nameChars} characters.` })),
    color: Type.Optional(color),
    origins: Type.Optional(
      Type.Array(Type.String(), {
        description: `Up to ${limits.portalOrigins} origins, such as \`https://shop.example\`, whose pages may show it in a frame. None unless given: then it opens in a window of its own only.`,
      }),
    ),
    readOnly: Type.Optional(Type.Boolean({ description: 'Look, without secrets. `false` unless given.' })),
    expiresIn: Type.Optional(
      Type.String({ description: 'How long the link waits to be opened: `10s`–`1h`, `5m` unless given.' }),
    ),
    lasts: Type.Optional(
      Type.String({ description: 'How long it is open then: `1m`–`24h`, `1h` unless given.' }),
    ),
  },
  { additionalProperties: false },
);

const opened = Type.Object({
  token: Type.String({ description: 'Send it as `Authorization: Bearer shk_portal_…`.' }),
  account: Type.Object({ id: Type.String(), name: Type.String() }),
  name: Type.String(),
  color,
  readOnly: Type.Boolean(),
  endsAt: time,
});

export function portalRoutes(parts: ApiParts): Route[] {
  return [...links(parts), opening(parts)];
}

function links(parts: ApiParts): Route[] {
  const { portals, publicUrl, clock, directory } = parts;
  const view = (one: PortalLink): Record<string, unknown> =>
    linkView(one, directory.account(one.accountNo)?.id ?? '', clock.nowMs());
  return [
    route({
      method: 'POST',
      path: '/v1/portal-links',
      tag,
      summary: 'Make a link into a portal',
      description:
        'A link for somebody of the account itself: it opens the pages Endpoints, Deliveries, Dead letters and Events, limited to that account, once. What it opens may do what a key of the account with the scopes `read` and `manage` may do there, and nothing with keys, people, sources, bins, alerts or links. Who makes one needs the scope `read`, too.',
      right: 'manage',
      requestBody: input,
      bodyIs: 'described',
      bodyOptional: true,
      bodyExample: { name: 'Acme webhooks', color: '#0a7d4f', origins: ['https://shop.example'] },
      success: { status: 201, description: 'The link.', schema: newLink },
      handle: async ({ account, body, principal }) => {
        const wish = readPortal(body);
        requireMayHandOn(principal, wish.readOnly);
        const whose =
          wish.account === undefined ? account : accountNamed(parts, wish.account, { account, principal });
        const { link: made, token } = await portals.make(whose, wish, actorIn(principal).actor);
        return { body: { ...view(made), url: `${publicUrl()}/portal/${made.id}#${token}` } };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/portal-links',
      tag,
      summary: 'List links into portals',
      description: `Of this account, until ${limits.portalKeepMs / 86_400_000} days after they ended; the newest ${limits.portalLinksEach.toLocaleString('en')}.`,
      right: 'manage',
      query: pageOnly,
      success: { status: 200, description: 'A page of links, newest first.', schema: models.listOf(link) },
      handle: async ({ account, query }) => {
        const name = { list: 'portal links', accountNo: account.no };
        const limit = query.limit ?? listDefault;
        const before = decodeCursor<string>(name, query.cursor, 'string');
        const rows = await portals.list(account, { limit: limit + 1, before });
        const cut = cutAt(rows, limit, ({ id }) => id);
        const nextCursor = cut.next === null ? null : encodeCursor(name, cut.next);
        return pageAnswer({ rows: cut.rows, nextCursor }, view);
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/portal-links/{id}',
      tag,
      summary: 'Revoke a link into a portal',
      description: 'It opens nothing any more, and what it opened is closed at once.',
      right: 'manage',
      success: { status: 204, description: 'It is revoked.' },
      handle: async ({ account, params }) => ({ about: await portals.revoke(account, params.id) }),
    }),
  ];
}

function opening({ portals, people, directory }: ApiParts): Route {
  return route({
    method: 'POST',
    path: '/v1/portal-sessions',
    tag,
    summary: 'Open a portal',
    description: 'For the page behind a link: uses the link up.',
    right: 'none',
    requestBody: Type.Object(
      {
        token: Type.String({
          maxLength: apiKeyChars,
          description: 'What stands behind the # of the link.',
        }),
      },
      { additionalProperties: false },
    ),
    bodyExample: { token: '…' },
    success: { status: 201, description: 'What to ask with from now on.', schema: opened },
    fails: ['unauthenticated', 'forbidden', 'unavailable'],
    handle: async ({ body, headers }) => {
      requireOwnPage(headers);
      const { link: found, token } = await portals.open(body.token);
      const account = directory.account(found.accountNo);
      if (account === null) throw new SurehookError('unauthenticated', 'The account of this link is gone.');
      await people.record({
        ...actorIn(portalPrincipal(found)),
        act: 'Open a portal',
        target: `/v1/portal-links/${found.id}`,
        accountId: account.id,
        aboutId: found.id,
        aboutName: found.name || null,
      });
      const { name, color: shade, readOnly } = found;
      return {
        body: {
          token,
          account: { id: account.id, name: account.name },
          name,
          color: shade,
          readOnly,
          endsAt: timeText(found.endsAtMs ?? 0),
        },
      };
    },
  });
}

/** A key can hand on only what it has. */
function requireMayHandOn({ isAdmin, scopes }: Principal, readOnly: boolean): void {
  const lacks = portalScopes({ readOnly }).filter((scope) => !isAdmin && !scopes.includes(scope));
  if (lacks.length > 0)
    throw new SurehookError(
      'forbidden',
      `The portal would have the scope "${lacks[0]}", which you do not have.`,
    );
}

function accountNamed(
  { directory }: Pick<ApiParts, 'directory'>,
  id: string,
  { account, principal }: { account: Account; principal: Principal },
): Account {
  if (id === account.id) return account;
  if (!principal.anyAccount)
    throw new SurehookError(
      'forbidden',
      '"account" names another account than the key is bound to. Leave it out.',
    );
  const found = directory.accountById(id);
  if (found === null) throw new SurehookError('not_found', `No account with the id ${JSON.stringify(id)}.`);
  return found;
}

function linkView(one: PortalLink, account: string, nowMs: number): Record<string, unknown> {
  const { id, name, color: shade, origins, readOnly, madeBy, createdAtMs, expiresAtMs } = one;
  const maybe = (ms: number | null): string | null => (ms === null ? null : timeText(ms));
  return {
    id,
    account,
    status: portalStatus(one, nowMs),
    name,
    color: shade,
    origins,
    readOnly,
    madeBy,
    createdAt: timeText(createdAtMs),
    expiresAt: timeText(expiresAtMs),
    openedAt: maybe(one.openedAtMs),
    endsAt: maybe(one.endsAtMs),
  };
}
