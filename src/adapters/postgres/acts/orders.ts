import { type Fact, signalOfOrder } from '../../../core/alert.ts';
import { type NewOrder, type Order, type OrderChange, register, rewatch } from '../../../core/order.ts';
import type { OrderCounts, OrderFilter, OrderHistory, OrderStore } from '../../../ports/order-store.ts';
import { orderCountsOf, orderOf } from '../../../ports/rows/order.ts';
import type { Found, Page } from '../../../ports/store.ts';
import type { Session } from '../session.ts';
import { entriesOf, holdOrder, writeOrder } from './order-rows.ts';

type Input<Name extends keyof OrderStore> = Parameters<OrderStore[Name]>[0];
type Output<Name extends keyof OrderStore> = ReturnType<OrderStore[Name]>;

/** Writes a change of an order with its history, and what people are told of it and of `more`. */
export async function writeChange(
  session: Session,
  { order, entries, signals }: OrderChange<NewOrder>,
  nowMs: number,
  more: readonly Fact[] = [],
): Promise<Order> {
  const facts = [...signals.map((kind) => signalOfOrder(kind, order, nowMs)), ...more];
  return await writeOrder(session, order, entries, facts);
}

export async function registerOrder(
  session: Session,
  { order, policy, nowMs }: Input<'registerOrder'>,
): Output<'registerOrder'> {
  const { order: known } = await holdOrder(session, order, null, nowMs);
  if (known?.registered) {
    const isOther = order.orderId !== null && known.orderId !== null && order.orderId !== known.orderId;
    if (isOther) return { kind: 'other', order: known };
    if (order.orderId === null || known.orderId !== null) return { kind: 'known', order: known };
  }
  return {
    kind: 'made',
    order: await writeChange(session, register(known, { ...order, policy }, nowMs), nowMs),
  };
}

export async function rewatchOrders(
  session: Session,
  input: Input<'rewatchOrders'>,
): Output<'rewatchOrders'> {
  const { sourceId, policy, after, limit, nowMs } = input;
  const rows = await session.all(
    `SELECT * FROM tracked_order WHERE source_id = ? AND state = 'pending' AND no > ? ORDER BY no LIMIT ? FOR UPDATE`,
    sourceId,
    after,
    limit,
  );
  for (const row of rows) await writeOrder(session, rewatch(orderOf(row), policy, nowMs));
  return rows.length < limit ? null : Number(rows.at(-1)!.no);
}

export async function getOrder(
  session: Session,
  accountNo: number,
  id: string,
): Promise<OrderHistory | null> {
  const row = await session.get('SELECT * FROM tracked_order WHERE id = ? AND account_no = ?', id, accountNo);
  if (row === undefined) return null;
  const order = orderOf(row);
  return { order, history: await entriesOf(session, order.no) };
}

export async function listOrders(
  session: Session,
  accountNo: number,
  filter: OrderFilter,
  page: Page,
): Promise<Found<Order>> {
  const where = ['account_no = ?', 'no < ?'];
  const values: (string | number | boolean)[] = [accountNo, page.before ?? Number.MAX_SAFE_INTEGER];
  const ask = (sql: string, value: string | number | boolean | undefined): void => {
    if (value === undefined) return;
    where.push(sql);
    values.push(value);
  };
  ask('state = ?', filter.state);
  ask('source_id = ?', filter.sourceId);
  ask('reference = ?', filter.reference);
  // Said in words of the statement: only then are the indexes of those that are so of use.
  if (filter.flagged !== undefined) where.push(filter.flagged ? 'flagged' : 'NOT flagged');
  if (filter.overdue !== undefined) where.push(filter.overdue ? 'overdue' : 'NOT overdue');
  const rows = await session.all(
    `SELECT * FROM tracked_order WHERE ${where.join(' AND ')} ORDER BY no DESC LIMIT ?`,
    ...values,
    page.limit + 1,
  );
  const shown = rows.slice(0, page.limit).map(orderOf);
  return { rows: shown, next: rows.length > page.limit ? shown.at(-1)!.no : null };
}

export async function orderCounts(session: Session, accountNo: number | null): Promise<OrderCounts> {
  const where = accountNo === null ? '' : 'WHERE account_no = ?';
  const values = accountNo === null ? [] : [accountNo];
  const rows = await session.all(
    `SELECT state, count(*) AS n, count(*) FILTER (WHERE overdue) AS overdue, count(*) FILTER (WHERE overdue OR state = 'stuck') AS late, count(*) FILTER (WHERE found_by = 'poll') AS polled FROM tracked_order ${where} GROUP BY state`,
    ...values,
  );
  return orderCountsOf(rows);
}
