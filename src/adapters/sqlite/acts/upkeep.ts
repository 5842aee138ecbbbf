import * as limits from '../../../core/limits/store.ts';
import { dead, places } from '../../../ports/rows/delivery.ts';
import type { Upkeep } from '../../../ports/store.ts';
import type { Database, Row } from '../database.ts';
import { forgetCaught } from './bins.ts';
import { unblock } from './endpoints.ts';
import { freeNext } from './order.ts';
import { forgetPast, rememberPast } from './past.ts';
import { forgetKeys } from './received.ts';
import { countReplayed, finishIfDone } from './replay.ts';
import { attemptIds } from './rows.ts';
import { forgetRequests } from './source-requests.ts';
import { tallyDead } from './tally.ts';

type Input = Parameters<Upkeep['sweep']>[0];

/** Each chore does at most `limit` rows (a fan-out event counts as one more than its deliveries, and goes as a whole). */
export function sweep(db: Database, input: Input): { more: boolean } {
  const chores = [choresOfEndpoints, killHeld, deleteOld, deleteOldRecords];
  return { more: chores.map((chore) => chore(db, input)).some(Boolean) };
}

/** Proves that the store can commit: changes a page, so that the commit has to reach the disk. */
export function ready(db: Database): void {
  db.run('UPDATE node SET clean = 0');
}

function choresOfEndpoints(db: Database, { nowMs, limit }: Input): boolean {
  const endpoint = db.get('SELECT no, chore FROM endpoint WHERE chore <> 0 LIMIT 1');
  if (endpoint === undefined) return false;
  const more =
    endpoint.chore === 1
      ? unblock(db, endpoint.no as number, limit)
      : cancelOpen(db, endpoint.no as number, limit, nowMs);
  if (!more) db.run('UPDATE endpoint SET chore = 0 WHERE no = ?', endpoint.no!);
  return true;
}

function cancelOpen(db: Database, endpointNo: number, limit: number, nowMs: number): boolean {
  const rows = db.all(
    `UPDATE delivery SET state = 3, ended_at = ? WHERE key IN
       (SELECT key FROM delivery WHERE endpoint_no = ? AND state = 0 AND state <> 1 LIMIT ?) RETURNING replay_no`,
    nowMs,
    endpointNo,
    limit,
  );
  for (const no of new Set(rows.map(({ replay_no: no }) => no)))
    if (no !== null) finishIfDone(db, no as number, nowMs);
  return rows.length >= limit;
}

/** What an endpoint that is paused or disabled has held for too long: both it and the delivery's due time are that old. */
function killHeld(db: Database, { nowMs, heldSinceMs, limit }: Input): boolean {
  const rows = db.all(
    `SELECT d.key, d.endpoint_no, d.order_ref, d.replay_no FROM endpoint p CROSS JOIN delivery d ON d.endpoint_no = p.no
     WHERE p.status <> 'active' AND p.deleted_at IS NULL AND p.status_at <= ? AND d.line IN (0, 1, 2) AND d.state = 0 AND d.lease IS NULL
       AND d.due_at <= ? LIMIT ?`,
    heldSinceMs,
    heldSinceMs,
    limit,
  );
  for (const row of rows) {
    db.run('UPDATE delivery SET state = 2, ended_at = ? WHERE key = ?', nowMs, row.key!);
    tallyDead(db, row.endpoint_no as number, nowMs);
    if (row.order_ref !== null) freeNext(db, row.endpoint_no as number, row.order_ref as string, nowMs);
    if (row.replay_no !== null) countReplayed(db, row.replay_no as number, dead, nowMs);
  }
  return rows.length >= limit;
}

