import { SurehookError } from '../../core/errors.ts';
import * as limits from '../../core/limits.ts';

/** Refuses a server that we cannot work with, or that could lose what was committed, and says what to change. */
export async function requireServer(
  client: { query(sql: string): Promise<{ rows: Record<string, string>[] }> },
  durable: boolean,
): Promise<void> {
  const { rows } = await client.query(
    `SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding,
       current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit, pg_is_in_recovery()::text AS standby`,
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
    refuse('This PostgreSQL server is a standby. Name the primary in SUREHOOK_DATABASE, or several hosts.');
  if (commit !== 'on')
    refuse('The server does not let a session set synchronous_commit to on, so that commits could be lost.');
  if (durable && fsync !== 'on')
    refuse(
      'The PostgreSQL server runs with fsync = off: a crash would lose what was accepted. Set it to on.',
    );
}
