import * as limits from '../../../core/limits.ts';
import { dueAtMs, type NewOrder, type Order, type OrderEntry } from '../../../core/order.ts';
import type { Row, Session } from '../session.ts';

export async function orderByName(
  session: Session,
  sourceId: string,
  reference: string,
): Promise<Order | null> {
  const row = await session.get(
    'SELECT * FROM tracked_order WHERE source_id = ? AND reference = ? FOR UPDATE',
    sourceId,
    reference,
  );
  return row === undefined ? null : orderOf(row);
}

export async function orderByNo(session: Session, no: number): Promise<Order | null> {
  const row = await session.get('SELECT * FROM tracked_order WHERE no = ? FOR UPDATE', no);
  return row === undefined ? null : orderOf(row);
}

export function orderOf(row: Row): Order {
  return {
    no: row.no as number,
    id: row.id as string,
    accountNo: row.account_no as number,
    sourceId: row.source_id as string,
    reference: row.reference as string,
    orderId: row.order_id as string | null,
    state: row.state as Order['state'],
    registered: row.registered as boolean,
    flagged: row.flagged as boolean,
    overdue: row.overdue as boolean,
    reached: JSON.parse(row.reached as string) as Order['reached'],
    createdAtMs: row.created_at as number,
    updatedAtMs: row.updated_at as number,
    nextPollAtMs: row.next_poll_at as number | null,
    everyMs: row.every as number | null,
    giveUpAtMs: row.give_up_at as number | null,
    overdueAtMs: row.overdue_at as number | null,
    pollFailures: row.poll_failures as number,
    foundBy: row.found_by as Order['foundBy'],
  };
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
export async function writeOrder(session: Session, order: NewOrder): Promise<Order> {
  const row = (await session.get(
    upsert,
    order.id,
    order.accountNo,
    order.sourceId,
    order.reference,
    order.orderId,
    order.state,
    order.registered,
    order.flagged,
    order.overdue,
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
  ))!;
  return { ...order, no: Number(row.no) };
}

/** Writes what happened. Past `limits.orderHistory` the oldest but the first goes. */
export async function writeEntries(
  session: Session,
  orderNo: number,
  entries: readonly OrderEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  let n = Number(
    (await session.get('SELECT coalesce(max(n), 0) AS n FROM order_entry WHERE order_no = ?', orderNo))!.n,
  );
  for (const { atMs, kind, state, eventType, eventId, note } of entries) {
    n += 1;
    await session.run(
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
  await session.run(
    'DELETE FROM order_entry WHERE order_no = ? AND n > 1 AND n <= ?',
    orderNo,
    n - limits.orderHistory + 1,
  );
}

export async function entriesOf(session: Session, orderNo: number): Promise<OrderEntry[]> {
  return (await session.all('SELECT * FROM order_entry WHERE order_no = ? ORDER BY n', orderNo)).map(
    (row) => ({
      atMs: row.at as number,
      kind: row.kind as OrderEntry['kind'],
      state: row.state as OrderEntry['state'],
      eventType: row.event_type as string | null,
      eventId: row.event_id as string | null,
      note: row.note as string,
    }),
  );
}
