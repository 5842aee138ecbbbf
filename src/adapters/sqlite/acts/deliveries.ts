import { eventSeqOf, placeOf } from '../../../core/delivery.ts';
import { blocked, cancelled, dead, open } from '../../../ports/rows/delivery.ts';
import type { DeliveryAdmin } from '../../../ports/store.ts';
import type { Database, Row } from '../database.ts';
import { freeNext } from './order.ts';
import { putBack, puttableSql } from './putting-back.ts';
import { finishIfDone } from './replay.ts';
import { targetsOf } from './rows.ts';

type Input<K extends keyof DeliveryAdmin> = Parameters<DeliveryAdmin[K]>[0];

export function requeue(
  db: Database,
  { accountNo, keys, nowMs }: Input<'requeue'>,
): { requeued: number; sending: number; endpointNos: number[] } {
  const touched = new Set<number>();
  let requeued = 0;
  let sending = 0;
  for (const key of keys) {
    const row = db.get(`${puttableSql} WHERE d.key = ?`, key);
    if (row === undefined) {
      if (begunTarget(db, accountNo, key) !== null) sending += 1;
      continue;
    }
    if (row.account_no !== accountNo || row.deleted_at !== null) continue;
    // Also a cancelled one whose attempt has not ended.
    if (row.lease !== null || (row.state === open && row.pulled_at !== null)) {
      sending += 1;
      continue;
    }
    if (row.state === open) hurry(db, row, nowMs);
    else putBack(db, row, null, nowMs);
    requeued += 1;
    touched.add(row.endpoint_no as number);
  }
  return { requeued, sending, endpointNos: [...touched] };
}

/** Due at once; what waits behind another of its reference still does. */
function hurry(db: Database, row: Row, nowMs: number): void {
  db.run(
    'UPDATE delivery SET due_at = min(due_at, ?) WHERE key = ? AND due_at <> ?',
    nowMs,
    row.key!,
    blocked,
  );
}

/** What is under way is cancelled, too; it stays leased until its attempt has ended and is recorded. */
export function cancel(
  db: Database,
  { accountNo, key, nowMs }: Input<'cancel'>,
): { endpointNo: number } | 'ended' | 'not_found' {
  const row = db.get(`${puttableSql} WHERE d.key = ?`, key);
  if (row === undefined) return cancelBegun(db, accountNo, key, nowMs);
  if (row.account_no !== accountNo) return 'not_found';
  if (row.state !== open || row.deleted_at !== null) return 'ended';
  db.run('UPDATE delivery SET state = 3, ended_at = ? WHERE key = ?', nowMs, key);
  if (row.order_ref !== null) freeNext(db, row.endpoint_no as number, row.order_ref as string, nowMs);
  if (row.replay_no !== null) finishIfDone(db, row.replay_no as number, nowMs);
  return { endpointNo: row.endpoint_no as number };
}

export function dismiss(db: Database, { accountNo, keys, nowMs }: Input<'dismiss'>): number {
  const sql = `UPDATE delivery SET state = ${cancelled}, ended_at = ? WHERE key = ? AND state = ${dead}
    AND (SELECT account_no FROM event WHERE seq = delivery.key >> 16) = ?`;
  return keys.reduce((count, key) => count + Number(db.run(sql, nowMs, key, accountNo)), 0);
}

function cancelBegun(
  db: Database,
  accountNo: number,
  key: number,
  nowMs: number,
): { endpointNo: number } | 'not_found' {
  const target = begunTarget(db, accountNo, key);
  if (target === null) return 'not_found';
  db.run(
    `INSERT INTO delivery (key, endpoint_no, state, line, tries, attempts, due_at, lease, started_at, ended_at) VALUES (?, ?, 3, 0, 0, 0, ?, ?, ?, ?)`,
    key,
    target.endpointNo,
    nowMs,
    db.epoch,
    target.createdAtMs,
    nowMs,
  );
  return { endpointNo: target.endpointNo };
}

/** The target behind a key that has no row: it was begun at its accept and is under way. */
export function begunTarget(
  db: Database,
  accountNo: number,
  key: number,
): { endpointNo: number; createdAtMs: number } | null {
  const event = db.get(
    'SELECT targets, created_at FROM event WHERE seq = ? AND account_no = ?',
    eventSeqOf(key),
    accountNo,
  );
  const endpointNo = event === undefined ? undefined : targetsOf(event)[placeOf(key)];
  return endpointNo === undefined ? null : { endpointNo, createdAtMs: event!.created_at as number };
}
