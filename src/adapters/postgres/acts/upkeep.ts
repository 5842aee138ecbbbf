import * as limits from '../../../core/limits/store.ts';
import { cancelled, dead, places } from '../../../ports/rows/delivery.ts';
import type { Upkeep } from '../../../ports/store.ts';
import type { Session } from '../session.ts';
import { forgetCaught } from './bins.ts';
import { unblock } from './endpoints.ts';
import { sweptRanges } from './eras.ts';
import { freeNext, lockOrder } from './order.ts';
import { endOpen } from './putting-back.ts';
import { finishIfDone } from './replay.ts';
import { forgetKeys, forgetRequests } from './source-requests.ts';

type Input = Parameters<Upkeep['sweep']>[0];

/** Proves that the store can commit. */
export async function ready(session: Session): Promise<void> {
  await session.run('UPDATE surehook_migration SET name = name WHERE no = 1');
}

/** Whether nobody else is at it, until the transaction ends. */
export async function isSweeper(session: Session): Promise<boolean> {
  return (await session.get('SELECT pg_try_advisory_xact_lock(7412) AS got'))!.got as boolean;
}

export async function choresOfEndpoints(session: Session, { nowMs, limit }: Input): Promise<boolean> {
  const endpoint = await session.get(
    'SELECT no, chore FROM endpoint WHERE chore <> 0 LIMIT 1 FOR UPDATE SKIP LOCKED',
  );
  if (endpoint === undefined) return false;
  const no = endpoint.no as number;
  const more =
    endpoint.chore === 1 ? await unblock(session, no, limit) : await cancelOpen(session, no, limit, nowMs);
  if (!more) await session.run('UPDATE endpoint SET chore = 0 WHERE no = ?', no);
  return true;
}

/** What is under way stays leased until its attempt has ended and is recorded. */
async function cancelOpen(
  session: Session,
  endpointNo: number,
  limit: number,
  nowMs: number,
): Promise<boolean> {
  const rows = await session.all(
    `UPDATE open_delivery SET state = ${cancelled}, ended_at = ? WHERE key IN
       (SELECT key FROM open_delivery WHERE endpoint_no = ? AND state = 0 LIMIT ?) RETURNING key, replay_no`,
    nowMs,
    endpointNo,
    limit,
  );
  await endOpen(
    session,
    rows.map(({ key }) => key as number),
    cancelled,
    nowMs,
  );
  for (const no of new Set(rows.map(({ replay_no: no }) => no)))
    if (no !== null) await finishIfDone(session, no as number, nowMs);
  return rows.length >= limit;
}

/** What an endpoint that is paused or disabled has held for too long: both it and the delivery's due time are that old. */
export async function killHeld(session: Session, { nowMs, heldSinceMs, limit }: Input): Promise<boolean> {
  const rows = await session.all(
    `SELECT d.key, d.endpoint_no, d.account_no, d.order_ref, d.replay_no FROM endpoint p JOIN open_delivery d ON d.endpoint_no = p.no
     WHERE p.status <> 'active' AND p.deleted_at IS NULL AND p.status_at <= ? AND d.line IN (0, 1, 2) AND d.state = 0 AND d.lease IS NULL
       AND d.due_at <= ? ORDER BY d.endpoint_no, d.order_ref, d.key LIMIT ?`,
    heldSinceMs,
    heldSinceMs,
    limit,
  );
  for (const row of rows)
    if (row.order_ref !== null) await lockOrder(session, row.endpoint_no as number, row.order_ref as string);
  const ended = await endOpen(
    session,
    rows.map(({ key }) => key as number),
    dead,
    nowMs,
  );
  const minute = Math.floor(nowMs / 60_000);
  for (const row of ended) {
    await session.run(
      'SELECT count_dead(?, ?, ?)',
      row.account_no as number,
      row.endpoint_no as number,
      minute,
    );
    if (row.order_ref !== null)
      await freeNext(session, row.endpoint_no as number, row.order_ref as string, nowMs);
    if (row.replay_no !== null)
      await session.run('SELECT count_replayed(?, ?, ?)', row.replay_no as number, dead, nowMs);
  }
  return rows.length >= limit;
}

