import type { SealedBin, SealedCaught } from '../sealed-bins.ts';
import type { Row } from './row.ts';

/** What no query asks for is kept together as JSON. */
type Config = Pick<SealedBin, 'name' | 'behaviour' | 'scheme' | 'custom'>;

/** What no query asks for, as it is written. */
export function binConfigOf({ name, behaviour, scheme, custom }: Config): string {
  return JSON.stringify({ name, behaviour, scheme, custom });
}

/** A bin as its row tells it. */
export function binOf(row: Row): SealedBin {
  return {
    ...(JSON.parse(row.config as string) as Config),
    no: row.no as number,
    id: row.id as string,
    accountNo: row.account_no as number,
    hidden: row.hidden as Uint8Array,
    caught: row.caught as number,
    createdAtMs: row.created_at as number,
    updatedAtMs: row.updated_at as number,
  };
}

/** A caught request as its row tells it. */
export function caughtOf(row: Row): SealedCaught {
  return {
    id: row.id as string,
    atMs: row.at as number,
    method: row.method as string,
    status: row.status as number | null,
    bodyBytes: row.body_bytes as number,
    head: row.head as Uint8Array,
    body: row.body as Uint8Array | null,
  };
}
