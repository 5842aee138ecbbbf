import { eventSeqOf, placeOf } from '../../../core/delivery.ts';
import { blocked, cancelled, dead, open } from '../../../ports/rows/delivery.ts';
import type { DeliveryAdmin } from '../../../ports/store.ts';
import type { Row, Session } from '../session.ts';
import { freeNext, lockOrder } from './order.ts';
import { endOpen, putBack, puttableSql } from './putting-back.ts';
import { finishIfDone } from './replay.ts';

type Input<K extends keyof DeliveryAdmin> = Parameters<DeliveryAdmin[K]>[0];

export async function requeue(
  session: Session,
  { accountNo, keys, nowMs }: Input<'requeue'>,
): Promise<{ requeued: number; sending: number; endpointNos: number[] }> {
  const touched = new Set<number>();
  let requeued = 0;
  let sending = 0;
  for (const key of keys) {
    const row = await session.get(`${puttableSql} WHERE d.key = ?`, key);
    if (row === undefined) {
      if ((await begunTarget(session, accountNo, key)) !== null) sending += 1;
      continue;
    }
    if (row.account_no !== accountNo || row.deleted_at !== null) continue;
    // Also a cancelled one whose attempt has not ended.
    if (row.lease !== null || (row.state === open && row.pulled_at !== null)) {
      sending += 1;
      continue;
    }
    if (row.state === open) await hurry(session, row, nowMs);
    else if (!(await putBack(session, row, null, nowMs))) continue;
    requeued += 1;
    touched.add(row.endpoint_no as number);
  }
  return { requeued, sending, endpointNos: [...touched] };
}

/** Due at once; what waits behind another of its reference still does. */
async function hurry(session: Session, row: Row, nowMs: number): Promise<void> {
  await session.run(
    'UPDATE open_delivery SET due_at = least(due_at, ?) WHERE key = ? AND due_at <> ? AND lease IS NULL',
    nowMs,
    row.key as number,
    blocked,
  );
}

/** What is under way is cancelled, too; it stays leased until its attempt has ended and is recorded. */
export async function cancel(
  session: Session,
  { accountNo, key, nowMs }: Input<'cancel'>,
): Promise<{ endpointNo: number } | 'ended' | 'not_found'> {
  const row = await session.get(`${puttableSql} WHERE d.key = ?`, key);
  if (row === undefined) return await cancelBegun(session, accountNo, key, nowMs);
  if (row.account_no !== accountNo) return 'not_found';
  if (row.state !== open || row.deleted_at !== null) return 'ended';
  const endpointNo = row.endpoint_no as number;
  if (row.order_ref !== null) await lockOrder(session, endpointNo, row.order_ref as string);
  const held = await session.run(
    `UPDATE open_delivery SET state = ${cancelled}, ended_at = ? WHERE key = ? AND state = 0`,
    nowMs,
    key,
  );
  if (held === 0) return 'ended';
  await endOpen(session, [key], cancelled, nowMs);
  if (row.order_ref !== null) await freeNext(session, endpointNo, row.order_ref as string, nowMs);
  if (row.replay_no !== null) await finishIfDone(session, row.replay_no as number, nowMs);
  return { endpointNo };
}

export async function dismiss(
  session: Session,
  { accountNo, keys, nowMs }: Input<'dismiss'>,
): Promise<number> {
  const sql = `UPDATE ended_delivery SET state = ${cancelled}, ended_at = ? WHERE key = ANY (?::bigint[]) AND state = ${dead} AND account_no = ?`;
  return await session.run(sql, nowMs, keys, accountNo);
}

/** Not beside a settlement of its node; one that came before has made a row by now. */
async function cancelBegun(
  session: Session,
  accountNo: number,
  key: number,
  nowMs: number,
): Promise<{ endpointNo: number } | 'ended' | 'not_found'> {
  const target = await begunTarget(session, accountNo, key);
  if (target === null) return 'not_found';
  await session.run('SELECT pg_advisory_xact_lock(7411, ?::int)', target.epoch);
  if ((await session.get('SELECT 1 FROM delivery WHERE key = ?', key)) !== undefined)
    return await cancel(session, { accountNo, key, nowMs });
  await session.run(
    `INSERT INTO open_delivery (key, account_no, endpoint_no, state, line, tries, attempts, due_at, lease, started_at, ended_at)
     VALUES (?, ?, ?, ${cancelled}, 0, 0, 0, ?, ?, ?, ?)`,
    key,
    accountNo,
    target.endpointNo,
    nowMs,
    target.epoch,
    target.createdAtMs,
    nowMs,
  );
  return { endpointNo: target.endpointNo };
}

/** The target behind a key that has no row: it was begun at its accept and is under way. */
async function begunTarget(
  session: Session,
  accountNo: number,
  key: number,
): Promise<{ endpointNo: number; createdAtMs: number; epoch: number } | null> {
  const event = await session.get(
    'SELECT targets, created_at, epoch FROM event WHERE seq = ? AND account_no = ?',
    eventSeqOf(key),
    accountNo,
  );
  const endpointNo = (event?.targets as number[] | undefined)?.[placeOf(key)];
  if (endpointNo === undefined) return null;
  return { endpointNo, createdAtMs: event!.created_at as number, epoch: event!.epoch as number };
}
