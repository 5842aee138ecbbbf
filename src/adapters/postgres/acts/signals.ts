import type { AlertKind, Signal } from '../../../core/alert.ts';
import type { Row, Session } from '../session.ts';

/** Writes a fact down. */
export async function raise(session: Session, signal: Signal): Promise<void> {
  const { accountNo, kind, subject, detail, count, atMs } = signal;
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
    `SELECT account_no, kind, subject, sum(count)::bigint AS count, max(at) AS at, (array_agg(detail ORDER BY no DESC))[1] AS detail
     FROM (SELECT * FROM signal ORDER BY no LIMIT ?) s GROUP BY account_no, kind, subject ORDER BY min(no)`,
    limit,
  );
  return rows.map(signalOf);
}

/** Takes away what a signal was read with; what was counted since then stays. Answers how often it happened, 0 when it is gone. */
export async function consume(
  session: Session,
  { accountNo, kind, subject, count }: Signal,
): Promise<number> {
  const rows = await session.all(
    'SELECT no, count FROM signal WHERE account_no = ? AND kind = ? AND subject = ? ORDER BY no FOR UPDATE',
    accountNo,
    kind,
    subject,
  );
  let left = count;
  for (const row of rows) {
    if (left <= 0) break;
    const taken = Math.min(left, row.count as number);
    if (taken === row.count) await session.run('DELETE FROM signal WHERE no = ?', row.no as number);
    else await session.run('UPDATE signal SET count = count - ? WHERE no = ?', taken, row.no as number);
    left -= taken;
  }
  return count - left;
}

function signalOf(row: Row): Signal {
  return {
    accountNo: row.account_no as number,
    kind: row.kind as AlertKind,
    subject: row.subject as string,
    detail: JSON.parse(row.detail as string) as Signal['detail'],
    count: row.count as number,
    atMs: row.at as number,
  };
}
