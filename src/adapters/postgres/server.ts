import type { ClientBase } from 'pg';
import { StoreError, SurehookError } from '../../core/errors.ts';
import * as limits from '../../core/limits/store.ts';

const readOnly = "(pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on')";

/** Refuses each connection to what is no primary, or not any more, so that nothing old is looked up there; the next one may lead to a primary. */
export async function requirePrimary(client: ClientBase): Promise<void> {
  const { rows } = await client.query(`SELECT ${readOnly} AS standby`);
  if (rows[0].standby === true)
    throw new StoreError('PostgreSQL: this server takes no writes; it is a standby, or read-only.', false);
}

/** Refuses a server that we cannot work with, or that could lose what was committed, and says what to change. */
export async function requireServer(
  client: { query(sql: string): Promise<{ rows: Record<string, string>[] }> },
  durable: boolean,
): Promise<void> {
  const { rows } = await client.query(
    `SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding,
       current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit, ${readOnly}::text AS standby`,
  );
  const { version, encoding, fsync, commit, standby } = rows[0]!;
  const refuse = (detail: string): never => {
    throw new SurehookError('unavailable', detail);
  };
  if (Number(version) < limits.postgresOldest)
    refuse('This PostgreSQL is too old: 14 is the oldest that Surehook works with. Upgrade the server.');
  if (encoding !== 'UTF8')
    refuse(
      `The database has the encoding ${encoding}. Make one with UTF8: CREATE DATABASE … ENCODING 'UTF8'.`,
    );
  if (standby === 'true')
    refuse(
      'This PostgreSQL server takes no writes: it is a standby, or read-only. Name the primary in SUREHOOK_DATABASE.',
    );
  if (commit !== 'on')
    refuse('The server does not let a session set synchronous_commit to on, so that commits could be lost.');
  if (durable && fsync !== 'on')
    refuse(
      'The PostgreSQL server runs with fsync = off: a crash would lose what was accepted. Set it to on.',
    );
}
