import type { Account, ApiKey, EventType } from '../../core/account.ts';
import type { Row } from './row.ts';

/** An account as its row tells it. */
export function accountOf(row: Row): Account {
  return {
    no: row.no as number,
    id: row.id as string,
    name: row.name as string,
    maxEndpoints: row.max_endpoints as number,
    notify: row.notify as string | null,
    createdAtMs: row.created_at as number,
    updatedAtMs: row.updated_at as number,
  };
}

/** An API key as its row tells it; only its hash is there. */
export function keyOf(row: Row): ApiKey {
  return {
    id: row.id as string,
    accountNo: row.account_no as number | null,
    name: row.name as string,
    scopes: JSON.parse(row.scopes as string) as ApiKey['scopes'],
    hash: row.hash as string,
    hint: row.hint as string,
    createdAtMs: row.created_at as number,
  };
}

/** A type of events as its row tells it. */
export function eventTypeOf(row: Row): EventType {
  return {
    accountNo: row.account_no as number,
    name: row.name as string,
    description: row.description as string,
    schema: row.schema === null ? null : (JSON.parse(row.schema as string) as Record<string, unknown>),
    examples: JSON.parse(row.examples as string) as unknown[],
    deprecated: Boolean(row.deprecated),
    createdAtMs: row.created_at as number,
    updatedAtMs: row.updated_at as number,
  };
}
