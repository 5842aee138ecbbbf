import { pullUrl } from '../../../core/pull.ts';
import { bucketColumns, figuresOf } from '../../../ports/rows/numbers.ts';
import type { Reading, Stats, StoreCounts } from '../../../ports/store.ts';
import type { Database } from '../database.ts';

/** Sums of the minutes' counts. The longest durations have no upper bound: their bucket answers with the largest bound there is. */
export function stats(db: Database, asked: Parameters<Reading['stats']>[0]): Stats {
  const { accountNo, endpointNo, sinceMs, untilMs, bucketMs } = asked;
  const where = `account_no = ? AND ${endpointNo === null ? '' : 'endpoint_no = ? AND '}minute >= ? AND minute < ?`;
  const values = [
    accountNo,
    ...(endpointNo === null ? [] : [endpointNo]),
    Math.floor(sinceMs / 60_000),
    Math.ceil(untilMs / 60_000),
  ];
  const sums = bucketColumns.map((name) => `sum(${name}) AS ${name}`).join(', ');
  const total = db.get(
    `SELECT coalesce(sum(delivered), 0) AS delivered, coalesce(sum(failed), 0) AS failed, coalesce(sum(dead), 0) AS dead, sum(duration_sum) AS duration_sum, ${sums}
     FROM stat WHERE ${where}`,
    ...values,
  )!;
  const buckets = db.all(
    `SELECT CAST(minute * 60000 / CAST(? AS INTEGER) AS INTEGER) * CAST(? AS INTEGER) AS at, sum(delivered) AS delivered, sum(failed) AS failed, sum(dead) AS dead, sum(duration_sum) AS duration_sum, ${sums}
     FROM stat WHERE ${where} GROUP BY at ORDER BY at`,
    bucketMs,
    bucketMs,
    ...values,
  );
  const totals = figuresOf(total);
  return {
    attempts: totals.delivered + totals.failed,
    ...totals,
    buckets: buckets.map((row) => ({ atMs: row.at as number, ...figuresOf(row) })),
  };
}

/** Over all accounts. Index look-ups and counts within indexes; run by a reader. */
export function counts(db: Database, { nowMs }: { nowMs: number }): StoreCounts {
  const count = (state: number, and: string): number =>
    Number(
      db.get(
        `SELECT count(*) AS n FROM endpoint p CROSS JOIN delivery d ON d.endpoint_no = p.no AND d.state = ${state} AND d.state <> 1 WHERE ${and}`,
      )!.n,
    );
  return {
    open: count(0, 'p.deleted_at IS NULL'),
    dead: count(2, '1'),
    oldestDueAtMs: oldestDueAtMs(db, { accountNo: null, nowMs }),
  };
}

/** Of one account; null: of all. */
export function oldestDueAtMs(
  db: Database,
  { accountNo, nowMs }: { accountNo: number | null; nowMs: number },
): number | null {
  const oldest = db.get(
    `SELECT min((SELECT due_at FROM delivery d WHERE d.endpoint_no = p.no AND d.line = line.value AND d.state = 0 AND d.lease IS NULL ORDER BY due_at LIMIT 1)) AS at
     FROM endpoint p, (SELECT 0 AS value UNION ALL SELECT 1 UNION ALL SELECT 2) line WHERE p.status = 'active' AND p.deleted_at IS NULL
       AND p.config ->> '$.url' <> '${pullUrl}' ${accountNo === null ? '' : 'AND p.account_no = ?'}`,
    ...(accountNo === null ? [] : [accountNo]),
  )!.at as number | null;
  return oldest !== null && oldest <= nowMs ? oldest : null;
}
