import type { Account } from '../core/account.ts';
import { notFound, SurehookError } from '../core/errors.ts';
import { idBytes, newId } from '../core/ids.ts';
import { tokenBytes, tokenText } from '../core/person.ts';
import { type PortalLink, type PortalWish, portalTokenPrefix } from '../core/portal.ts';
import type { Clock } from '../ports/clock.ts';
import type { PortalStore } from '../ports/portal-store.ts';
import type { Random } from '../ports/random.ts';

export interface PortalParts {
  store: PortalStore;
  clock: Clock;
  random: Random;
  sha256(text: string): string;
}

/** The acts on portals: an account's own pages for somebody of that account, opened by a link that works once. */
export interface Portals {
  /** The token is in the answer and nowhere else. */
  make(account: Account, wish: PortalWish, madeBy: string): Promise<{ link: PortalLink; token: string }>;
  list(account: Account, page: { limit: number; before: string | null }): Promise<PortalLink[]>;
  /** The link can't be opened any more, and what it opened is closed. Answers what it is called. */
  revoke(account: Account, id: string): Promise<string>;
  /** Uses a link up. `token` is what the portal asks with from then on. Throws `unauthenticated` for a link that opens nothing. */
  open(linkToken: string): Promise<{ link: PortalLink; token: string }>;
  /** The link that opened the portal with this token; null when it is not open. */
  find(token: string): Promise<PortalLink | null>;
  /** Whose pages may frame it, whether it is open or not; none where there is no such link. */
  originsOf(id: string): Promise<string[]>;
}

export function createPortals({ store, clock, random, sha256 }: PortalParts): Portals {
  const newToken = (): string => tokenText(random.bytes(tokenBytes));
  return {
    async make(account, { name, color, origins, readOnly, expiresInMs, lastsMs }, madeBy) {
      const nowMs = clock.nowMs();
      const token = newToken();
      const link: PortalLink = {
        id: newId('ptl_', nowMs, random.bytes(idBytes)),
        accountNo: account.no,
        tokenHash: sha256(token),
        sessionHash: null,
        name,
        color,
        origins,
        readOnly,
        madeBy,
        createdAtMs: nowMs,
        expiresAtMs: nowMs + expiresInMs,
        lastsMs,
        openedAtMs: null,
        endsAtMs: null,
        revokedAtMs: null,
      };
      await store.createPortalLink(link);
      return { link, token };
    },
    list: (account, page) => store.portalLinks({ accountNo: account.no, ...page }),
    async revoke(account, id) {
      const input = { accountNo: account.no, id, nowMs: clock.nowMs() };
      if (!(await store.revokePortalLink(input))) throw notFound('portal link', id);
      return (await store.portalLink(id))?.name ?? '';
    },
    async open(linkToken) {
      const token = portalTokenPrefix + newToken();
      const tokens = { tokenHash: sha256(linkToken), sessionHash: sha256(token) };
      const link = await store.openPortalLink({ ...tokens, nowMs: clock.nowMs() });
      if (link === null)
        throw new SurehookError(
          'unauthenticated',
          'This link was used already, is too old or was revoked. Ask for a new one where you got it.',
        );
      return { link, token };
    },
    find: (token) => store.openPortal({ sessionHash: sha256(token), nowMs: clock.nowMs() }),
    // Not every store can be asked for U+0000.
    originsOf: async (id) => (id.includes('\0') ? [] : ((await store.portalLink(id))?.origins ?? [])),
  };
}
