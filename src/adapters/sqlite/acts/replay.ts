import { notFound } from '../../../core/errors.ts';
import * as limits from '../../../core/limits/store.ts';
import { type Replay, rateUsedUntil, replayRoom } from '../../../core/replay.ts';
import type { ReplayStore } from '../../../ports/replay-store.ts';
import { dead, delivered, places, states } from '../../../ports/rows/delivery.ts';
import { feedsAgainFrom, isFed, replayOf, replayRateOf } from '../../../ports/rows/replay.ts';
import type { Database, Row } from '../database.ts';
import { listAll, wholeShelfOf } from './listing.ts';
import { freeNext } from './order.ts';
import { putBack, puttableFrom } from './putting-back.ts';
import { endpointFrom, puttable } from './replay-plan.ts';

type Input<K extends keyof ReplayStore> = Parameters<ReplayStore[K]>[0];

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

export function createReplay(
  db: Database,
  { id, accountNo, filter, perSecond, total, nowMs }: Input<'createReplay'>,
): Replay {
  const upper = db.nextSeq * places;
  if (filter.state === 'delivered') listAll(db);
  const no = db.insert(
    `INSERT INTO replay (id, account_no, filter, status, total, done, failed, feeding, at_endpoint, at_key, upper, started_at, finished_at, per_second, used_until)
     VALUES (?, ?, ?, ?, ?, 0, 0, ?, 0, 0, ?, ?, ?, ?, ?)`,
    id,
    accountNo,
    JSON.stringify(filter),
    total === 0 ? 'done' : 'running',
    total,
    total === 0 ? 0 : 1,
    upper,
    nowMs,
    total === 0 ? nowMs : null,
    perSecond,
    perSecond === null ? null : nowMs,
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
  const change = "status = 'cancelled', feeding = 0, finished_at = ? WHERE status IN ('running', 'paused')";
  return changeReplay(db, { accountNo, id }, change, nowMs);
}

export function pauseReplay(db: Database, input: Input<'pauseReplay'>): Replay | null {
  return changeReplay(db, input, "status = 'paused', feeding = 0 WHERE status = 'running'");
}

export function resumeReplay(db: Database, input: Input<'resumeReplay'>): Replay | null {
  return changeReplay(db, input, "status = 'running', feeding = 1 WHERE status = 'paused'");
}

function changeReplay(
  db: Database,
  { accountNo, id }: { accountNo: number; id: string },
  change: string,
  ...values: number[]
): Replay | null {
  db.run(`UPDATE replay SET ${change} AND account_no = ? AND id = ?`, ...values, accountNo, id);
  return getReplay(db, { accountNo, id });
}

export function openReplays(db: Database): Replay[] {
  const sql = `SELECT * FROM replay WHERE status = 'running' OR (status IN ('cancelled', 'paused')
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
  if (row.status === 'cancelled' || row.status === 'paused') moved = takeBack(db, row, limit, nowMs, touched);
  else if (row.feeding === 1) moved = feedWithinRate(db, row, limit, nowMs, touched);
  finishIfDone(db, no, nowMs);
  const replay = replayOf(rowOf(db, no)!);
  const more = replay.status === 'running' ? replay.feeding : hasWork(db, no);
  return { replay, moved, more, endpointNos: [...touched] };
}

/** Whether something it put back is open still. */
function hasWork(db: Database, no: number): boolean {
  return db.get('SELECT 1 FROM delivery WHERE replay_no = ? AND state = 0 LIMIT 1', no) !== undefined;
}

function feedWithinRate(db: Database, row: Row, limit: number, nowMs: number, touched: Set<number>): number {
  const rate = replayRateOf(row);
  if (rate === null) return feed(db, row, limit, nowMs, touched);
  const moved = feed(db, row, Math.min(limit, replayRoom(rate, nowMs)), nowMs, touched);
  const usedUntilMs = rateUsedUntil(rate, nowMs, moved);
  db.run(
    'UPDATE replay SET used_until = ? WHERE no = ? AND used_until <> ?',
    usedUntilMs,
    row.no!,
    usedUntilMs,
  );
  return moved;
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
    const wanted = keys.slice(from, from + limit).flatMap((key) => puttable(db, replay, key));
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
  const replay = replayOf(row);
  const { accountNo, filter, startedAtMs } = replay;
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
    const wanted = rows.filter((found) => isFed(found, replay));
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

/** Back to what they were before the replay, so that it takes them again should it go on. What is being attempted just now is taken at a later step, should it fail. */
function takeBack(db: Database, row: Row, limit: number, nowMs: number, touched: Set<number>): number {
  const { no, filter, startedAtMs } = replayOf(row);
  const rows = db.all(
    `UPDATE delivery SET state = coalesce(before, 2), replay_no = NULL, ended_at = coalesce(ended_at, ?) WHERE key IN
       (SELECT key FROM delivery WHERE replay_no = ? AND state = 0 AND lease IS NULL LIMIT ?)
     RETURNING key, endpoint_no, order_ref`,
    startedAtMs,
    no,
    limit,
  );
  for (const { endpoint_no: endpointNo, order_ref: reference } of rows) {
    if (reference !== null) freeNext(db, endpointNo as number, reference as string, nowMs);
    touched.add(endpointNo as number);
  }
  const from = feedsAgainFrom(filter, rows);
  if (from !== null) {
    const sql =
      'UPDATE replay SET at_endpoint = ?, at_key = ? WHERE no = ? AND (at_endpoint, at_key) > (?, ?)';
    db.run(sql, from.endpoint, from.key, no, from.endpoint, from.key);
  }
  return rows.length;
}

function rowOf(db: Database, no: number): Row | undefined {
  return db.get('SELECT * FROM replay WHERE no = ?', no);
}
