import type { ReplayFilter, ReplaySelection } from '../../../core/replay.ts';
import type { ReplayCount, ReplayPlace, ReplayPlan, ReplayStore } from '../../../ports/replay-store.ts';
import { open, states } from '../../../ports/rows/delivery.ts';
import { type Condition, countedBy, isReplayed } from '../../../ports/rows/replay.ts';
import type { Row, Session } from '../session.ts';
import { eventsOfKeys, viewsOfKeys } from './delivery-views.ts';
import { endedSql, puttableSql } from './putting-back.ts';

export async function planReplay(
  session: Session,
  { accountNo, filter, nowMs, rows, limit }: Parameters<ReplayStore['planReplay']>[0],
): Promise<ReplayPlan> {
  const selection = { accountNo, filter, upper: Number.MAX_SAFE_INTEGER, startedAtMs: nowMs };
  const { keys, isWhole } = await firstMatching(session, selection, rows);
  const first = keys.slice(0, limit);
  const found = await viewsOfKeys(session, first, await eventsOfKeys(session, first));
  const views = new Map(found.map((view) => [view.key, view]));
  return { total: keys.length, isWhole, sample: first.flatMap((key) => views.get(key) ?? []) };
}

/** An endpoint counts as one row more. */
export async function countReplay(
  session: Session,
  { accountNo, filter, nowMs, from, rows }: Parameters<ReplayStore['countReplay']>[0],
): Promise<ReplayCount> {
  const selection = { accountNo, filter, upper: Number.MAX_SAFE_INTEGER, startedAtMs: nowMs };
  if (filter.keys !== null)
    return { count: (await puttableOf(session, selection, filter.keys)).length, next: null };
  const asked = countedBy(filter, ofTypes);
  const join = asked.asksEvents ? 'JOIN event e ON e.seq = d.key >> 16' : '';
  let count = 0;
  let left = rows;
  for await (const { endpointNo, where, bound } of endedOf(session, selection, from)) {
    const [, state, least] = bound;
    if (left <= 0) return { count, next: { endpointNo, key: least } };
    const look = `SELECT count(*) AS n, max(key) AS last FROM
      (SELECT key FROM ended_delivery WHERE endpoint_no = ? AND state = ? AND key >= ? ORDER BY key LIMIT ?) d`;
    const { n, last } = (await session.get(look, endpointNo, state, least, left)) as {
      n: number;
      last: number;
    };
    if (n === 0) continue;
    const sql = `SELECT count(*) AS n FROM ended_delivery d ${join} ${where}${asked.sql}`;
    count += (await session.get(sql, endpointNo, state, least, last + 1, nowMs, ...asked.values))!
      .n as number;
    if (n === left) return { count, next: { endpointNo, key: last + 1 } };
    left -= n + 1;
  }
  return { count, next: null };
}

/** Looks at no more than `most` rows, an endpoint counting as one more. */
async function firstMatching(
  session: Session,
  selection: ReplaySelection,
  most: number,
): Promise<{ keys: number[]; isWhole: boolean }> {
  const { filter } = selection;
  if (filter.keys !== null) return { keys: await puttableOf(session, selection, filter.keys), isWhole: true };
  const keys: number[] = [];
  let left = most;
  for await (const { where, bound } of endedOf(session, selection)) {
    if (left <= 0) return { keys, isWhole: false };
    const rows = await session.all(`${endedSql} ${where} ORDER BY d.key LIMIT ?`, ...bound, left);
    for (const row of rows) if (isReplayed(row, filter)) keys.push(row.key as number);
    left -= rows.length + 1;
  }
  return { keys, isWhole: left >= 0 };
}

function ofTypes(ranges: readonly { from: string; to: string }[]): Condition<string[]> {
  return {
    sql: 'EXISTS (SELECT 1 FROM unnest(?::text[], ?::text[]) r (low, high) WHERE e.type BETWEEN r.low AND r.high)',
    values: [ranges.map(({ from }) => from), ranges.map(({ to }) => to)],
  };
}

type EndedBound = [endpointNo: number, state: number, least: number, most: number, startedAtMs: number];

/** What ended in the state that is asked for at each endpoint; `from`: no sooner than there. */
async function* endedOf(
  session: Session,
  { accountNo, filter, upper, startedAtMs }: ReplaySelection,
  from: ReplayPlace | null = null,
): AsyncGenerator<{ endpointNo: number; where: string; bound: EndedBound }> {
  const where = 'WHERE d.endpoint_no = ? AND d.state = ? AND d.key >= ? AND d.key < ? AND d.ended_at <= ?';
  const state = states.indexOf(filter.state);
  const next = (from: number): Promise<number | null> => endpointFrom(session, accountNo, filter, from);
  for (let no = await next(from?.endpointNo ?? 0); no !== null; no = await next(no + 1)) {
    const least = no === from?.endpointNo ? from.key : 0;
    yield { endpointNo: no, where, bound: [no, state, least, upper, startedAtMs] };
  }
}

/** The next endpoint of the account that the filter wants, from a number on; a deleted one takes nothing back. */
export async function endpointFrom(
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

async function puttableOf(
  session: Session,
  selection: ReplaySelection,
  keys: readonly number[],
): Promise<number[]> {
  const found: number[] = [];
  for (const key of keys) if ((await puttable(session, selection, key)) !== null) found.push(key);
  return found;
}

/** The row of a delivery that a replay may put back. What ended since the replay began is not taken another time. */
export async function puttable(
  session: Session,
  { accountNo, startedAtMs }: Pick<ReplaySelection, 'accountNo' | 'startedAtMs'>,
  key: number,
): Promise<Row | null> {
  const row = await session.get(`${puttableSql} WHERE d.key = ?`, key);
  const isOver = row !== undefined && row.state !== open && row.lease === null;
  if (!isOver || row.account_no !== accountNo || row.deleted_at !== null) return null;
  return (row.ended_at as number) <= startedAtMs ? row : null;
}
