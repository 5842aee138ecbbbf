import { scopes as allScopes, newApiKey, type Scope } from '../core/account.ts';
import { SurehookError } from '../core/errors.ts';
import type { Random } from '../ports/random.ts';
import type { Administration } from '../ports/store.ts';
import type { Io } from './io.ts';

export interface KeysWorld extends Io {
  store: Pick<Administration, 'directory' | 'createKey' | 'deleteKey'>;
  random: Random;
  nowMs: number;
  /** As hex. */
  sha256(text: string): string;
}

/** `surehook keys create`: the key on stdout, once; what is stored is its hash. */
export async function runCreateKey(
  options: { account?: string; scopes?: string; name?: string; admin?: boolean },
  world: KeysWorld,
): Promise<number> {
  const { store, random, nowMs, sha256 } = world;
  const scopes = parseScopes(options.scopes);
  const accountNo = options.admin === true ? null : await accountNoOf(options.account ?? 'default', store);
  const { key, stored } = newApiKey(
    { accountNo, name: options.name ?? '', scopes },
    { nowMs, random: (count) => random.bytes(count), sha256 },
  );
  await store.createKey(stored);
  world.out(key);
  world.err(`Made ${stored.id}. The key is shown this once; only its hash is stored.`);
  return 0;
}

/** `surehook keys list`: one line a key, newest last. */
export async function runListKeys({ store, out, err }: KeysWorld): Promise<number> {
  const { keys, accounts } = await store.directory();
  const accountIds = new Map(accounts.map(({ account }) => [account.no, account.id]));
  if (keys.length === 0) err('No keys yet. Make one with: surehook keys create');
  for (const key of keys.toSorted((a, b) => a.createdAtMs - b.createdAtMs)) {
    const whose = key.accountNo === null ? 'admin' : (accountIds.get(key.accountNo) ?? 'deleted account');
    const rights = key.accountNo === null ? 'everything' : key.scopes.join(',');
    out(
      [key.id, `${key.hint}…`, whose, rights, new Date(key.createdAtMs).toISOString(), key.name]
        .join('  ')
        .trimEnd(),
    );
  }
  return 0;
}

/** `surehook keys revoke`: exit code 1 when there is no such key. */
export async function runRevokeKey(id: string, { store, out, err }: KeysWorld): Promise<number> {
  const { keys } = await store.directory();
  if (!keys.some((key) => key.id === id)) {
    err(`There is no key with the id ${JSON.stringify(id)}. See them with: surehook keys list`);
    return 1;
  }
  await store.deleteKey(id);
  out(`${id} is revoked.`);
  return 0;
}

async function accountNoOf(id: string, store: KeysWorld['store']): Promise<number> {
  const { accounts } = await store.directory();
  const found = accounts.find(({ account }) => account.id === id);
  if (found === undefined) {
    throw new SurehookError(
      'not_found',
      `There is no account ${JSON.stringify(id)}. Make it first: POST /v1/accounts.`,
    );
  }
  return found.account.no;
}

function parseScopes(text: string | undefined): Scope[] {
  if (text === undefined) return [...allScopes];
  const wanted = new Set(text.split(',').map((word) => word.trim()));
  const scopes = allScopes.filter((scope) => wanted.has(scope));
  if (scopes.length === wanted.size && scopes.length > 0) return scopes;
  throw new SurehookError('invalid', `--scopes takes ${allScopes.join(', ')}, separated by commas.`);
}
