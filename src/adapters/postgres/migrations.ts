import type { ClientBase } from 'pg';
import { SurehookError } from '../../core/errors.ts';
import * as limits from '../../core/limits/store.ts';
import { tables } from './migrations/0001-tables.ts';
import { orderAndReplay } from './migrations/0002-order-and-replay.ts';
import { accept } from './migrations/0003-accept.ts';
import { settle } from './migrations/0004-settle.ts';
import { leases } from './migrations/0005-leases.ts';
import { ordersAndAlerts } from './migrations/0007-orders-and-alerts.ts';
import { bins } from './migrations/0008-bins.ts';
import { people } from './migrations/0009-people.ts';
import { portal } from './migrations/0010-portal.ts';
import { polls } from './migrations/0011-polls.ts';
import { claimBytes } from './migrations/0012-claim-bytes.ts';
import { orderActs } from './migrations/0013-order-acts.ts';
import { timings } from './migrations/0014-timings.ts';
import { flagged } from './migrations/0015-flagged.ts';
import { auditShares } from './migrations/0016-audit-shares.ts';
import { replayRate } from './migrations/0017-replay-rate.ts';
import { member } from './migrations/0018-member.ts';
import { memberAtOnce } from './migrations/0019-member-at-once.ts';
import { ordersOfSource } from './migrations/0020-orders-of-source.ts';
import { plansKept } from './migrations/0021-plans-kept.ts';
import { auditAbout } from './migrations/0022-audit-about.ts';
import { fewOrders } from './migrations/0023-few-orders.ts';
import { listsInStep } from './migrations/0024-lists-in-step.ts';
import { beatsUnderWay } from './migrations/0025-beats-under-way.ts';

/**
 * Forward only. A published entry is never edited: a change is a new entry, and one that versions before it can live with, for
 * nodes of both work side by side while an installation is brought up to date.
 */
const migrations: readonly { name: string; sql: string }[] = [
  { name: '0001-tables', sql: tables },
  { name: '0002-order-and-replay', sql: orderAndReplay },
  { name: '0003-accept', sql: accept },
  { name: '0004-settle', sql: settle },
  { name: '0005-leases', sql: leases },
  {
    name: '0006-first-eras',
    sql: `SELECT add_era(${limits.eraEvents}); SELECT add_era(${limits.eraEvents});`,
  },
  { name: '0007-orders-and-alerts', sql: ordersAndAlerts },
  { name: '0008-bins', sql: bins },
  { name: '0009-people', sql: people },
  { name: '0010-portal', sql: portal },
  { name: '0011-polls', sql: polls },
  { name: '0012-claim-bytes', sql: claimBytes },
  { name: '0013-order-acts', sql: orderActs },
  { name: '0014-timings', sql: timings },
  { name: '0015-flagged', sql: flagged },
  { name: '0016-audit-shares', sql: auditShares },
  { name: '0017-replay-rate', sql: replayRate },
  { name: '0018-member', sql: member },
  { name: '0019-member-at-once', sql: memberAtOnce },
  { name: '0020-orders-of-source', sql: ordersOfSource },
  { name: '0021-plans-kept', sql: plansKept },
  { name: '0022-audit-about', sql: auditAbout },
  { name: '0023-few-orders', sql: fewOrders },
  { name: '0024-lists-in-step', sql: listsInStep },
  { name: '0025-beats-under-way', sql: beatsUnderWay },
];

/** Held while a schema is brought up to date, so that nodes that start together do it once. */
const migrationLock = 7410;

/** Which schema a database has, and which migrations would bring it up to date. */
export interface MigrationStatus {
  version: number;
  latest: number;
  pending: string[];
}

export async function statusOfSchema(client: ClientBase): Promise<MigrationStatus> {
  const made = await client.query("SELECT to_regclass('surehook_migration') IS NOT NULL AS is");
  const version = made.rows[0].is
    ? Number((await client.query('SELECT coalesce(max(no), 0) AS no FROM surehook_migration')).rows[0].no)
    : 0;
  return { version, latest: migrations.length, pending: migrations.slice(version).map(({ name }) => name) };
}

/** Brings the schema up to date, each migration in a transaction of its own together with its number. */
export async function migrate(client: ClientBase): Promise<void> {
  await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
  try {
    const { version, latest } = await statusOfSchema(client);
    if (version === 0) await refuseForeign(client);
    if (version > latest)
      throw new SurehookError(
        'unavailable',
        `The database has schema ${version}; this version of Surehook knows up to ${latest}. Start the newer version that wrote it, or restore a backup made before the upgrade.`,
      );
    for (let next = version; next < latest; next += 1) await apply(client, next);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [migrationLock]);
  }
}

async function apply(client: ClientBase, index: number): Promise<void> {
  const { name, sql } = migrations[index]!;
  await client.query('BEGIN');
  try {
    await client.query(
      'CREATE TABLE IF NOT EXISTS surehook_migration (no integer PRIMARY KEY, name text NOT NULL)',
    );
    await client.query(sql);
    await client.query('INSERT INTO surehook_migration (no, name) VALUES ($1, $2)', [index + 1, name]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

async function refuseForeign(client: ClientBase): Promise<void> {
  const { rows } = await client.query(
    "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND relname <> 'surehook_migration' LIMIT 1",
  );
  if (rows.length === 0) return;
  throw new SurehookError(
    'unavailable',
    `The database holds tables of another program (${rows[0].relname}). Name an empty database in SUREHOOK_DATABASE.`,
  );
}
