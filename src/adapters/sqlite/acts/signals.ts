import type { AlertKind, Fact, Signal } from '../../../core/alert.ts';
import type { Database, Row } from '../database.ts';

/** Writes a fact down, or counts it if it waits already; the newest detail stands. */
export function raise(db: Database, { accountNo, kind, subject, detail, count, atMs }: Fact): void {
  db.run(
    `INSERT INTO signal (account_no, kind, subject, detail, count, at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (account_no, kind, subject) DO UPDATE SET count = count + excluded.count, detail = excluded.detail, at = excluded.at`,
    accountNo,
    kind,
    subject,
    JSON.stringify(detail),
    count,
    atMs,
  );
}

export function signals(db: Database, limit: number): Signal[] {
  return db.all('SELECT * FROM signal ORDER BY no LIMIT ?', limit).map(signalOf);
}

/** Takes away what a signal was read with; what was counted since then begins anew. Answers how often it happened, 0 when it is gone. */
export function consume(db: Database, { firstNo, count }: Signal): number {
  const row = db.get('DELETE FROM signal WHERE no = ? RETURNING *', firstNo);
  if (row === undefined) return 0;
  const there = signalOf(row);
  if (there.count > count) raise(db, { ...there, count: there.count - count });
  return Math.min(there.count, count);
}

function signalOf(row: Row): Signal {
  return {
    accountNo: row.account_no as number,
    kind: row.kind as AlertKind,
    subject: row.subject as string,
    detail: JSON.parse(row.detail as string) as Signal['detail'],
    count: row.count as number,
    atMs: row.at as number,
    firstNo: row.no as number,
    lastNo: row.no as number,
  };
}
