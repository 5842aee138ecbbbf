import { toBase64 } from '../../sdk/encoding.ts';
import { idBytes, newId } from './ids.ts';

/** Whose endpoints these are: a merchant, a reseller, a team. `default` exists from the start. */
export interface Account {
  no: number;
  id: string;
  name: string;
  maxEndpoints: number;
  notify: string | null;
  createdAtMs: number;
  updatedAtMs: number;
}

/** What a key may be allowed to do (contract §3). */
export const scopes = ['publish', 'read', 'manage', 'receive'] as const;
/** One of `scopes`. */
export type Scope = (typeof scopes)[number];

/** An API key as the store keeps it: the key itself is never stored, only its SHA-256. */
export interface ApiKey {
  id: string;
  /** Null: an admin key, which may act for every account. */
  accountNo: number | null;
  name: string;
  scopes: Scope[];
  /** SHA-256 of the key, hex. */
  hash: string;
  /** The first characters, to recognise it by. */
  hint: string;
  createdAtMs: number;
}

/** Random bytes that a key is made of: 256 bits. */
export const apiKeyBytes = 32;

/** A new key's text: `shk_admin_…` (everything) or `shk_live_…` (one account), made of `apiKeyBytes` random bytes fit for secrets. */
export function apiKeyText(kind: 'admin' | 'live', bytes: Uint8Array): string {
  return `shk_${kind}_${toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/** How much of a key is kept to recognise it by. */
const hintChars = 14;

/** A new key, for every account when `accountNo` is null, and what is stored of it. `random` answers bytes fit for secrets. */
export function newApiKey(
  grant: Pick<ApiKey, 'accountNo' | 'name' | 'scopes'>,
  world: { nowMs: number; random(count: number): Uint8Array; sha256(text: string): string },
): { key: string; stored: ApiKey } {
  const key = apiKeyText(grant.accountNo === null ? 'admin' : 'live', world.random(apiKeyBytes));
  const stored: ApiKey = {
    ...grant,
    id: newId('key_', world.nowMs, world.random(idBytes)),
    hash: world.sha256(key),
    hint: key.slice(0, hintChars),
    createdAtMs: world.nowMs,
  };
  return { key, stored };
}

/** An entry of the catalogue. `schema` is enforced only when it was set by `PUT`. */
export interface EventType {
  accountNo: number;
  name: string;
  description: string;
  schema: Record<string, unknown> | null;
  examples: unknown[];
  deprecated: boolean;
  createdAtMs: number;
  updatedAtMs: number;
}
