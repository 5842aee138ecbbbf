import { notFound } from '../../../core/errors.ts';
import * as limits from '../../../core/limits/store.ts';
import { blocked } from '../../../ports/rows/delivery.ts';
import { endpointConfigOf, endpointOf } from '../../../ports/rows/endpoint.ts';
import type { NewSealedEndpoint, SealedChanges, SealedEndpoint } from '../../../ports/sealed.ts';
import type { Database } from '../database.ts';

export function allEndpoints(db: Database): SealedEndpoint[] {
  return db.all('SELECT * FROM endpoint WHERE deleted_at IS NULL ORDER BY no').map(endpointOf);
}

export function endpointId(db: Database, no: number): string | null {
  return (
    (db.get('SELECT id FROM endpoint WHERE no = ? AND deleted_at IS NULL', no)?.id as string | undefined) ??
    null
  );
}

export function endpointNo(db: Database, accountNo: number, id: string): number | null {
  const row = db.get('SELECT no FROM endpoint WHERE id = ? AND account_no = ?', id, accountNo);
  return (row?.no as number | undefined) ?? null;
}

export function createEndpoint(
  db: Database,
  endpoint: NewSealedEndpoint,
  maxEndpoints: number,
): { endpoint: SealedEndpoint; version: number } | 'too_many' {
  const { accountNo } = endpoint;
  if (db.get('SELECT 1 FROM account WHERE no = ?', accountNo) === undefined)
    throw notFound('account', String(accountNo));
  const { n } = db.get(
    'SELECT count(*) AS n FROM endpoint WHERE account_no = ? AND deleted_at IS NULL',
    accountNo,
  )!;
  if ((n as number) >= maxEndpoints) return 'too_many';
  const no = db.insert(
    'INSERT INTO endpoint (id, account_no, status, status_at, failures, config, created_at, updated_at) VALUES (?, ?, ?, 0, 0, ?, ?, 0)',
    endpoint.id,
    accountNo,
    endpoint.status,
    '{}',
    endpoint.createdAtMs,
  );
  const made = { ...endpoint, no };
  write(db, made);
  return { endpoint: made, version: raiseVersion(db, accountNo) };
}

export function updateEndpoint(
  db: Database,
  no: number,
  changes: SealedChanges,
): { endpoint: SealedEndpoint; version: number } | null {
  const row = db.get('SELECT * FROM endpoint WHERE no = ? AND deleted_at IS NULL', no);
  if (row === undefined) return null;
  const before = endpointOf(row);
  const after = { ...before, ...changes };
  write(db, after);
  if (before.ordered && !after.ordered)
    db.run('UPDATE endpoint SET chore = ? WHERE no = ?', unblock(db, no, limits.sweepRows) ? 1 : 0, no);
  return { endpoint: after, version: raiseVersion(db, after.accountNo) };
}

/** Lets up to `limit` deliveries go that waited behind another, at an endpoint that is no longer ordered; true while there may be more. */
export function unblock(db: Database, no: number, limit: number): boolean {
  const freed = db.run(
    `UPDATE delivery SET due_at = started_at WHERE key IN
       (SELECT key FROM delivery WHERE endpoint_no = ? AND line IN (0, 1, 2) AND state = 0 AND lease IS NULL AND due_at = ${blocked} LIMIT ?)`,
    no,
    limit,
  );
  return freed >= limit;
}

export function deleteEndpoint(db: Database, no: number, nowMs: number): { version: number } {
  const row = db.get(
    'UPDATE endpoint SET deleted_at = ?, secrets = NULL, headers = NULL, chore = 2 WHERE no = ? AND deleted_at IS NULL RETURNING account_no',
    nowMs,
    no,
  );
  if (row === undefined) throw notFound('endpoint', String(no));
  return { version: raiseVersion(db, row.account_no as number) };
}

function raiseVersion(db: Database, accountNo: number): number {
  db.versions.delete(accountNo);
  return db.get('UPDATE account SET version = version + 1 WHERE no = ? RETURNING version', accountNo)!
    .version as number;
}

function write(db: Database, endpoint: SealedEndpoint): void {
  db.run(
    `UPDATE endpoint SET status = ?, status_reason = ?, status_at = ?, failing_since = ?, failures = ?, secrets = ?, headers = ?,
       config = ?, updated_at = ? WHERE no = ?`,
    endpoint.status,
    endpoint.statusReason,
    endpoint.statusAtMs,
    endpoint.failingSinceMs,
    endpoint.failures,
    endpoint.secrets,
    endpoint.headers,
    endpointConfigOf(endpoint),
    endpoint.updatedAtMs,
    endpoint.no,
  );
}
