import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Account, ApiKey, Scope } from '../core/account.ts';
import { SurehookError } from '../core/errors.ts';
import * as limits from '../core/limits/api.ts';
import { type Person, type Session, scopesOf } from '../core/person.ts';
import { type PortalLink, portalScopes, portalTokenPrefix } from '../core/portal.ts';
import type { Actor } from '../flow/administer-parts.ts';
import type { FoundSession } from '../flow/sign-in.ts';
import type { ApiParts } from './parts.ts';
import { isInPortal } from './portal-routes.ts';
import { isInAccount, type Right, type Route } from './route.ts';
import { csrfToken, requireOwnPage, sessionToken } from './session-cookie.ts';

/** Who is asking. */
export interface Principal {
  /** Null: a person, or the admin key of the environment. */
  key: ApiKey | null;
  /** Null: a key. */
  person: Person | null;
  /** The browser's session that the request came with; null: it came with the key itself. */
  session: Session | null;
  /** The link that opened the portal which asks; null: no portal. */
  portal: PortalLink | null;
  isAdmin: boolean;
  /** Names the account it acts for; else it is bound to its key's. */
  anyAccount: boolean;
  scopes: readonly Scope[];
}

type Needs = Pick<ApiParts, 'directory' | 'sha256' | 'fixedAdminKeyHash' | 'signIn' | 'portals'>;

type Asked = Pick<Route, 'right' | 'method' | 'path'>;

interface Asking {
  method: string;
  headers: IncomingHttpHeaders;
}

const byKey = { person: null, session: null, portal: null };
const fixedAdmin: Principal = {
  ...byKey,
  key: null,
  isAdmin: true,
  anyAccount: true,
  scopes: ['publish', 'read', 'manage', 'receive'],
};
/** Who asks on a route that needs no key. */
export const nobody: Principal = { ...byKey, key: null, isAdmin: false, anyAccount: false, scopes: [] };
/** Stands where a route acts for no account; its number matches nothing in the store. */
export const noAccount: Account = {
  no: -1,
  id: '',
  name: '',
  maxEndpoints: 0,
  notify: null,
  createdAtMs: 0,
  updatedAtMs: 0,
};
const bearer = /^bearer +([\x21-\x7e]+) *$/i;

/** Says who asks and for which account. Hashing is remembered for keys that exist; whether a key is valid is looked up each time. */
export class Authenticator {
  readonly #parts: Needs;
  /** `Authorization` header to SHA-256 of its key. */
  readonly #hashes = new Map<string, string>();

  constructor(parts: Needs) {
    this.#parts = parts;
  }

  /** Who asks: by the key that was sent, else by the session's cookie. Only what has to be looked up in the store takes a while. */
  of(request: Asking, route: Asked): Principal | Promise<Principal> {
    const { headers } = request;
    const { right } = route;
    const key = bearer.exec(headers.authorization ?? '')?.[1];
    if (key?.startsWith(portalTokenPrefix) && right !== 'none') return this.#byPortal(key, route);
    const token = headers.authorization === undefined && right !== 'none' ? sessionToken(headers) : null;
    return token === null
      ? this.#byKey(headers.authorization, right)
      : this.#bySession(token, request, right);
  }

  /** Whether whoever asked before would still be answered, and act for the same account. */
  async stillMay(request: Asking, route: Asked, account: Account): Promise<boolean> {
    try {
      const principal = await this.of(request, route);
      return !isInAccount(route.right) || this.account(principal, request.headers).no === account.no;
    } catch {
      return false;
    }
  }

  /** Throws `unauthenticated` without a valid key, `forbidden` when it lacks the right. */
  #byKey(header: string | undefined, right: Right): Principal {
    return right === 'none' ? nobody : allowed(this.#find(header), right);
  }

  /**
   * The same for a request that has a session's cookie and no key. Whatever changes something must also show that a page of ours
   * sent it: throws `forbidden` where it does not.
   */
  async #bySession(token: string, request: Asking, right: Right): Promise<Principal> {
    const { headers, method } = request;
    const found = await this.#parts.signIn.find(token);
    if (found === null) throw new SurehookError('unauthenticated', 'The session has ended. Sign in again.');
    if (method !== 'GET' && method !== 'HEAD') {
      requireOwnPage(headers);
      if (!isSame(headers['surehook-csrf'], csrfToken(token, this.#parts.sha256)))
        throw new SurehookError('forbidden', 'Send the session\'s "csrf" as the header Surehook-Csrf.');
    }
    return allowed(sessionPrincipal(found), right);
  }

  async #byPortal(token: string, route: Asked): Promise<Principal> {
    const link = token.length <= limits.apiKeyChars ? await this.#parts.portals.find(token) : null;
    if (link === null)
      throw new SurehookError('unauthenticated', 'This portal is closed. Open it anew by a new link.');
    if (!isInPortal(route))
      throw new SurehookError('forbidden', 'A portal is for endpoints, deliveries and dead letters only.');
    return allowed(portalPrincipal(link), route.right);
  }

  /** The account that a request acts for: a live key's own; an admin's choice, `default` without one. */
  account(principal: Principal, headers: IncomingHttpHeaders): Account {
    const { directory } = this.#parts;
    const named = headers['surehook-account'];
    if (principal.anyAccount) {
      const id = typeof named === 'string' ? named : 'default';
      const account = directory.accountById(id);
      if (account !== null) return account;
      throw new SurehookError(
        'not_found',
        `No account with the id ${JSON.stringify(id)} (Surehook-Account).`,
      );
    }
    const no = principal.key?.accountNo ?? principal.portal?.accountNo ?? null;
    const own = no === null ? null : directory.account(no);
    if (own === null) throw noKey();
    if (named !== undefined && named !== own.id) {
      throw new SurehookError(
        'forbidden',
        'Surehook-Account names another account than the key is bound to. Leave it out.',
      );
    }
    return own;
  }

  #find(header: string | undefined): Principal {
    if (header === undefined) throw noKey();
    const { directory, fixedAdminKeyHash } = this.#parts;
    const known = this.#hashes.get(header);
    const hash = known ?? this.#hash(header);
    if (hash === fixedAdminKeyHash) return this.#remember(header, hash, known, fixedAdmin);
    const key = directory.keyByHash(hash);
    if (key === null) {
      this.#hashes.delete(header);
      throw noKey();
    }
    return this.#remember(header, hash, known, principalOf(key));
  }

