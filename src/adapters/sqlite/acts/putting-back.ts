import { blocked } from '../../../ports/rows/delivery.ts';
import type { Database, Row } from '../database.ts';
import { hasOpen, positionAtEnd } from './order.ts';

/** What is needed of a delivery to put it back: its row, its event's reference, and whether its endpoint is ordered. */
export const puttableFrom = (
  deliveries: string,
): string => `SELECT d.key, d.endpoint_no, d.state, d.lease, d.pulled_at, d.due_at, d.attempts, d.last_status, d.ended_at, d.replay_no, d.order_ref, e.account_no, e.type,
    e.reference, e.created_at, p.deleted_at, p.config ->> '$.ordered' AS ordered
  FROM ${deliveries} CROSS JOIN event e ON e.seq = d.key >> 16 CROSS JOIN endpoint p ON p.no = d.endpoint_no`;
/** The same from all deliveries. */
export const puttableSql = puttableFrom('delivery d');

/** Gives an ended delivery a fresh schedule, due at once; behind what is open for its reference when its endpoint is ordered. */
export function putBack(db: Database, row: Row, replayNo: number | null, nowMs: number): void {
  const endpointNo = row.endpoint_no as number;
  const reference = row.ordered === 1 ? (row.reference as string | null) : null;
  const waits = reference !== null && hasOpen(db, endpointNo, reference);
  db.run(
    `UPDATE delivery SET before = state, state = 0, line = ?, tries = 0, due_at = ?, lease = NULL, pulled_at = NULL, replay_no = ?, started_at = ?,
       order_ref = ?, order_position = ? WHERE key = ?`,
    replayNo === null ? 0 : 2,
    waits ? blocked : nowMs,
    replayNo,
    nowMs,
    reference,
    reference === null ? null : positionAtEnd(db),
    row.key!,
  );
}
