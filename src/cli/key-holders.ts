import { type ApiKey, newApiKey, type Scope } from '../core/account.ts';
import { SurehookError } from '../core/errors.ts';
import * as limits from '../core/limits/api.ts';
import type { Random } from '../ports/random.ts';
import type { Administration } from '../ports/store.ts';

/** A key as people see it. */
export interface ShownKey {
  id: string;
  hint: string;
  /** Null: an admin key. */
  account: string | null;
  scopes: readonly Scope[];
  createdAt: string;
  name: string;
}

/** Who keeps the API keys: the database itself, or the server that works on it. */
export interface KeyHolder {
  /** `account` null makes an admin key. The key itself is in the answer and nowhere else. */
  create(grant: {
    account: string | null;
    name: string;
    scopes: Scope[];
  }): Promise<{ key: string; id: string }>;
  list(): Promise<ShownKey[]>;
  /** False when there is no such key. */
  revoke(id: string): Promise<boolean>;
}

export interface StoreWorld {
  store: Pick<Administration, 'directory' | 'createKey' | 'deleteKey'>;
  random: Random;
  nowMs: number;
  /** As hex. */
  sha256(text: string): string;
}

/** Keys straight in a database that no server works on. */
export function keysInStore({ store, random, nowMs, sha256 }: StoreWorld): KeyHolder {
  async function accountNoOf(id: string): Promise<number> {
    const { accounts } = await store.directory();
    const found = accounts.find(({ account }) => account.id === id);
    if (found !== undefined) return found.account.no;
    throw new SurehookError(
      'not_found',
      `There is no account ${JSON.stringify(id)} yet: the server makes "default" when it starts, POST /v1/accounts any other. A key for all of them needs none: --admin.`,
    );
  }

  return {
    async create({ account, name, scopes }) {
      const accountNo = account === null ? null : await accountNoOf(account);
      const { key, stored } = newApiKey(
        { accountNo, name, scopes },
        { nowMs, random: (count) => random.bytes(count), sha256 },
      );
      await store.createKey(stored);
      return { key, id: stored.id };
    },
    async list() {
      const { keys, accounts } = await store.directory();
      const accountIds = new Map(accounts.map(({ account }) => [account.no, account.id]));
      return keys.map((key) => shown(key, accountIds));
    },
    async revoke(id) {
      const { keys } = await store.directory();
      if (!keys.some((key) => key.id === id)) return false;
      await store.deleteKey(id);
      return true;
    },
  };
}

function shown(key: ApiKey, accountIds: Map<number, string>): ShownKey {
  const { id, hint, scopes, name, accountNo } = key;
  const account = accountNo === null ? null : (accountIds.get(accountNo) ?? 'deleted account');
  return { id, hint, account, scopes, name, createdAt: new Date(key.createdAtMs).toISOString() };
}

/** Asks the server. Throws when nobody answers. */
export type CallServer = (
  method: string,
  path: string,
  body?: object,
) => Promise<{ status: number; body: string }>;

/** Keys through the API of a server, which then knows of every change at once. */
export function keysOfServer(call: CallServer): KeyHolder {
  async function ask<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await call(method, path, body);
    if (answer.status < 300) return (answer.body === '' ? null : JSON.parse(answer.body)) as T;
    throw new SurehookError(answer.status === 404 ? 'not_found' : 'unavailable', refusal(answer));
  }

  return {
    create: ({ account, name, scopes }) =>
      ask('POST', '/v1/keys', { account, scopes, name: name === '' ? 'surehook keys create' : name }),
    async list() {
      const all: ShownKey[] = [];
      for (let cursor = ''; ; ) {
        const page = await ask<{ data: ShownKey[]; nextCursor: string | null }>(
          'GET',
          `/v1/keys?limit=${limits.listMax}${cursor}`,
        );
        all.push(...page.data);
        if (page.nextCursor === null) return all;
        cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
      }
    },
    async revoke(id) {
      try {
        await ask('DELETE', `/v1/keys/${encodeURIComponent(id)}`);
        return true;
      } catch (error) {
        if (error instanceof SurehookError && error.code === 'not_found') return false;
        throw error;
      }
    },
  };
}

function refusal({ status, body }: { status: number; body: string }): string {
  const detail = detailOf(body);
  if (status === 401)
    return `The running server does not take this admin key. Set SUREHOOK_ADMIN_KEY to the one it was started with. (${detail})`;
  return `The running server answered ${status}: ${detail}`;
}

function detailOf(body: string): string {
  try {
    return String((JSON.parse(body) as { detail?: unknown }).detail);
  } catch {
    return body.slice(0, 200);
  }
}
