import { scopes as allScopes, type Scope } from '../core/account.ts';
import { SurehookError } from '../core/errors.ts';
import type { Io } from './io.ts';
import type { KeyHolder } from './key-holders.ts';

export interface KeysWorld extends Io {
  keys: KeyHolder;
}

/** `surehook keys create`: the key on stdout, once; what is stored is its hash. */
export async function runCreateKey(
  options: { account?: string; scopes?: string; name?: string; admin?: boolean },
  world: KeysWorld,
): Promise<number> {
  const scopes = parseScopes(options.scopes);
  const account = options.admin === true ? null : (options.account ?? 'default');
  const { key, id } = await world.keys.create({ account, name: options.name ?? '', scopes });
  world.out(key);
  world.err(`Made ${id}. The key is shown this once; only its hash is stored.`);
  return 0;
}

/** `surehook keys list`: one line a key, newest last. */
export async function runListKeys({ keys, out, err }: KeysWorld): Promise<number> {
  const all = await keys.list();
  if (all.length === 0) err('No keys yet. Make one with: surehook keys create');
  for (const key of all.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))) {
    const rights = key.account === null ? 'everything' : key.scopes.join(',');
    out(
      [key.id, `${key.hint}…`, key.account ?? 'admin', rights, key.createdAt, key.name].join('  ').trimEnd(),
    );
  }
  return 0;
}

/** `surehook keys revoke`: exit code 1 when there is no such key. */
export async function runRevokeKey(id: string, { keys, out, err }: KeysWorld): Promise<number> {
  if (!(await keys.revoke(id))) {
    err(`There is no key with the id ${JSON.stringify(id)}. See them with: surehook keys list`);
    return 1;
  }
  out(`${id} is revoked.`);
  return 0;
}

function parseScopes(text: string | undefined): Scope[] {
  if (text === undefined) return [...allScopes];
  const wanted = new Set(text.split(',').map((word) => word.trim()));
  const scopes = allScopes.filter((scope) => wanted.has(scope));
  if (scopes.length === wanted.size && scopes.length > 0) return scopes;
  throw new SurehookError('invalid', `--scopes takes ${allScopes.join(', ')}, separated by commas.`);
}
