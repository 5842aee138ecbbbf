import { notFound } from '../../../core/errors.ts';
import * as limits from '../../../core/limits/store.ts';
import { blocked } from '../../../ports/rows/delivery.ts';
import { endpointConfigOf, endpointOf } from '../../../ports/rows/endpoint.ts';
import type { NewSealedEndpoint, SealedChanges, SealedEndpoint } from '../../../ports/sealed.ts';
import type { Session, Value } from '../session.ts';

export async function allEndpoints(session: Session): Promise<SealedEndpoint[]> {
  return (await session.all('SELECT * FROM endpoint WHERE deleted_at IS NULL ORDER BY no')).map(endpointOf);
}

export async function endpointId(session: Session, no: number): Promise<string | null> {
  const row = await session.get('SELECT id FROM endpoint WHERE no = ? AND deleted_at IS NULL', no);
  return (row?.id as string | undefined) ?? null;
}

export async function endpointNo(session: Session, accountNo: number, id: string): Promise<number | null> {
  const row = await session.get('SELECT no FROM endpoint WHERE id = ? AND account_no = ?', id, accountNo);
  return (row?.no as number | undefined) ?? null;
}

/** The account's row is held from the start, so that changes of an account's endpoints go one after another. */
export async function createEndpoint(
  session: Session,
  endpoint: NewSealedEndpoint,
  maxEndpoints: number,
): Promise<{ endpoint: SealedEndpoint; version: number } | 'too_many'> {
  const { accountNo } = endpoint;
  const account = await session.get('SELECT 1 FROM account WHERE no = ? FOR UPDATE', accountNo);
  if (account === undefined) throw notFound('account', String(accountNo));
  const { n } = (await session.get(
    'SELECT count(*) AS n FROM endpoint WHERE account_no = ? AND deleted_at IS NULL',
    accountNo,
  ))!;
  if ((n as number) >= maxEndpoints) return 'too_many';
  const names = ['id', 'account_no', 'created_at', ...changingColumns];
  const made = await session.get(
    `INSERT INTO endpoint (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) RETURNING no`,
    endpoint.id,
    accountNo,
    endpoint.createdAtMs,
    ...changingValues(endpoint),
  );
  const version = await raiseVersion(session, accountNo);
  return { endpoint: { ...endpoint, no: made!.no as number }, version };
}

export async function updateEndpoint(
  session: Session,
  no: number,
  changes: SealedChanges,
): Promise<{ endpoint: SealedEndpoint; version: number } | null> {
  const row = await session.get('SELECT * FROM endpoint WHERE no = ? AND deleted_at IS NULL FOR UPDATE', no);
  if (row === undefined) return null;
  const before = endpointOf(row);
  const after = { ...before, ...changes };
  await session.run(
    `UPDATE endpoint SET ${changingColumns.map((name) => `${name} = ?`).join(', ')} WHERE no = ?`,
    ...changingValues(after),
    no,
  );
  if (before.ordered && !after.ordered) {
    const chore = (await unblock(session, no, limits.sweepRows)) ? 1 : 0;
    await session.run('UPDATE endpoint SET chore = ? WHERE no = ?', chore, no);
  }
  return { endpoint: after, version: await raiseVersion(session, after.accountNo) };
}

/** Lets up to `limit` deliveries go that waited behind another, at an endpoint that is no longer ordered; true while there may be more. */
export async function unblock(session: Session, no: number, limit: number): Promise<boolean> {
  const freed = await session.run(
    `UPDATE open_delivery SET due_at = started_at WHERE key IN
       (SELECT key FROM open_delivery WHERE endpoint_no = ? AND line IN (0, 1, 2) AND state = 0 AND lease IS NULL
          AND due_at = ${blocked} LIMIT ?)`,
    no,
    limit,
  );
  return freed >= limit;
}

export async function deleteEndpoint(
  session: Session,
  no: number,
  nowMs: number,
): Promise<{ version: number }> {
  const row = await session.get(
    'UPDATE endpoint SET deleted_at = ?, secrets = NULL, headers = NULL, chore = 2 WHERE no = ? AND deleted_at IS NULL RETURNING account_no',
    nowMs,
    no,
  );
  if (row === undefined) throw notFound('endpoint', String(no));
  return { version: await raiseVersion(session, row.account_no as number) };
}

async function raiseVersion(session: Session, accountNo: number): Promise<number> {
  const sql = 'UPDATE account SET version = version + 1 WHERE no = ? RETURNING version';
  const row = await session.get(sql, accountNo);
  if (row === undefined) throw notFound('account', String(accountNo));
  return row.version as number;
}

const changingColumns = [
  'status',
  'status_reason',
  'status_at',
  'failing_since',
  'failures',
  'rate_per_second',
  'ordered',
  'secrets',
  'headers',
  'config',
  'updated_at',
];

function changingValues(endpoint: NewSealedEndpoint | SealedEndpoint): Value[] {
  return [
    endpoint.status,
    endpoint.statusReason,
    endpoint.statusAtMs,
    endpoint.failingSinceMs,
    endpoint.failures,
    endpoint.ratePerSecond,
    endpoint.ordered,
    endpoint.secrets,
    endpoint.headers,
    endpointConfigOf(endpoint),
    endpoint.updatedAtMs,
  ];
}
