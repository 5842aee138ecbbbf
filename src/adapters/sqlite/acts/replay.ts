import { notFound } from '../../../core/errors.ts';
import * as limits from '../../../core/limits.ts';
import { typeRange } from '../../../core/match.ts';
import type { Replay, ReplayFilter } from '../../../core/replay.ts';
import { dead, delivered, open, places, states } from '../../../ports/rows/delivery.ts';
import { isReplayed, replayOf } from '../../../ports/rows/replay.ts';
import type { DeliveryAdmin } from '../../../ports/store.ts';
import type { Database, Row } from '../database.ts';
import { listAll, wholeShelfOf } from './listing.ts';
import { freeNext } from './order.ts';
import { putBack, puttableFrom, puttableSql } from './putting-back.ts';

type Input<K extends keyof DeliveryAdmin> = Parameters<DeliveryAdmin[K]>[0];

/** A delivery of this replay ended. */
export function countReplayed(db: Database, no: number, state: number, nowMs: number): void {
  if (state === delivered) db.run('UPDATE replay SET done = done + 1 WHERE no = ?', no);
  if (state === dead) db.run('UPDATE replay SET failed = failed + 1 WHERE no = ?', no);
  finishIfDone(db, no, nowMs);
}

export function finishIfDone(db: Database, no: number, nowMs: number): void {
  const done = `status = 'running' AND feeding = 0 AND NOT EXISTS (SELECT 1 FROM delivery WHERE replay_no = replay.no AND state = 0)`;
  db.run(`UPDATE replay SET status = 'done', finished_at = ? WHERE no = ? AND ${done}`, nowMs, no);
}

export function createReplay(db: Database, { id, accountNo, filter, nowMs }: Input<'createReplay'>): Replay {
  const upper = db.nextSeq * places;
  if (filter.state === 'delivered') listAll(db);
  const total = countMatching(db, { accountNo, filter, upper, startedAtMs: nowMs });
  const no = db.insert(
    `INSERT INTO replay (id, account_no, filter, status, total, done, failed, feeding, at_endpoint, at_key, upper, started_at, finished_at)
     VALUES (?, ?, ?, ?, ?, 0, 0, ?, 0, 0, ?, ?, ?)`,
    id,
    accountNo,
    JSON.stringify(filter),
    total === 0 ? 'done' : 'running',
    total,
    total === 0 ? 0 : 1,
    upper,
    nowMs,
    total === 0 ? nowMs : null,
  );
  return replayOf(rowOf(db, no)!);
}

export function getReplay(db: Database, { accountNo, id }: Input<'getReplay'>): Replay | null {
  const row = db.get('SELECT * FROM replay WHERE account_no = ? AND id = ?', accountNo, id);
  return row === undefined ? null : replayOf(row);
}

export function listReplays(db: Database, { accountNo, limit, before }: Input<'listReplays'>): Replay[] {
  const sql = 'SELECT * FROM replay WHERE account_no = ? AND no < ? ORDER BY no DESC LIMIT ?';
  return db.all(sql, accountNo, before ?? Number.MAX_SAFE_INTEGER, limit).map(replayOf);
}

export function cancelReplay(db: Database, { accountNo, id, nowMs }: Input<'cancelReplay'>): Replay | null {
  const row = db.get('SELECT * FROM replay WHERE account_no = ? AND id = ?', accountNo, id);
  if (row === undefined) return null;
  db.run(
    "UPDATE replay SET status = 'cancelled', feeding = 0, finished_at = ? WHERE no = ? AND status = 'running'",
    nowMs,
    row.no!,
  );
  return replayOf(rowOf(db, row.no as number)!);
}

export function openReplays(db: Database): Replay[] {
  const sql = `SELECT * FROM replay WHERE status = 'running' OR (status = 'cancelled'
    AND EXISTS (SELECT 1 FROM delivery WHERE replay_no = replay.no AND state = 0)) ORDER BY no`;
  return db.all(sql).map(replayOf);
}

export function stepReplay(
  db: Database,
  { no, limit, nowMs }: Input<'stepReplay'>,
): { replay: Replay; moved: number; more: boolean; endpointNos: number[] } {
  const row = rowOf(db, no);
  if (row === undefined) throw notFound('replay', String(no));
  const touched = new Set<number>();
  let moved = 0;
  if (row.status === 'cancelled') moved = takeBack(db, no, limit, nowMs, touched);
  else if (row.feeding === 1) moved = feed(db, row, limit, nowMs, touched);
  finishIfDone(db, no, nowMs);
  const replay = replayOf(rowOf(db, no)!);
  const more = replay.status === 'cancelled' ? hasWork(db, no) : replay.feeding;
  return { replay, moved, more, endpointNos: [...touched] };
}

/** Whether something it put back is open still. */
function hasWork(db: Database, no: number): boolean {
  return db.get('SELECT 1 FROM delivery WHERE replay_no = ? AND state = 0 LIMIT 1', no) !== undefined;
}

function feed(db: Database, row: Row, limit: number, nowMs: number, touched: Set<number>): number {
  const replay = replayOf(row);
  const put = (found: Row): void => {
    putBack(db, found, replay.no, nowMs);
    touched.add(found.endpoint_no as number);
  };
  const { keys } = replay.filter;
  if (keys !== null) {
    const from = row.at_key as number;
    const wanted = keys.slice(from, from + limit).flatMap((key) => puttable(db, replay.accountNo, key));
    wanted.forEach(put);
    db.run(
      'UPDATE replay SET at_key = ?, feeding = ? WHERE no = ?',
      from + limit,
      from + limit < keys.length ? 1 : 0,
      replay.no,
    );
    return wanted.length;
  }
  return feedMatching(db, row, { limit, put });
}