/** Single events from the oldest on, with deliveries and attempts, once all of it is older than the bound. What is still owed stays. */
export async function deleteOld(
  session: Session,
  input: Input,
  after: number,
): Promise<{ more: boolean; at: number }> {
  const { keepSinceMs, limit } = input;
  let deleted = 0;
  for (const range of await sweptRanges(session, input)) {
    const rows = await session.all(
      `SELECT e.seq, e.created_at, cardinality(e.targets) AS targets,
         (SELECT count(*) FROM ended_delivery d WHERE d.key >= e.seq * ${places} AND d.key < (e.seq + 1) * ${places} AND d.ended_at < ?) AS ended
       FROM event e WHERE e.seq > ? AND e.seq >= ? AND e.seq < ? ORDER BY e.seq LIMIT ?`,
      keepSinceMs,
      after,
      range.from,
      range.to,
      limit,
    );
    for (const row of rows) {
      if ((row.created_at as number) >= keepSinceMs) return { more: false, at: 0 };
      if (row.ended === row.targets) deleted += await deleteEvent(session, row.seq as number, input);
      if (deleted >= limit) return { more: true, at: row.seq as number };
    }
    if (rows.length >= limit) return { more: true, at: rows.at(-1)!.seq as number };
  }
  return { more: false, at: 0 };
}

async function deleteEvent(session: Session, seq: number, { nowMs }: Input): Promise<number> {
  const [from, to] = [seq * places, (seq + 1) * places];
  await session.run('DELETE FROM attempt WHERE key >= ? AND key < ?', from, to);
  const deliveries = await session.run('DELETE FROM ended_delivery WHERE key >= ? AND key < ?', from, to);
  const event = await session.get('DELETE FROM event WHERE seq = ? RETURNING account_no, id', seq);
  if (event !== undefined)
    await session.run(
      'DELETE FROM event_id WHERE account_no = ? AND id = ? AND created_at <= ?',
      event.account_no as number,
      event.id as string,
      nowMs - limits.eventIdKeepMs,
    );
  return 1 + deliveries;
}

export async function deleteOldRecords(
  session: Session,
  { nowMs, keepSinceMs, limit }: Input,
): Promise<boolean> {
  const keys = await session.run(
    'DELETE FROM idempotency WHERE (account_no, key) IN (SELECT account_no, key FROM idempotency WHERE created_at <= ? LIMIT ?)',
    nowMs - limits.idempotencyKeepMs,
    limit,
  );
  const stats = await session.run(
    'DELETE FROM stat WHERE ctid = ANY (ARRAY (SELECT ctid FROM stat WHERE minute < ? LIMIT ?))',
    Math.floor(keepSinceMs / 60_000),
    limit,
  );
  const replays = await session.run(
    `DELETE FROM replay WHERE no IN (SELECT no FROM replay WHERE finished_at < ?
       AND NOT EXISTS (SELECT 1 FROM open_delivery WHERE replay_no = replay.no AND state = 0) LIMIT ?)`,
    keepSinceMs,
    limit,
  );
  const inbound = Math.max(
    await forgetKeys(session, nowMs, limit),
    await forgetRequests(session, keepSinceMs, limit),
    await forgetCaught(session, keepSinceMs, limit),
  );
  const tracked = await deleteOldTracking(session, keepSinceMs, limit);
  return Math.max(keys, stats, replays, inbound, tracked, await forgetIds(session, nowMs, limit)) >= limit;
}

/** Ids of events that are gone, once they need not be known any more. Their events were older than any that is there. */
async function forgetIds(session: Session, nowMs: number, limit: number): Promise<number> {
  return await session.run(
    `DELETE FROM event_id WHERE ctid = ANY (ARRAY (SELECT ctid FROM event_id
       WHERE seq < coalesce((SELECT min(seq) FROM event), (SELECT last_value + 1 FROM event_seq)) AND created_at <= ? LIMIT ?))`,
    nowMs - limits.eventIdKeepMs,
    limit,
  );
}

/** Orders that ended, and alerts that are over. */
async function deleteOldTracking(session: Session, keepSinceMs: number, limit: number): Promise<number> {
  const nos = async (sql: string): Promise<number[]> =>
    (await session.all(sql, keepSinceMs, limit)).map(({ no }) => no as number);
  const orders = await nos(
    `DELETE FROM tracked_order WHERE no IN (SELECT no FROM tracked_order WHERE state <> 'pending' AND updated_at < ? LIMIT ?) RETURNING no`,
  );
  await session.run('DELETE FROM order_entry WHERE order_no = ANY (?)', orders);
  const alerts = await nos(
    'DELETE FROM alert WHERE no IN (SELECT no FROM alert WHERE resolved_at < ? LIMIT ?) RETURNING no',
  );
  await session.run('DELETE FROM alert_message WHERE alert_no = ANY (?)', alerts);
  return Math.max(orders.length, alerts.length);
}
