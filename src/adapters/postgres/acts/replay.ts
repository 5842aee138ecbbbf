import { notFound } from '../../../core/errors.ts';
import * as limits from '../../../core/limits/store.ts';
import { type Replay, rateUsedUntil, replayRoom } from '../../../core/replay.ts';
import type { ReplayStore } from '../../../ports/replay-store.ts';
import { places, states } from '../../../ports/rows/delivery.ts';
import { feedsAgainFrom, isFed, replayOf, replayRateOf } from '../../../ports/rows/replay.ts';
import type { Row, Session } from '../session.ts';
import { freeNext, lockOrder, nextSeq } from './order.ts';
import { endedSql, endOpen, putBack } from './putting-back.ts';
import { endpointFrom, puttable } from './replay-plan.ts';

type Input<K extends keyof ReplayStore> = Parameters<ReplayStore[K]>[0];

export async function finishIfDone(session: Session, no: number, nowMs: number): Promise<void> {
  await session.run('SELECT finish_if_done(?, ?)', no, nowMs);
}

export async function createReplay(
  session: Session,
  { id, accountNo, filter, perSecond, total, nowMs }: Input<'createReplay'>,
): Promise<Replay> {
  const upper = (await nextSeq(session)) * places;
  const row = await session.get(
    `INSERT INTO replay (id, account_no, filter, status, total, done, failed, feeding, at_endpoint, at_key, upper, started_at, finished_at, per_second, used_until)
     VALUES (?, ?, ?, ?, ?, 0, 0, ?, 0, 0, ?, ?, ?, ?, ?) RETURNING *`,
    id,
    accountNo,
    JSON.stringify(filter),
    total === 0 ? 'done' : 'running',
    total,
    total > 0,
    upper,
    nowMs,
    total === 0 ? nowMs : null,
    perSecond,
    perSecond === null ? null : nowMs,
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
  const change =
    "status = 'cancelled', feeding = false, finished_at = ? WHERE status IN ('running', 'paused')";
  return await changeReplay(session, { accountNo, id }, change, nowMs);
}

export async function pauseReplay(session: Session, input: Input<'pauseReplay'>): Promise<Replay | null> {
  return await changeReplay(session, input, "status = 'paused', feeding = false WHERE status = 'running'");
}

export async function resumeReplay(session: Session, input: Input<'resumeReplay'>): Promise<Replay | null> {
  return await changeReplay(session, input, "status = 'running', feeding = true WHERE status = 'paused'");
}

async function changeReplay(
  session: Session,
  { accountNo, id }: { accountNo: number; id: string },
  change: string,
  ...values: number[]
): Promise<Replay | null> {
  await session.run(`UPDATE replay SET ${change} AND account_no = ? AND id = ?`, ...values, accountNo, id);
  return await getReplay(session, { accountNo, id });
}

export async function openReplays(session: Session): Promise<Replay[]> {
  const sql = `SELECT * FROM replay WHERE status = 'running' OR (status IN ('cancelled', 'paused')
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
  if (row.status === 'cancelled' || row.status === 'paused')
    moved = await takeBack(session, row, { limit, nowMs }, touched);
  else if (row.feeding === true) moved = await feedWithinRate(session, row, { limit, nowMs }, touched);
  await finishIfDone(session, no, nowMs);
  const replay = replayOf((await rowOf(session, no))!);
  const more = replay.status === 'running' ? replay.feeding : await hasWork(session, no);
  return { replay, moved, more, endpointNos: [...touched] };
}

/** Whether something it put back is open still. */
async function hasWork(session: Session, no: number): Promise<boolean> {
  const sql = 'SELECT 1 FROM open_delivery WHERE replay_no = ? AND state = 0 LIMIT 1';
  return (await session.get(sql, no)) !== undefined;
}

async function feedWithinRate(
  session: Session,
  row: Row,
  { limit, nowMs }: { limit: number; nowMs: number },
  touched: Set<number>,
): Promise<number> {
  const rate = replayRateOf(row);
  if (rate === null) return await feed(session, row, { limit, nowMs }, touched);
  const room = Math.min(limit, replayRoom(rate, nowMs));
  const moved = await feed(session, row, { limit: room, nowMs }, touched);
  const usedUntilMs = rateUsedUntil(rate, nowMs, moved);
  await session.run(
    'UPDATE replay SET used_until = ? WHERE no = ? AND used_until <> ?',
    usedUntilMs,
    replayOf(row).no,
    usedUntilMs,
  );
  return moved;
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
    const found = await puttable(session, replay, key);
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
  const replay = replayOf(row);
  const { accountNo, filter, startedAtMs } = replay;
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
      `${endedSql}
       WHERE d.endpoint_no = ? AND d.state = ? AND d.key > ? AND d.key < ? AND d.ended_at <= ? ORDER BY d.key LIMIT ?`,
      endpoint,
      states.indexOf(filter.state),
      at.key,
      row.upper as number,
      startedAtMs,
      most,
    );
    const wanted = rows.filter((found) => isFed(found, replay));
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

/** Back to what they were before the replay, so that it takes them again should it go on. What is being attempted just now is taken at a later step, should it fail. */
async function takeBack(
  session: Session,
  row: Row,
  { limit, nowMs }: { limit: number; nowMs: number },
  touched: Set<number>,
): Promise<number> {
  const { no, filter, startedAtMs } = replayOf(row);
  const waiting = await session.all(
    `SELECT key, endpoint_no, order_ref FROM open_delivery WHERE replay_no = ? AND state = 0 AND lease IS NULL
     ORDER BY endpoint_no, order_ref, key LIMIT ?`,
    no,
    limit,
  );
  for (const { endpoint_no: endpointNo, order_ref: reference } of waiting)
    if (reference !== null) await lockOrder(session, endpointNo as number, reference as string);
  const keys = waiting.map(({ key }) => key as number);
  const rows = await endOpen(session, keys, 'as before', startedAtMs);
  for (const { endpoint_no: endpointNo, order_ref: reference } of rows) {
    if (reference !== null) await freeNext(session, endpointNo as number, reference as string, nowMs);
    touched.add(endpointNo as number);
  }
  const from = feedsAgainFrom(filter, rows);
  if (from !== null)
    await session.run(
      'UPDATE replay SET at_endpoint = ?, at_key = ? WHERE no = ? AND (at_endpoint, at_key) > (?::bigint, ?::bigint)',
      from.endpoint,
      from.key,
      no,
      from.endpoint,
      from.key,
    );
  return rows.length;
}

async function rowOf(session: Session, no: number): Promise<Row | undefined> {
  return await session.get('SELECT * FROM replay WHERE no = ?', no);
}