function feedMatching(
  db: Database,
  row: Row,
  { limit, put }: { limit: number; put: (row: Row) => void },
): number {
  const { accountNo, filter, startedAtMs } = replayOf(row);
  const shelf = wholeShelfOf(db, states.indexOf(filter.state));
  let at = { endpoint: row.at_endpoint as number, key: row.at_key as number };
  let scan = limit * limits.replayScan;
  let moved = 0;
  let left = true;
  while (moved < limit && scan > 0) {
    const endpoint = endpointFrom(db, accountNo, filter, at.endpoint);
    if (endpoint === null) {
      left = false;
      break;
    }
    if (endpoint !== at.endpoint) at = { endpoint, key: 0 };
    const most = Math.min(scan, limit - moved);
    const rows = db.all(
      `${puttableFrom(shelf.from)} WHERE ${shelf.where} AND ${shelf.key} > ? AND ${shelf.key} < ? AND d.lease IS NULL AND d.ended_at <= ? ORDER BY ${shelf.key} LIMIT ?`,
      endpoint,
      states.indexOf(filter.state),
      at.key,
      row.upper!,
      startedAtMs,
      most,
    );
    const wanted = rows.filter((found) => isReplayed(found, filter));
    wanted.forEach(put);
    moved += wanted.length;
    scan -= rows.length + 1;
    at =
      rows.length < most ? { endpoint: endpoint + 1, key: 0 } : { endpoint, key: rows.at(-1)!.key as number };
  }
  db.run(
    'UPDATE replay SET at_endpoint = ?, at_key = ?, feeding = ? WHERE no = ?',
    at.endpoint,
    at.key,
    left ? 1 : 0,
    row.no!,
  );
  return moved;
}

/** Back to what they were before the replay. What is being attempted just now is taken at a later step, should it fail. */
function takeBack(db: Database, no: number, limit: number, nowMs: number, touched: Set<number>): number {
  const rows = db.all(
    `UPDATE delivery SET state = coalesce(before, 2), replay_no = NULL, ended_at = coalesce(ended_at, ?) WHERE key IN
       (SELECT key FROM delivery WHERE replay_no = ? AND state = 0 AND lease IS NULL LIMIT ?)
     RETURNING endpoint_no, order_ref`,
    nowMs,
    no,
    limit,
  );
  for (const { endpoint_no: endpointNo, order_ref: reference } of rows) {
    if (reference !== null) freeNext(db, endpointNo as number, reference as string, nowMs);
    touched.add(endpointNo as number);
  }
  return rows.length;
}

function countMatching(
  db: Database,
  replay: { accountNo: number; filter: ReplayFilter; upper: number; startedAtMs: number },
): number {
  const { accountNo, filter, upper, startedAtMs } = replay;
  if (filter.keys !== null)
    return filter.keys.reduce((total, key) => total + puttable(db, accountNo, key).length, 0);
  const shelf = wholeShelfOf(db, states.indexOf(filter.state));
  const byEvent = filter.eventTypes !== null || filter.sinceMs !== null || filter.untilMs !== null;
  const join = byEvent ? 'CROSS JOIN event e ON e.seq = d.key >> 16' : '';
  const types = `(? IS NULL OR EXISTS (SELECT 1 FROM json_each(?) r WHERE e.type BETWEEN r.value ->> 'from' AND r.value ->> 'to')) AND e.created_at >= ? AND e.created_at < ?`;
  const typesJson = filter.eventTypes === null ? null : JSON.stringify(filter.eventTypes.map(typeRange));
  const values = byEvent
    ? [typesJson, typesJson, filter.sinceMs ?? 0, filter.untilMs ?? Number.MAX_SAFE_INTEGER]
    : [];
  const sql = `SELECT count(*) AS n FROM ${shelf.from} ${join} WHERE ${shelf.where} AND ${shelf.key} < ? AND d.lease IS NULL AND d.ended_at <= ?
    ${byEvent ? `AND ${types}` : ''}`;
  let total = 0;
  for (
    let no = endpointFrom(db, accountNo, filter, 0);
    no !== null;
    no = endpointFrom(db, accountNo, filter, no + 1)
  ) {
    total += Number(db.get(sql, no, states.indexOf(filter.state), upper, startedAtMs, ...values)!.n);
  }
  return total;
}

/** The next endpoint of the account that the filter wants, from a number on; a deleted one takes nothing back. */
function endpointFrom(db: Database, accountNo: number, filter: ReplayFilter, from: number): number | null {
  if (filter.state === 'open') return null;
  const least = Math.max(from, filter.endpointNo ?? 0);
  const row = db.get(
    'SELECT no FROM endpoint WHERE account_no = ? AND no >= ? AND deleted_at IS NULL ORDER BY no LIMIT 1',
    accountNo,
    least,
  );
  if (row === undefined || (filter.endpointNo !== null && row.no !== filter.endpointNo)) return null;
  return row.no as number;
}

function puttable(db: Database, accountNo: number, key: number): Row[] {
  const row = db.get(`${puttableSql} WHERE d.key = ?`, key);
  const isOver = row !== undefined && row.state !== open && row.lease === null;
  return isOver && row.account_no === accountNo && row.deleted_at === null ? [row] : [];
}

function rowOf(db: Database, no: number): Row | undefined {
  return db.get('SELECT * FROM replay WHERE no = ?', no);
}