  #hash(header: string): string {
    const key = bearer.exec(header)?.[1];
    if (key === undefined || key.length > limits.apiKeyChars) throw noKey();
    return this.#parts.sha256(key);
  }

  /** Only keys that exist get here, so strangers cannot fill the memory. */
  #remember(header: string, hash: string, known: string | undefined, principal: Principal): Principal {
    if (known !== undefined) return principal;
    if (this.#hashes.size >= limits.apiKeysRemembered) this.#hashes.clear();
    this.#hashes.set(header, hash);
    return principal;
  }
}

function noKey(): SurehookError {
  return new SurehookError('unauthenticated', 'Send a valid API key as "Authorization: Bearer shk_…".');
}

function principalOf(key: ApiKey): Principal {
  const isAdmin = key.accountNo === null;
  return { ...byKey, key, isAdmin, anyAccount: isAdmin, scopes: key.scopes };
}

/** Who a session stands for. */
export function sessionPrincipal({ session, person, key }: FoundSession): Principal {
  if (person === null) return { ...(key === null ? fixedAdmin : principalOf(key)), session };
  const scopes = scopesOf(person.role);
  return {
    key: null,
    portal: null,
    person,
    session,
    isAdmin: person.role === 'owner',
    anyAccount: true,
    scopes,
  };
}

/** Who a portal stands for: the account's own people, as far as its link lets them. */
export function portalPrincipal(portal: PortalLink): Principal {
  return { ...nobody, portal, scopes: portalScopes(portal) };
}

/** The principal, if it has the right; else throws `forbidden`. */
function allowed(principal: Principal, right: Right): Principal {
  const who =
    principal.person !== null
      ? 'your role'
      : principal.portal !== null
        ? 'this portal'
        : 'the key that was sent';
  if (right === 'signed-in') {
    if (principal.session !== null || principal.portal !== null || principal.isAdmin) return principal;
    throw new SurehookError('forbidden', 'This is for people who are signed in, and for admin keys.');
  }
  if (principal.isAdmin) return principal;
  if (right === 'admin') {
    throw new SurehookError(
      'forbidden',
      principal.person === null
        ? 'This needs an admin key (shk_admin_…); the key that was sent is bound to one account.'
        : 'Only owners may do this.',
    );
  }
  if (right !== 'none' && !principal.scopes.includes(right)) {
    const scopes = principal.scopes.map((scope) => `"${scope}"`).join(', ') || 'none';
    throw new SurehookError('forbidden', `This needs the scope "${right}"; ${who} has ${scopes}.`);
  }
  return principal;
}

function isSame(given: string | string[] | undefined, wanted: string): boolean {
  if (typeof given !== 'string' || given.length !== wanted.length) return false;
  return timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(wanted, 'latin1'));
}

/** Who asks, as the flow wants to know it. */
export function actorOf(principal: Principal): Actor {
  const { isAdmin, scopes } = principal;
  return { name: actorName(principal), isAdmin, scopes };
}

/** What somebody is called in reasons and in the audit log. */
function actorName({ key, person, portal }: Principal): string {
  if (person !== null) return person.name;
  if (portal !== null) return portal.name === '' ? 'the portal' : `portal ${JSON.stringify(portal.name)}`;
  return key === null ? 'the admin key' : `key ${JSON.stringify(key.name)}`;
}

/** Who did something, as the audit log keeps it. */
export function actorIn(principal: Principal): { actorId: string; actor: string } {
  const { key, person, portal } = principal;
  return { actorId: person?.id ?? portal?.id ?? key?.id ?? 'admin-key', actor: actorName(principal) };
}

/** The same for all that comes with one key, from one browser, or through one link of a portal. */
export function callerOf({ key, session, portal }: Principal): string {
  return session?.id ?? portal?.id ?? key?.id ?? 'admin-key';
}
