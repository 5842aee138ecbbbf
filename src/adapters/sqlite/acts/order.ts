import { blocked, places } from '../../../ports/rows/delivery.ts';
import type { Database } from '../database.ts';

/*
 * Ordered endpoints: of the open deliveries of one reference only the first is due, the others are blocked, so that a claim
 * costs the same however many wait behind. When the first ends, the next becomes due.
 */

/** A first attempt of an ordered endpoint: behind what is open for its reference already. `key` sorts by acceptance. */
export function insertOrdered(
  db: Database,
  row: { key: number; endpointNo: number; reference: string; dueAtMs: number },
): void {
  const waits = hasOpen(db, row.endpointNo, row.reference);
  db.run(
    `INSERT INTO delivery (key, endpoint_no, state, line, tries, attempts, due_at, started_at, order_ref, order_position)
     VALUES (?, ?, 0, 0, 0, 0, ?, ?, ?, ?)`,
    row.key,
    row.endpointNo,
    waits ? blocked : row.dueAtMs,
    row.dueAtMs,
    row.reference,
    row.key,
  );
}

/** Where something that is put back stands: behind everything accepted so far, before everything to come. */
export function positionAtEnd(db: Database): number {
  return db.nextSeq * places - 1;
}

export function hasOpen(db: Database, endpointNo: number, reference: string): boolean {
  return (
    db.get(
      'SELECT 1 FROM delivery WHERE endpoint_no = ? AND order_ref = ? AND state = 0 LIMIT 1',
      endpointNo,
      reference,
    ) !== undefined
  );
}

/** Makes the first open delivery of a reference due if it is blocked. To be called whenever one of them ended. */
export function freeNext(db: Database, endpointNo: number, reference: string, nowMs: number): void {
  const next = db.get(
    `SELECT key, due_at, tries, started_at FROM delivery WHERE endpoint_no = ? AND order_ref = ? AND state = 0
     ORDER BY order_position, key LIMIT 1`,
    endpointNo,
    reference,
  );
  if (next === undefined || next.due_at !== blocked) return;
  // Its schedule begins when it may go, or a long wait behind another would use it up; where it was due before, it still is.
  const wantedAtMs = next.started_at as number;
  const startedAtMs = next.tries === 0 ? Math.max(wantedAtMs, nowMs) : wantedAtMs;
  db.run('UPDATE delivery SET due_at = ?, started_at = ? WHERE key = ?', wantedAtMs, startedAtMs, next.key!);
}
