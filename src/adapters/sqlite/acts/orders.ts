import { signalOfOrder } from '../../../core/alert.ts';
import type { NewEvent } from '../../../core/event.ts';
import {
  hear,
  type NewOrder,
  type Order,
  type OrderChange,
  type OrderNews,
  orderStates,
  register,
  rewatch,
} from '../../../core/order.ts';
import type { OrderCounts, OrderFilter, OrderHistory, OrderStore } from '../../../ports/order-store.ts';
import { orderCountsOf, orderOf } from '../../../ports/rows/order.ts';
import type { Found, Page } from '../../../ports/store.ts';
import type { Database, Row } from '../database.ts';
import { entriesOf, orderByName, writeEntries, writeOrder } from './order-rows.ts';
import { raise } from './signals.ts';

type Input<Name extends keyof OrderStore> = Parameters<OrderStore[Name]>[0];
type Output<Name extends keyof OrderStore> = Awaited<ReturnType<OrderStore[Name]>>;

/** What an event makes of its order; nothing is written. */
export function hearOf(
  db: Database,
  news: OrderNews,
  event: NewEvent,
  nowMs: number,
): ReturnType<typeof hear> {
  return hear(orderByName(db, news.sourceId, news.reference), news, event, nowMs);
}

/** Writes a change of an order with its history, and what people are told of it. */
export function writeChange(db: Database, change: OrderChange<NewOrder>, nowMs: number): Order {
  const order = writeOrder(db, change.order);
  writeEntries(db, order.no, change.entries);
  for (const kind of change.signals) raise(db, signalOfOrder(kind, order, nowMs));
  return order;
}

export function registerOrder(
  db: Database,
  { order, policy, nowMs }: Input<'registerOrder'>,
): Output<'registerOrder'> {
  const known = orderByName(db, order.sourceId, order.reference);
  if (known?.registered) {
    const isOther = order.orderId !== null && known.orderId !== null && order.orderId !== known.orderId;
    if (isOther) return { kind: 'other', order: known };
    if (order.orderId === null || known.orderId !== null) return { kind: 'known', order: known };
  }
  return { kind: 'made', order: writeChange(db, register(known, { ...order, policy }, nowMs), nowMs) };
}

export function rewatchOrders(db: Database, input: Input<'rewatchOrders'>): Output<'rewatchOrders'> {
  const { sourceId, policy, after, limit, nowMs } = input;
  const rows = db.all(
    `SELECT * FROM tracked_order WHERE source_id = ? AND state = 'pending' AND no > ? ORDER BY no LIMIT ?`,
    sourceId,
    after,
    limit,
  );
  for (const row of rows) writeOrder(db, rewatch(orderOf(row), policy, nowMs));
  return rows.length < limit ? null : Number(rows.at(-1)!.no);
}

export function getOrder(db: Database, accountNo: number, id: string): OrderHistory | null {
  const row = db.get('SELECT * FROM tracked_order WHERE id = ? AND account_no = ?', id, accountNo);
  if (row === undefined) return null;
  const order = orderOf(row);
  return { order, history: entriesOf(db, order.no) };
}

/** Of all states what is newest in each: none of their indexes, which orders have for their own sake, holds all in order. */
export function listOrders(db: Database, accountNo: number, filter: OrderFilter, page: Page): Found<Order> {
  const byState = ['state', 'source'].includes(indexOf(filter));
  const states = byState && filter.state === undefined ? orderStates : [filter.state];
  const rows = states
    .flatMap((state) => ordersDown(db, accountNo, { ...filter, ...(state && { state }) }, page))
    .sort((a, b) => (b.no as number) - (a.no as number));
  const shown = rows.slice(0, page.limit).map(orderOf);
  return { rows: shown, next: rows.length > page.limit ? shown.at(-1)!.no : null };
}

function ordersDown(db: Database, accountNo: number, filter: OrderFilter, page: Page): Row[] {
  const where = ['account_no = ?', 'no < ?'];
  const values: (string | number)[] = [accountNo, page.before ?? Number.MAX_SAFE_INTEGER];
  const ask = (sql: string, value: string | undefined): void => {
    if (value === undefined) return;
    where.push(sql);
    values.push(value);
  };
  ask('state = ?', filter.state);
  ask('source_id = ?', filter.sourceId);
  ask('reference = ?', filter.reference);
  // As the indexes have it.
  if (filter.flagged !== undefined) where.push(`flagged = ${filter.flagged ? 1 : 0}`);
  if (filter.overdue !== undefined) where.push(`overdue = ${filter.overdue ? 1 : 0}`);
  return db.all(
    `SELECT * FROM tracked_order INDEXED BY tracked_order_${indexOf(filter)} WHERE ${where.join(' AND ')} ORDER BY no DESC LIMIT ?`,
    ...values,
    page.limit + 1,
  );
}

function indexOf({
  reference,
  overdue,
  flagged,
  sourceId,
}: OrderFilter): 'reference' | 'overdue' | 'flagged' | 'source' | 'state' {
  if (reference !== undefined) return 'reference';
  if (overdue === true) return 'overdue';
  if (flagged === true) return 'flagged';
  return sourceId === undefined ? 'state' : 'source';
}

export function orderCounts(db: Database, accountNo: number | null): OrderCounts {
  const where = accountNo === null ? '' : 'WHERE account_no = ?';
  const values = accountNo === null ? [] : [accountNo];
  const rows = db.all(
    `SELECT state, count(*) AS n, sum(overdue) AS overdue, sum(overdue OR state = 'stuck') AS late, sum(coalesce(found_by, '') = 'poll') AS polled FROM tracked_order ${where} GROUP BY state`,
    ...values,
  );
  return orderCountsOf(rows);
}
