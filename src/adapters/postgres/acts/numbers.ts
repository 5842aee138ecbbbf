import { pullUrl } from '../../../core/pull.ts';
import { bucketColumns, figuresOf } from '../../../ports/rows/numbers.ts';
import type { Reading, Stats, StoreCounts } from '../../../ports/store.ts';
import type { Session } from '../session.ts';

/** Sums of the minutes' counts. The longest durations have no upper bound: their bucket answers with the largest bound there is. */
export async function stats(session: Session, asked: Parameters<Reading['stats']>[0]): Promise<Stats> {
  const { accountNo, endpointNo, sinceMs, untilMs, bucketMs } = asked;
  const where = `account_no = ? AND ${endpointNo === null ? '' : 'endpoint_no = ? AND '}minute >= ? AND minute < ?`;
  const values = [
    accountNo,
    ...(endpointNo === null ? [] : [endpointNo]),
    Math.floor(sinceMs / 60_000),
    Math.ceil(untilMs / 60_000),
  ];
  const sums = bucketColumns.map((name) => `sum(${name})::bigint AS ${name}`).join(', ');
  const total = (await session.get(
    `SELECT coalesce(sum(delivered), 0)::bigint AS delivered, coalesce(sum(failed), 0)::bigint AS failed, coalesce(sum(dead), 0)::bigint AS dead, coalesce(sum(duration_sum), 0)::bigint AS duration_sum, ${sums}
     FROM stat WHERE ${where}`,
    ...values,
  ))!;
  const buckets = await session.all(
    `SELECT minute * 60000 / ?::bigint * ?::bigint AS at, sum(delivered)::bigint AS delivered, sum(failed)::bigint AS failed, sum(dead)::bigint AS dead, sum(duration_sum)::bigint AS duration_sum, ${sums}
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
export async function counts(
  session: Session,
  { nowMs }: Parameters<Reading['counts']>[0],
): Promise<StoreCounts> {
  const row = (await session.get(
    `SELECT (SELECT count(*) FROM open_delivery d JOIN endpoint p ON p.no = d.endpoint_no WHERE d.state = 0 AND p.deleted_at IS NULL) AS open,
       (SELECT count(*) FROM endpoint p JOIN ended_delivery d ON d.endpoint_no = p.no WHERE d.state = 2) AS dead`,
  ))!;
  return {
    open: row.open as number,
    dead: row.dead as number,
    oldestDueAtMs: await oldestDueAtMs(session, { accountNo: null, nowMs }),
  };
}

/** Of one account; null: of all. */
export async function oldestDueAtMs(
  session: Session,
  { accountNo, nowMs }: { accountNo: number | null; nowMs: number },
): Promise<number | null> {
  const row = (await session.get(
    `SELECT min(d.due_at) AS at FROM open_delivery d JOIN endpoint p ON p.no = d.endpoint_no
       WHERE d.state = 0 AND d.lease IS NULL AND p.status = 'active' AND p.deleted_at IS NULL
       AND p.config::json ->> 'url' <> '${pullUrl}' ${accountNo === null ? '' : 'AND p.account_no = ?'}`,
    ...(accountNo === null ? [] : [accountNo]),
  ))!;
  const oldest = row.at as number | null;
  return oldest !== null && oldest <= nowMs ? oldest : null;
}
