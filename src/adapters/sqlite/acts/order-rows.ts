import * as limits from '../../../core/limits/orders.ts';
import { dueAtMs, type NewOrder, type Order, type OrderEntry } from '../../../core/order.ts';
import { entryOf, orderOf } from '../../../ports/rows/order.ts';
import type { Database } from '../database.ts';

export function orderByName(db: Database, sourceId: string, reference: string): Order | null {
  const row = db.get(
    'SELECT * FROM tracked_order WHERE source_id = ? AND reference = ?',
    sourceId,
    reference,
  );
  return row === undefined ? null : orderOf(row);
}

export function orderByNo(db: Database, no: number): Order | null {
  const row = db.get('SELECT * FROM tracked_order WHERE no = ?', no);
  return row === undefined ? null : orderOf(row);
}

const columns = [
  'id',
  'account_no',
  'source_id',
  'reference',
  'order_id',
  'state',
  'registered',
  'flagged',
  'overdue',
  'reached',
  'found_by',
  'poll_failures',
  'every',
  'next_poll_at',
  'give_up_at',
  'overdue_at',
  'due_at',
  'created_at',
  'updated_at',
];
const upsert = `INSERT INTO tracked_order (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
  ON CONFLICT (source_id, reference) DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(', ')} RETURNING no`;

/** Writes an order as it is now, new or known. */
export function writeOrder(db: Database, order: NewOrder): Order {
  const row = db.get(
    upsert,
    order.id,
    order.accountNo,
    order.sourceId,
    order.reference,
    order.orderId,
    order.state,
    order.registered ? 1 : 0,
    order.flagged ? 1 : 0,
    order.overdue ? 1 : 0,
    JSON.stringify(order.reached),
    order.foundBy,
    order.pollFailures,
    order.everyMs,
    order.nextPollAtMs,
    order.giveUpAtMs,
    order.overdueAtMs,
    dueAtMs(order),
    order.createdAtMs,
    order.updatedAtMs,
  )!;
  return { ...order, no: Number(row.no) };
}

/** Writes what happened. Past `limits.orderHistory` the oldest but the first goes. */
export function writeEntries(db: Database, orderNo: number, entries: readonly OrderEntry[]): void {
  if (entries.length === 0) return;
  let n = Number(db.get('SELECT coalesce(max(n), 0) AS n FROM order_entry WHERE order_no = ?', orderNo)!.n);
  for (const { atMs, kind, state, eventType, eventId, note } of entries) {
    n += 1;
    db.run(
      'INSERT INTO order_entry (order_no, n, at, kind, state, event_type, event_id, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      orderNo,
      n,
      atMs,
      kind,
      state,
      eventType,
      eventId,
      note,
    );
  }
  db.run(
    'DELETE FROM order_entry WHERE order_no = ? AND n > 1 AND n <= ?',
    orderNo,
    n - limits.orderHistory + 1,
  );
}

export function entriesOf(db: Database, orderNo: number): OrderEntry[] {
  return db.all('SELECT * FROM order_entry WHERE order_no = ? ORDER BY n', orderNo).map(entryOf);
}
