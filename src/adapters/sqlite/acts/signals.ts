import type { Fact, Signal } from '../../../core/alert.ts';
import { signalOf } from '../../../ports/rows/alert.ts';
import type { Database } from '../database.ts';

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

/** One row each: what happens again before it is read is counted in it. */
const columns = '*, no AS first_no, no AS last_no';

export function signals(db: Database, limit: number): Signal[] {
  return db.all(`SELECT ${columns} FROM signal ORDER BY no LIMIT ?`, limit).map(signalOf);
}

/** Takes away what a signal was read with; what was counted since then begins anew. Answers how often it happened, 0 when it is gone. */
export function consume(db: Database, { firstNo, count }: Signal): number {
  const row = db.get(`DELETE FROM signal WHERE no = ? RETURNING ${columns}`, firstNo);
  if (row === undefined) return 0;
  const there = signalOf(row);
  if (there.count > count) raise(db, { ...there, count: there.count - count });
  return Math.min(there.count, count);
}
