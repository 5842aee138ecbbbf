import type { IncomingHttpHeaders } from 'node:http';
import type { Account, ApiKey, Scope } from '../core/account.ts';
import { SurehookError } from '../core/errors.ts';
import * as limits from '../core/limits.ts';
import type { Actor } from '../flow/administer-parts.ts';
import type { ApiParts } from './parts.ts';
import type { Right } from './route.ts';

/** Who is asking. */
export interface Principal {
  /** Null: the admin key of the environment. */
  key: ApiKey | null;
  isAdmin: boolean;
  scopes: readonly Scope[];
}

type Needs = Pick<ApiParts, 'directory' | 'sha256' | 'fixedAdminKeyHash'>;

const fixedAdmin: Principal = { key: null, isAdmin: true, scopes: ['publish', 'read', 'manage', 'receive'] };
/** Who asks on a route that needs no key. */
export const nobody: Principal = { key: null, isAdmin: false, scopes: [] };
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

  /** Throws `unauthenticated` without a valid key, `forbidden` when it lacks the right. */
  principal(header: string | undefined, right: Right): Principal {
    if (right === 'none') return nobody;
    const principal = this.#find(header);
    if (right === 'admin' && !principal.isAdmin) {
      throw new SurehookError(
        'forbidden',
        'This needs an admin key (shk_admin_…); the key that was sent is bound to one account.',
      );
    }
    if (!principal.isAdmin && right !== 'admin' && !principal.scopes.includes(right)) {
      throw new SurehookError(
        'forbidden',
        `This needs a key with the scope "${right}"; the key that was sent has ${principal.scopes.map((s) => `"${s}"`).join(', ') || 'none'}.`,
      );
    }
    return principal;
  }

  /** The account that a request acts for: a live key's own; an admin's choice, `default` without one. */
  account(principal: Principal, headers: IncomingHttpHeaders): Account {
    const { directory } = this.#parts;
    const named = headers['surehook-account'];
    if (principal.isAdmin) {
      const id = typeof named === 'string' ? named : 'default';
      const account = directory.accountById(id);
      if (account !== null) return account;
      throw new SurehookError(
        'not_found',
        `No account with the id ${JSON.stringify(id)} (Surehook-Account).`,
      );
    }
    const no = principal.key?.accountNo ?? null;
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
    return this.#remember(header, hash, known, { key, isAdmin: key.accountNo === null, scopes: key.scopes });
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

/** Who asks, as the flow wants to know it. */
export function actorOf(principal: Principal): Actor {
  const { key, isAdmin, scopes } = principal;
  return { name: key === null ? 'the admin key' : `key ${JSON.stringify(key.name)}`, isAdmin, scopes };
}
