import type { Fact } from '../../../core/alert.ts';
import * as limits from '../../../core/limits/orders.ts';
import { dueAtMs, type NewOrder, type Order, type OrderEntry } from '../../../core/order.ts';
import { entryOf, orderOf } from '../../../ports/rows/order.ts';
import type { AcceptItem } from '../../../ports/store.ts';
import type { Row, Session } from '../session.ts';

export async function orderByNo(session: Session, no: number): Promise<Order | null> {
  const row = await session.get('SELECT * FROM tracked_order WHERE no = ? FOR UPDATE', no);
  return row === undefined ? null : orderOf(row);
}

/** The order of this name, held to the end of the transaction also when it is not there yet. `seen`: what speaks of it came before. */
export async function holdOrder(
  session: Session,
  { sourceId, reference }: Pick<Order, 'sourceId' | 'reference'>,
  inbound: AcceptItem['inbound'],
  seenSinceMs: number,
): Promise<{ seen: boolean; order: Order | null }> {
  const row = (await session.get(
    'SELECT * FROM hold_order(?, ?, ?, ?, ?)',
    sourceId,
    reference,
    inbound?.sourceNo ?? null,
    inbound?.key ?? null,
    seenSinceMs,
  ))!;
  return { seen: row.seen as boolean, order: row.found === null ? null : orderOf(row.found as Row) };
}

/** Writes an order as it is now, new or known, what happened to it, and facts for people, in one statement. Past `limits.orderHistory` the oldest entry but the first goes. */
export async function writeOrder(
  session: Session,
  order: NewOrder,
  entries: readonly OrderEntry[] = [],
  facts: readonly Fact[] = [],
): Promise<Order> {
  const row = (await session.get(
    'SELECT write_order(?::jsonb, ?::jsonb, ?::jsonb, ?) AS no',
    JSON.stringify(rowOf(order)),
    JSON.stringify(entries),
    JSON.stringify(facts.map((fact) => ({ ...fact, detail: JSON.stringify(fact.detail) }))),
    limits.orderHistory,
  ))!;
  return { ...order, no: row.no as number };
}

function rowOf(order: NewOrder): Row {
  return {
    id: order.id,
    account_no: order.accountNo,
    source_id: order.sourceId,
    reference: order.reference,
    order_id: order.orderId,
    state: order.state,
    registered: order.registered,
    flagged: order.flagged,
    overdue: order.overdue,
    reached: JSON.stringify(order.reached),
    found_by: order.foundBy,
    poll_failures: order.pollFailures,
    every: order.everyMs,
    next_poll_at: order.nextPollAtMs,
    give_up_at: order.giveUpAtMs,
    overdue_at: order.overdueAtMs,
    due_at: dueAtMs(order),
    created_at: order.createdAtMs,
    updated_at: order.updatedAtMs,
  };
}

export async function entriesOf(session: Session, orderNo: number): Promise<OrderEntry[]> {
  return (await session.all('SELECT * FROM order_entry WHERE order_no = ? ORDER BY n', orderNo)).map(entryOf);
}