/** Events from the oldest on, with deliveries and attempts, once all of it is older than the bound. What is still owed stays. */
function deleteOld(db: Database, { nowMs, keepSinceMs, limit }: Input): boolean {
  const rows = db.all(
    `SELECT e.seq, e.created_at, json_array_length(e.targets) AS targets,
       CASE WHEN e.created_at < ? THEN
         (SELECT count(*) FROM delivery d WHERE d.key >= e.seq * ${places} AND d.key < (e.seq + 1) * ${places}
            AND d.state <> 0 AND d.ended_at < ?) END AS ended
     FROM event e WHERE e.seq > ? ORDER BY e.seq LIMIT ?`,
    keepSinceMs,
    keepSinceMs,
    db.sweptSeq,
    limit,
  );
  let deleted = 0;
  for (const row of rows) {
    if ((row.created_at as number) >= keepSinceMs) {
      db.sweptSeq = 0;
      return false;
    }
    db.sweptSeq = row.seq as number;
    if (row.ended === row.targets) deleted += deleteEvent(db, row, nowMs);
    if (deleted >= limit) return true;
  }
  if (rows.length < limit) db.sweptSeq = 0;
  return rows.length >= limit;
}

function deleteEvent(db: Database, row: Row, nowMs: number): number {
  const seq = row.seq as number;
  rememberPast(db, seq, nowMs);
  db.run(
    `DELETE FROM attempt WHERE id >= CAST(? AS INTEGER) * ${places * attemptIds} AND id < (CAST(? AS INTEGER) + 1) * ${places * attemptIds}`,
    seq,
    seq,
  );
  db.run('DELETE FROM delivery WHERE key >= ? AND key < ?', seq * places, (seq + 1) * places);
  db.run('DELETE FROM event WHERE seq = ?', seq);
  db.run('UPDATE node SET last_seq = max(last_seq, ?)', seq);
  return 1 + (row.targets as number);
}

function deleteOldRecords(db: Database, { nowMs, keepSinceMs, limit }: Input): boolean {
  const keys = db.run(
    'DELETE FROM idempotency WHERE (account_no, key) IN (SELECT account_no, key FROM idempotency WHERE created_at <= ? LIMIT ?)',
    nowMs - limits.idempotencyKeepMs,
    limit,
  );
  const stats = db.run(
    'DELETE FROM stat WHERE (endpoint_no, minute) IN (SELECT endpoint_no, minute FROM stat WHERE minute < ? LIMIT ?)',
    Math.floor(keepSinceMs / 60_000),
    limit,
  );
  const replays = db.run(
    `DELETE FROM replay WHERE no IN (SELECT no FROM replay WHERE finished_at < ?
       AND NOT EXISTS (SELECT 1 FROM delivery WHERE replay_no = replay.no AND state = 0) LIMIT ?)`,
    keepSinceMs,
    limit,
  );
  const inbound = Math.max(
    forgetKeys(db, nowMs, limit),
    forgetRequests(db, keepSinceMs, limit),
    forgetCaught(db, keepSinceMs, limit),
  );
  const { orders, told } = deleteOldTracking(db, keepSinceMs, limit);
  const rest = Math.max(inbound, orders, told, forgetPast(db, nowMs, limit));
  return Math.max(keys, stats, replays, rest) >= limit;
}

/** Orders that ended, and alerts that are over. */
function deleteOldTracking(
  db: Database,
  keepSinceMs: number,
  limit: number,
): { orders: number; told: number } {
  const orders = db.all(
    `DELETE FROM tracked_order WHERE no IN (SELECT no FROM tracked_order WHERE state <> 'pending' AND updated_at < ? LIMIT ?) RETURNING no`,
    keepSinceMs,
    limit,
  );
  for (const { no } of orders) db.run('DELETE FROM order_entry WHERE order_no = ?', no!);
  const alerts = db.all(
    'DELETE FROM alert WHERE no IN (SELECT no FROM alert WHERE resolved_at < ? LIMIT ?) RETURNING no',
    keepSinceMs,
    limit,
  );
  for (const { no } of alerts) db.run('DELETE FROM alert_message WHERE alert_no = ?', no!);
  return { orders: orders.length, told: alerts.length };
}
