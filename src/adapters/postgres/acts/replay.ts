import { notFound } from '../../../core/errors.ts';
import * as limits from '../../../core/limits.ts';
import { typeRange } from '../../../core/match.ts';
import type { Replay, ReplayFilter } from '../../../core/replay.ts';
import { open, places, states } from '../../../ports/rows/delivery.ts';
import { isReplayed, replayOf } from '../../../ports/rows/replay.ts';
import type { DeliveryAdmin } from '../../../ports/store.ts';
import type { Row, Session } from '../session.ts';
import { freeNext, lockOrder, nextSeq } from './order.ts';
import { endOpen, putBack, puttableSql } from './putting-back.ts';

type Input<K extends keyof DeliveryAdmin> = Parameters<DeliveryAdmin[K]>[0];

export async function finishIfDone(session: Session, no: number, nowMs: number): Promise<void> {
  await session.run('SELECT finish_if_done(?, ?)', no, nowMs);
}

export async function createReplay(
  session: Session,
  { id, accountNo, filter, nowMs }: Input<'createReplay'>,
): Promise<Replay> {
  const upper = (await nextSeq(session)) * places;
  const total = await countMatching(session, { accountNo, filter, upper, startedAtMs: nowMs });
  const row = await session.get(
    `INSERT INTO replay (id, account_no, filter, status, total, done, failed, feeding, at_endpoint, at_key, upper, started_at, finished_at)
     VALUES (?, ?, ?, ?, ?, 0, 0, ?, 0, 0, ?, ?, ?) RETURNING *`,
    id,
    accountNo,
    JSON.stringify(filter),
    total === 0 ? 'done' : 'running',
    total,
    total > 0,
    upper,
    nowMs,
    total === 0 ? nowMs : null,
  );
  return replayOf(row!);
}

export async function getReplay(
  session: Session,
  { accountNo, id }: Input<'getReplay'>,
): Promise<Replay | null> {
  const row = await session.get('SELECT * FROM replay WHERE account_no = ? AND id = ?', accountNo, id);
  return row === undefined ? null : replayOf(row);
}

export async function listReplays(
  session: Session,
  { accountNo, limit, before }: Input<'listReplays'>,
): Promise<Replay[]> {
  const sql = 'SELECT * FROM replay WHERE account_no = ? AND no < ? ORDER BY no DESC LIMIT ?';
  return (await session.all(sql, accountNo, before ?? Number.MAX_SAFE_INTEGER, limit)).map(replayOf);
}

export async function cancelReplay(
  session: Session,
  { accountNo, id, nowMs }: Input<'cancelReplay'>,
): Promise<Replay | null> {
  const row = await session.get(
    'SELECT * FROM replay WHERE account_no = ? AND id = ? FOR UPDATE',
    accountNo,
    id,
  );
  if (row === undefined) return null;
  await session.run(
    "UPDATE replay SET status = 'cancelled', feeding = false, finished_at = ? WHERE no = ? AND status = 'running'",
    nowMs,
    row.no as number,
  );
  return replayOf((await rowOf(session, row.no as number))!);
}

export async function openReplays(session: Session): Promise<Replay[]> {
  const sql = `SELECT * FROM replay WHERE status = 'running' OR (status = 'cancelled'
    AND EXISTS (SELECT 1 FROM open_delivery WHERE replay_no = replay.no AND state = 0)) ORDER BY no`;
  return (await session.all(sql)).map(replayOf);
}

export async function stepReplay(
  session: Session,
  { no, limit, nowMs }: Input<'stepReplay'>,
): Promise<{ replay: Replay; moved: number; more: boolean; endpointNos: number[] }> {
  // Nodes that feed the same replay take turns.
  const row = await session.get('SELECT * FROM replay WHERE no = ? FOR UPDATE', no);
  if (row === undefined) throw notFound('replay', String(no));
  const touched = new Set<number>();
  let moved = 0;
  if (row.status === 'cancelled') moved = await takeBack(session, { no, limit, nowMs }, touched);
  else if (row.feeding === true) moved = await feed(session, row, { limit, nowMs }, touched);
  await finishIfDone(session, no, nowMs);
  const replay = replayOf((await rowOf(session, no))!);
  const more = replay.status === 'cancelled' ? await hasWork(session, no) : replay.feeding;
  return { replay, moved, more, endpointNos: [...touched] };
}

/** Whether something it put back is open still. */
async function hasWork(session: Session, no: number): Promise<boolean> {
  const sql = 'SELECT 1 FROM open_delivery WHERE replay_no = ? AND state = 0 LIMIT 1';
  return (await session.get(sql, no)) !== undefined;
}

async function feed(
  session: Session,
  row: Row,
  { limit, nowMs }: { limit: number; nowMs: number },
  touched: Set<number>,
): Promise<number> {
  const replay = replayOf(row);
  const put = async (found: Row): Promise<void> => {
    await putBack(session, found, replay.no, nowMs);
    touched.add(found.endpoint_no as number);
  };
  const { keys } = replay.filter;
  if (keys === null) return await feedMatching(session, row, { limit, put });
  const from = row.at_key as number;
  let moved = 0;
  for (const key of keys.slice(from, from + limit)) {
    const found = await puttable(session, replay.accountNo, key);
    if (found === null) continue;
    await put(found);
    moved += 1;
  }
  await session.run(
    'UPDATE replay SET at_key = ?, feeding = ? WHERE no = ?',
    from + limit,
    from + limit < keys.length,
    replay.no,
  );
  return moved;
}

