import type { ReplayFilter, ReplaySelection } from '../../../core/replay.ts';
import type { ReplayCount, ReplayPlace, ReplayPlan, ReplayStore } from '../../../ports/replay-store.ts';
import { open, states, viewOf } from '../../../ports/rows/delivery.ts';
import { type Condition, countedBy, isReplayed } from '../../../ports/rows/replay.ts';
import type { Database, Row } from '../database.ts';
import { rowsFrom } from './delivery-views.ts';
import { type Shelf, shelvesOf } from './listing.ts';
import { puttableFrom, puttableSql } from './putting-back.ts';

export function planReplay(
  db: Database,
  { accountNo, filter, nowMs, rows, limit }: Parameters<ReplayStore['planReplay']>[0],
): ReplayPlan {
  db.readNode();
  const selection = { accountNo, filter, upper: Number.MAX_SAFE_INTEGER, startedAtMs: nowMs };
  const { keys, isWhole } = firstMatching(db, selection, rows);
  const sample = keys
    .slice(0, limit)
    .map((key) => viewOf(db.get(`${rowsFrom('delivery d')} WHERE d.key = ?`, key)!));
  return { total: keys.length, isWhole, sample };
}

/** An endpoint's shelf counts as one row more. */
export function countReplay(
  db: Database,
  { accountNo, filter, nowMs, from, rows }: Parameters<ReplayStore['countReplay']>[0],
): ReplayCount {
  db.readNode();
  const selection = { accountNo, filter, upper: Number.MAX_SAFE_INTEGER, startedAtMs: nowMs };
  if (filter.keys !== null) return { count: puttableOf(db, selection, filter.keys).length, next: null };
  const asked = countedBy(filter, ofTypes);
  const join = asked.asksEvents ? 'CROSS JOIN event e ON e.seq = d.key >> 16' : '';
  let count = 0;
  let left = rows;
  for (const { endpointNo, shelf, where, bound } of endedOf(db, selection, from)) {
    const [, state, least, most] = bound;
    if (left <= 0) return { count, next: { endpointNo, key: least } };
    const within = `SELECT ${shelf.key} AS key FROM ${shelf.from} WHERE ${shelf.where} AND ${shelf.key} >= ? AND ${shelf.key} < ? ORDER BY ${shelf.key} LIMIT ?`;
    const look = `SELECT count(*) AS n, max(key) AS last FROM (${within})`;
    const { n, last } = db.get(look, endpointNo, state, least, most, left) as { n: number; last: number };
    if (n === 0) continue;
    const sql = `SELECT count(*) AS n FROM ${shelf.from} ${join} ${where}${asked.sql}`;
    count += db.get(sql, endpointNo, state, least, last + 1, nowMs, ...asked.values)!.n as number;
    if (n === left) return { count, next: { endpointNo, key: last + 1 } };
    left -= n + 1;
  }
  return { count, next: null };
}

/** Looks at no more than `most` rows, an endpoint's shelf counting as one more. */
function firstMatching(
  db: Database,
  selection: ReplaySelection,
  most: number,
): { keys: number[]; isWhole: boolean } {
  const { filter } = selection;
  if (filter.keys !== null) return { keys: puttableOf(db, selection, filter.keys), isWhole: true };
  const keys: number[] = [];
  let left = most;
  for (const { shelf, where, bound } of endedOf(db, selection)) {
    if (left <= 0) return { keys, isWhole: false };
    const rows = db.all(`${puttableFrom(shelf.from)} ${where} ORDER BY ${shelf.key} LIMIT ?`, ...bound, left);
    for (const row of rows) if (isReplayed(row, filter)) keys.push(row.key as number);
    left -= rows.length + 1;
  }
  return { keys, isWhole: left >= 0 };
}

function ofTypes(ranges: readonly object[]): Condition<string> {
  const range = "e.type BETWEEN r.value ->> 'from' AND r.value ->> 'to'";
  return { sql: `EXISTS (SELECT 1 FROM json_each(?) r WHERE ${range})`, values: [JSON.stringify(ranges)] };
}

type EndedBound = [endpointNo: number, state: number, least: number, most: number, startedAtMs: number];

/** What ended in the state that is asked for at each endpoint, shelf by shelf, the oldest first; `from`: no sooner than there. */
function* endedOf(
  db: Database,
  { accountNo, filter, upper, startedAtMs }: ReplaySelection,
  from: ReplayPlace | null = null,
): Generator<{ endpointNo: number; shelf: Shelf; where: string; bound: EndedBound }> {
  const state = states.indexOf(filter.state);
  const next = (from: number): number | null => endpointFrom(db, accountNo, filter, from);
  for (let no = next(from?.endpointNo ?? 0); no !== null; no = next(no + 1)) {
    const begin = no === from?.endpointNo ? from.key : 0;
    for (const shelf of shelvesOf(db, state).reverse()) {
      const where = `WHERE ${shelf.where} AND ${shelf.key} >= ? AND ${shelf.key} < ? AND d.lease IS NULL AND d.ended_at <= ?`;
      const bound: EndedBound = [
        no,
        state,
        Math.max(shelf.least, begin),
        Math.min(shelf.most, upper),
        startedAtMs,
      ];
      yield { endpointNo: no, shelf, where, bound };
    }
  }
}

/** The next endpoint of the account that the filter wants, from a number on; a deleted one takes nothing back. */
export function endpointFrom(
  db: Database,
  accountNo: number,
  filter: ReplayFilter,
  from: number,
): number | null {
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

function puttableOf(db: Database, selection: ReplaySelection, keys: readonly number[]): number[] {
  return keys.filter((key) => puttable(db, selection, key).length > 0);
}

/** The row of a delivery that a replay may put back, or nothing. What ended since the replay began is not taken another time. */
export function puttable(
  db: Database,
  { accountNo, startedAtMs }: Pick<ReplaySelection, 'accountNo' | 'startedAtMs'>,
  key: number,
): Row[] {
  const row = db.get(`${puttableSql} WHERE d.key = ?`, key);
  const isOver = row !== undefined && row.state !== open && row.lease === null;
  if (!isOver || row.account_no !== accountNo || row.deleted_at !== null) return [];
  return (row.ended_at as number) <= startedAtMs ? [row] : [];
}
