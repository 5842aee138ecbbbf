import type { Fact, Signal } from '../../../core/alert.ts';
import { signalOf } from '../../../ports/rows/alert.ts';
import type { Session } from '../session.ts';

/** Writes a fact down. */
export async function raise(session: Session, fact: Fact): Promise<void> {
  const { accountNo, kind, subject, detail, count, atMs } = fact;
  await session.run(
    'INSERT INTO signal (account_no, kind, subject, detail, count, at) VALUES (?, ?, ?, ?, ?, ?)',
    accountNo,
    kind,
    subject,
    JSON.stringify(detail),
    count,
    atMs,
  );
}

/** Those of the oldest rows, one for the same thing. */
export async function signals(session: Session, limit: number): Promise<Signal[]> {
  const rows = await session.all(
    `SELECT account_no, kind, subject, sum(count)::bigint AS count, max(at) AS at, min(no) AS first_no, max(no) AS last_no,
       (array_agg(detail ORDER BY no DESC))[1] AS detail
     FROM (SELECT * FROM signal ORDER BY no LIMIT ?) s GROUP BY account_no, kind, subject ORDER BY min(no)`,
    limit,
  );
  return rows.map(signalOf);
}

/** Takes away what a signal was read with; what came since then stays. Answers how often it happened, 0 when it is gone. */
export async function consume(
  session: Session,
  { accountNo, kind, subject, firstNo, lastNo }: Signal,
): Promise<number> {
  const row = await session.get(
    `WITH gone AS (DELETE FROM signal WHERE account_no = ? AND kind = ? AND subject = ? AND no BETWEEN ? AND ? RETURNING count)
     SELECT coalesce(sum(count), 0)::bigint AS count FROM gone`,
    accountNo,
    kind,
    subject,
    firstNo,
    lastNo,
  );
  return row!.count as number;
}
