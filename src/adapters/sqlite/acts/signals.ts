import type { AlertKind, Signal } from '../../../core/alert.ts';
import type { Database, Row } from '../database.ts';

/** Writes a fact down, or counts it if it waits already; the newest detail stands. */
export function raise(db: Database, { accountNo, kind, subject, detail, count, atMs }: Signal): void {
  db.run(
    `INSERT INTO signal (account_no, kind, subject, detail, count, at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET count = count + excluded.count, detail = excluded.detail, at = excluded.at`,
    accountNo,
    kind,
    subject,
    JSON.stringify(detail),
    count,
    atMs,
  );
}

export function signals(db: Database, limit: number): Signal[] {
  return db.all('SELECT * FROM signal ORDER BY at LIMIT ?', limit).map(signalOf);
}

/** Takes away what a signal was read with; what was counted since then stays. Answers how often it happened, 0 when it is gone. */
export function consume(db: Database, { accountNo, kind, subject, count }: Signal): number {
  const key = [accountNo, kind, subject] as const;
  const row = db.get('SELECT count FROM signal WHERE account_no = ? AND kind = ? AND subject = ?', ...key);
  const there = Number(row?.count ?? 0);
  if (there > count)
    db.run(
      'UPDATE signal SET count = count - ? WHERE account_no = ? AND kind = ? AND subject = ?',
      count,
      ...key,
    );
  else db.run('DELETE FROM signal WHERE account_no = ? AND kind = ? AND subject = ?', ...key);
  return Math.min(there, count);
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
