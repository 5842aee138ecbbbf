import { typeRange } from '../../../core/match.ts';
import type { ReplayFilter, ReplaySelection } from '../../../core/replay.ts';
import type { ReplayPlan, ReplayStore } from '../../../ports/replay-store.ts';
import { open, states } from '../../../ports/rows/delivery.ts';
import type { Row, Session } from '../session.ts';
import { viewsOfKeys } from './delivery-views.ts';
import { puttableSql } from './putting-back.ts';

export async function planReplay(
  session: Session,
  { accountNo, filter, nowMs, limit }: Parameters<ReplayStore['planReplay']>[0],
): Promise<ReplayPlan> {
  const selection = { accountNo, filter, upper: Number.MAX_SAFE_INTEGER, startedAtMs: nowMs };
  const keys = await firstMatching(session, selection, limit);
  const views = new Map((await viewsOfKeys(session, keys)).map((view) => [view.key, view]));
  return {
    total: await countMatching(session, selection),
    sample: keys.flatMap((key) => views.get(key) ?? []),
  };
}

export async function countMatching(session: Session, selection: ReplaySelection): Promise<number> {
  const { keys } = selection.filter;
  if (keys !== null) return (await puttableOf(session, selection, keys)).length;
  let total = 0;
  for await (const { sql, values } of matching(session, selection))
    total += (await session.get(`SELECT count(*) AS n ${sql}`, ...values))!.n as number;
  return total;
}

async function firstMatching(session: Session, selection: ReplaySelection, limit: number): Promise<number[]> {
  const { keys } = selection.filter;
  if (keys !== null) return (await puttableOf(session, selection, keys)).slice(0, limit);
  const found: number[] = [];
  for await (const { sql, values } of matching(session, selection)) {
    if (found.length === limit) break;
    const rows = await session.all(
      `SELECT d.key ${sql} ORDER BY d.key LIMIT ?`,
      ...values,
      limit - found.length,
    );
    found.push(...rows.map((row) => row.key as number));
  }
  return found;
}

/** What is taken of each endpoint. */
async function* matching(session: Session, { accountNo, filter, upper, startedAtMs }: ReplaySelection) {
  const byEvent = filter.eventTypes !== null || filter.sinceMs !== null || filter.untilMs !== null;
  const ranges = filter.eventTypes?.map(typeRange) ?? null;
  const types = `AND (?::text[] IS NULL OR EXISTS (SELECT 1 FROM unnest(?::text[], ?::text[]) r (low, high) WHERE e.type BETWEEN r.low AND r.high))
    AND e.created_at >= ? AND e.created_at < ?`;
  const lows = ranges?.map(({ from }) => from) ?? null;
  const highs = ranges?.map(({ to }) => to) ?? null;
  const ofEvent = byEvent
    ? [lows, lows, highs, filter.sinceMs ?? 0, filter.untilMs ?? Number.MAX_SAFE_INTEGER]
    : [];
  const sql = `FROM ended_delivery d ${byEvent ? 'JOIN event e ON e.seq = d.key >> 16' : ''}
    WHERE d.endpoint_no = ? AND d.state = ? AND d.key < ? AND d.ended_at <= ? ${byEvent ? types : ''}`;
  const next = (from: number): Promise<number | null> => endpointFrom(session, accountNo, filter, from);
  for (let no = await next(0); no !== null; no = await next(no + 1))
    yield { sql, values: [no, states.indexOf(filter.state), upper, startedAtMs, ...ofEvent] };
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