async function feedMatching(
  session: Session,
  row: Row,
  { limit, put }: { limit: number; put: (row: Row) => Promise<void> },
): Promise<number> {
  const { accountNo, filter, startedAtMs } = replayOf(row);
  let at = { endpoint: row.at_endpoint as number, key: row.at_key as number };
  let scan = limit * limits.replayScan;
  let moved = 0;
  let left = true;
  while (moved < limit && scan > 0) {
    const endpoint = await endpointFrom(session, accountNo, filter, at.endpoint);
    if (endpoint === null) {
      left = false;
      break;
    }
    if (endpoint !== at.endpoint) at = { endpoint, key: 0 };
    const most = Math.min(scan, limit - moved);
    const rows = await session.all(
      `SELECT d.key, d.endpoint_no, d.ended_at, e.type, e.reference, e.created_at, p.ordered
       FROM ended_delivery d JOIN event e ON e.seq = d.key >> 16 JOIN endpoint p ON p.no = d.endpoint_no
       WHERE d.endpoint_no = ? AND d.state = ? AND d.key > ? AND d.key < ? AND d.ended_at <= ? ORDER BY d.key LIMIT ?`,
      endpoint,
      states.indexOf(filter.state),
      at.key,
      row.upper as number,
      startedAtMs,
      most,
    );
    const wanted = rows.filter((found) => isReplayed(found, filter));
    for (const found of wanted) await put(found);
    moved += wanted.length;
    scan -= rows.length + 1;
    at =
      rows.length < most ? { endpoint: endpoint + 1, key: 0 } : { endpoint, key: rows.at(-1)!.key as number };
  }
  await session.run(
    'UPDATE replay SET at_endpoint = ?, at_key = ?, feeding = ? WHERE no = ?',
    at.endpoint,
    at.key,
    left,
    row.no as number,
  );
  return moved;
}

/** Back to what they were before the replay. What is being attempted just now is taken at a later step, should it fail. */
async function takeBack(
  session: Session,
  { no, limit, nowMs }: { no: number; limit: number; nowMs: number },
  touched: Set<number>,
): Promise<number> {
  const waiting = await session.all(
    `SELECT key, endpoint_no, order_ref FROM open_delivery WHERE replay_no = ? AND state = 0 AND lease IS NULL
     ORDER BY endpoint_no, order_ref, key LIMIT ?`,
    no,
    limit,
  );
  for (const { endpoint_no: endpointNo, order_ref: reference } of waiting)
    if (reference !== null) await lockOrder(session, endpointNo as number, reference as string);
  const keys = waiting.map(({ key }) => key as number);
  const rows = await endOpen(session, keys, 'as before', nowMs);
  for (const { endpoint_no: endpointNo, order_ref: reference } of rows) {
    if (reference !== null) await freeNext(session, endpointNo as number, reference as string, nowMs);
    touched.add(endpointNo as number);
  }
  return rows.length;
}

async function countMatching(
  session: Session,
  replay: { accountNo: number; filter: ReplayFilter; upper: number; startedAtMs: number },
): Promise<number> {
  const { accountNo, filter, upper, startedAtMs } = replay;
  let total = 0;
  if (filter.keys !== null) {
    for (const key of filter.keys) total += (await puttable(session, accountNo, key)) === null ? 0 : 1;
    return total;
  }
  const byEvent = filter.eventTypes !== null || filter.sinceMs !== null || filter.untilMs !== null;
  const ranges = filter.eventTypes?.map(typeRange) ?? null;
  const types = `(?::text[] IS NULL OR EXISTS (SELECT 1 FROM unnest(?::text[], ?::text[]) r (low, high) WHERE e.type BETWEEN r.low AND r.high))
    AND e.created_at >= ? AND e.created_at < ?`;
  const lows = ranges?.map(({ from }) => from) ?? null;
  const highs = ranges?.map(({ to }) => to) ?? null;
  const values = byEvent
    ? [lows, lows, highs, filter.sinceMs ?? 0, filter.untilMs ?? Number.MAX_SAFE_INTEGER]
    : [];
  const sql = `SELECT count(*) AS n FROM ended_delivery d ${byEvent ? 'JOIN event e ON e.seq = d.key >> 16' : ''}
    WHERE d.endpoint_no = ? AND d.state = ? AND d.key < ? AND d.ended_at <= ? ${byEvent ? `AND ${types}` : ''}`;
  for (
    let no = await endpointFrom(session, accountNo, filter, 0);
    no !== null;
    no = await endpointFrom(session, accountNo, filter, no + 1)
  ) {
    const row = await session.get(sql, no, states.indexOf(filter.state), upper, startedAtMs, ...values);
    total += row!.n as number;
  }
  return total;
}

/** The next endpoint of the account that the filter wants, from a number on; a deleted one takes nothing back. */
async function endpointFrom(
  session: Session,
  accountNo: number,
  filter: ReplayFilter,
  from: number,
): Promise<number | null> {
  if (filter.state === 'open') return null;
  const row = await session.get(
    'SELECT no FROM endpoint WHERE account_no = ? AND no >= ? AND deleted_at IS NULL ORDER BY no LIMIT 1',
    accountNo,
    Math.max(from, filter.endpointNo ?? 0),
  );
  if (row === undefined || (filter.endpointNo !== null && row.no !== filter.endpointNo)) return null;
  return row.no as number;
}

async function puttable(session: Session, accountNo: number, key: number): Promise<Row | null> {
  const row = await session.get(`${puttableSql} WHERE d.key = ?`, key);
  const isOver = row !== undefined && row.state !== open && row.lease === null;
  return isOver && row.account_no === accountNo && row.deleted_at === null ? row : null;
}

async function rowOf(session: Session, no: number): Promise<Row | undefined> {
  return await session.get('SELECT * FROM replay WHERE no = ?', no);
}
