import { typeRange } from '../../../core/match.ts';
import type { ReplayFilter } from '../../../core/replay.ts';
import type { ReplayPlan, ReplayStore } from '../../../ports/replay-store.ts';
import { open, places, states, viewOf } from '../../../ports/rows/delivery.ts';
import type { Database, Row } from '../database.ts';
import { rowsFrom } from './delivery-views.ts';
import { type Shelf, shelvesOf } from './listing.ts';
import { puttableSql } from './putting-back.ts';

/** What a replay that starts at a time takes: deliveries with keys below `upper` that had ended by then. */
interface Selection {
  accountNo: number;
  filter: ReplayFilter;
  upper: number;
  startedAtMs: number;
}

export function planReplay(
  db: Database,
  { accountNo, filter, nowMs, limit }: Parameters<ReplayStore['planReplay']>[0],
): ReplayPlan {
  db.readNode();
  const upper = Math.floor(Number.MAX_SAFE_INTEGER / places) * places;
  const selection = { accountNo, filter, upper, startedAtMs: nowMs };
  const sample = firstMatching(db, selection, limit).map((key) =>
    viewOf(db.get(`${rowsFrom('delivery d')} WHERE d.key = ?`, key)!),
  );
  return { total: countMatching(db, selection), sample };
}

export function countMatching(db: Database, selection: Selection): number {
  const { keys } = selection.filter;
  if (keys !== null) return keys.flatMap((key) => puttable(db, selection, key)).length;
  let total = 0;
  for (const { sql, values } of matching(db, selection))
    total += Number(db.get(`SELECT count(*) AS n ${sql}`, ...values)!.n);
  return total;
}

function firstMatching(db: Database, selection: Selection, limit: number): number[] {
  const found: number[] = [];
  for (const key of selection.filter.keys ?? []) {
    if (found.length < limit && puttable(db, selection, key).length > 0) found.push(key);
  }
  if (selection.filter.keys !== null) return found;
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
  { accountNo, filter, upper, startedAtMs }: Selection,
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

/** The row of a delivery that a replay may put back, or nothing. What ended since the replay began is not taken another time. */
export function puttable(
  db: Database,
  { accountNo, startedAtMs }: Pick<Selection, 'accountNo' | 'startedAtMs'>,
  key: number,
): Row[] {
  const row = db.get(`${puttableSql} WHERE d.key = ?`, key);
  const isOver = row !== undefined && row.state !== open && row.lease === null;
  if (!isOver || row.account_no !== accountNo || row.deleted_at !== null) return [];
  return (row.ended_at as number) <= startedAtMs ? [row] : [];
}
