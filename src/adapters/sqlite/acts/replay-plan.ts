import { typeRange } from '../../../core/match.ts';
import type { ReplayFilter, ReplaySelection } from '../../../core/replay.ts';
import type { ReplayPlan, ReplayStore } from '../../../ports/replay-store.ts';
import { open, states, viewOf } from '../../../ports/rows/delivery.ts';
import type { Database, Row } from '../database.ts';
import { rowsFrom } from './delivery-views.ts';
import { type Shelf, shelvesOf } from './listing.ts';
import { puttableSql } from './putting-back.ts';

export function planReplay(
  db: Database,
  { accountNo, filter, nowMs, limit }: Parameters<ReplayStore['planReplay']>[0],
): ReplayPlan {
  db.readNode();
  const selection = { accountNo, filter, upper: Number.MAX_SAFE_INTEGER, startedAtMs: nowMs };
  const sample = firstMatching(db, selection, limit).map((key) =>
    viewOf(db.get(`${rowsFrom('delivery d')} WHERE d.key = ?`, key)!),
  );
  return { total: countMatching(db, selection), sample };
}

export function countMatching(db: Database, selection: ReplaySelection): number {
  const { keys } = selection.filter;
  if (keys !== null) return puttableOf(db, selection, keys).length;
  let total = 0;
  for (const { sql, values } of matching(db, selection))
    total += Number(db.get(`SELECT count(*) AS n ${sql}`, ...values)!.n);
  return total;
}

function firstMatching(db: Database, selection: ReplaySelection, limit: number): number[] {
  const { keys } = selection.filter;
  if (keys !== null) return puttableOf(db, selection, keys).slice(0, limit);
  const found: number[] = [];
  for (const { sql, key, values } of matching(db, selection)) {
    if (found.length === limit) break;
    const rows = db.all(
      `SELECT ${key} AS key ${sql} ORDER BY ${key} LIMIT ?`,
      ...values,
      limit - found.length,
    );
    found.push(...rows.map((row) => row.key as number));
  }
  return found;
}

/** What is taken of each endpoint, shelf by shelf, the oldest first. */
function* matching(
  db: Database,
  { accountNo, filter, upper, startedAtMs }: ReplaySelection,
): Generator<{ sql: string; key: string; values: (string | number | null)[] }> {
  const state = states.indexOf(filter.state);
  const byEvent = filter.eventTypes !== null || filter.sinceMs !== null || filter.untilMs !== null;
  const join = byEvent ? 'CROSS JOIN event e ON e.seq = d.key >> 16' : '';
  const types = `AND (? IS NULL OR EXISTS (SELECT 1 FROM json_each(?) r WHERE e.type BETWEEN r.value ->> 'from' AND r.value ->> 'to')) AND e.created_at >= ? AND e.created_at < ?`;
  const typesJson = filter.eventTypes === null ? null : JSON.stringify(filter.eventTypes.map(typeRange));
  const ofEvent = byEvent
    ? [typesJson, typesJson, filter.sinceMs ?? 0, filter.untilMs ?? Number.MAX_SAFE_INTEGER]
    : [];
  const sqlOf = ({ from, where, key }: Shelf): string =>
    `FROM ${from} ${join} WHERE ${where} AND ${key} >= ? AND ${key} < ? AND d.lease IS NULL AND d.ended_at <= ? ${byEvent ? types : ''}`;
  const next = (from: number): number | null => endpointFrom(db, accountNo, filter, from);
  for (let no = next(0); no !== null; no = next(no + 1)) {
    for (const shelf of shelvesOf(db, state).reverse()) {
      const range = [shelf.least, Math.min(shelf.most, upper)];
      yield {
        sql: sqlOf(shelf),
        key: shelf.key,
        values: [no, state, ...range, startedAtMs, ...ofEvent],
      };
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
