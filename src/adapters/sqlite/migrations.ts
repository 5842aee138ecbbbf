import type { DatabaseSync } from 'node:sqlite';
import { SurehookError } from '../../core/errors.ts';
import { beginning } from './migrations/0001-beginning.ts';
import { sources } from './migrations/0002-sources.ts';
import { orders } from './migrations/0003-orders.ts';
import { alerts } from './migrations/0004-alerts.ts';
import { bins } from './migrations/0005-bins.ts';
import { people } from './migrations/0006-people.ts';
import { portal } from './migrations/0007-portal.ts';
import { polls } from './migrations/0008-polls.ts';
import { signals } from './migrations/0009-signals.ts';
import { listed } from './migrations/0010-listed.ts';
import { timings } from './migrations/0011-timings.ts';
import { flagged } from './migrations/0012-flagged.ts';
import { auditShares } from './migrations/0013-audit-shares.ts';
import { replayRate } from './migrations/0014-replay-rate.ts';
import { ordersOfSource } from './migrations/0015-orders-of-source.ts';
import { auditAbout } from './migrations/0016-audit-about.ts';

/** Forward only. A published entry is never edited: a change is a new entry. */
const migrations: readonly { name: string; sql: string }[] = [
  { name: '0001-beginning', sql: beginning },
  { name: '0002-sources', sql: sources },
  { name: '0003-orders', sql: orders },
  { name: '0004-alerts', sql: alerts },
  { name: '0005-bins', sql: bins },
  { name: '0006-people', sql: people },
  { name: '0007-portal', sql: portal },
  { name: '0008-polls', sql: polls },
  { name: '0009-signals', sql: signals },
  { name: '0010-listed', sql: listed },
  { name: '0011-timings', sql: timings },
  { name: '0012-flagged', sql: flagged },
  { name: '0013-audit-shares', sql: auditShares },
  { name: '0014-replay-rate', sql: replayRate },
  { name: '0015-orders-of-source', sql: ordersOfSource },
  { name: '0016-audit-about', sql: auditAbout },
];

/** Marks a file as ours ("SHK1"), so that somebody else's database is not taken for an empty one. */
const applicationId = 0x53484b31;

/** Which schema a file has, and which migrations would bring it up to date. */
export interface MigrationStatus {
  version: number;
  latest: number;
  pending: string[];
}

export function statusOfSchema(db: DatabaseSync): MigrationStatus {
  const version = number(db, 'user_version');
  return { version, latest: migrations.length, pending: migrations.slice(version).map(({ name }) => name) };
}

/** Brings the schema up to date: one transaction each, its number written last, so that an interrupted one simply runs again. */
export function migrate(db: DatabaseSync, file: string): void {
  refuseForeign(db, file);
  const { version, latest } = statusOfSchema(db);
  if (version > latest) {
    throw new SurehookError(
      'unavailable',
      `The database ${file} has schema ${version}; this version of Surehook knows up to ${latest}. Start the newer version that wrote it, or restore a backup made before the upgrade.`,
    );
  }
  for (let next = version; next < latest; next += 1) {
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(migrations[next]!.sql);
      db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${next + 1}; COMMIT`);
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
}

/** Every statement that made the present schema, in a stable order: what `schema.sql` shows. */
export function dumpSchema(db: DatabaseSync): string {
  const rows = db
    .prepare(
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY tbl_name, type DESC, name",
    )
    .all();
  return rows.map(({ sql }) => `${String(sql)};\n`).join('\n');
}

function refuseForeign(db: DatabaseSync, file: string): void {
  const foreign = number(db, 'application_id') !== applicationId;
  const tables = Number(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()!.n);
  if (foreign && tables > 0) {
    throw new SurehookError(
      'unavailable',
      `The file ${file} is a database of another program. Name another file in SUREHOOK_DATABASE.`,
    );
  }
}

function number(db: DatabaseSync, pragma: 'user_version' | 'application_id'): number {
  return Number(db.prepare(`PRAGMA ${pragma}`).get()![pragma]);
}
