import { type Fact, signalOfOrder } from '../../../core/alert.ts';
import {
  type NewOrder,
  type Order,
  type OrderChange,
  orderStates,
  register,
  rewatch,
} from '../../../core/order.ts';
import type { OrderCounts, OrderFilter, OrderHistory, OrderStore } from '../../../ports/order-store.ts';
import { orderCountsOf, orderOf } from '../../../ports/rows/order.ts';
import type { Found, Page } from '../../../ports/store.ts';
import type { Row, Session } from '../session.ts';
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
  const { reference, flagged, overdue } = filter;
  const isOneOfFew = reference !== undefined || flagged === true || overdue === true;
  const rows = await (isOneOfFew ? ordersOfFew : ordersAlong)(session, accountNo, filter, page);
  const shown = rows.slice(0, page.limit).map(orderOf);
  return { rows: shown, next: rows.length > page.limit ? shown.at(-1)!.no : null };
}

/** One more than a page has, along the index of what few have; in an order with the account, as along its states. */
async function ordersOfFew(
  session: Session,
  accountNo: number,
  filter: OrderFilter,
  page: Page,
): Promise<Row[]> {
  const { conditions, values } = orderConditions(filter);
  const { state, sourceId } = filter;
  if (state !== undefined) {
    conditions.push('o.state = ?');
    values.push(state);
  }
  if (sourceId !== undefined) {
    conditions.push('o.source_id = ?');
    values.push(sourceId);
  }
  return await session.all(
    `SELECT * FROM tracked_order o WHERE ${['o.account_no = ANY (ARRAY[?::bigint])', 'o.no < ?', ...conditions].join(' AND ')}
     ORDER BY o.account_no DESC, o.no DESC LIMIT ?`,
    accountNo,
    page.before ?? Number.MAX_SAFE_INTEGER,
    ...values,
    page.limit + 1,
  );
}

/**
 * One more than a page has, along each state of the account or of one source. By `= ANY` and in an order with the column, as along
 * deliveries: or the planner, which does not see how few there are, walks along the orders of everybody.
 */
async function ordersAlong(
  session: Session,
  accountNo: number,
  filter: OrderFilter,
  page: Page,
): Promise<Row[]> {
  const { state, sourceId } = filter;
  const [column, type, key] =
    sourceId === undefined ? ['o.account_no', 'bigint', accountNo] : ['o.source_id', 'text', sourceId];
  const { conditions, values } = orderConditions(filter);
  // All orders of a source are of one account: whether of this one is asked of what is found, or its index would seem as good.
  return await session.all(
    `SELECT o.* FROM unnest(?::text[]) AS s (state) CROSS JOIN LATERAL (
       SELECT * FROM tracked_order o
       WHERE ${[`${column} = ANY (ARRAY[?::${type}])`, 'o.state = s.state', 'o.no < ?', ...conditions].join(' AND ')}
       ORDER BY ${column} DESC, o.no DESC LIMIT (SELECT ?::bigint)) o
     WHERE o.account_no = ? ORDER BY o.no DESC LIMIT (SELECT ?::bigint)`,
    state === undefined ? orderStates : [state],
    key,
    page.before ?? Number.MAX_SAFE_INTEGER,
    ...values,
    page.limit + 1,
    accountNo,
    page.limit + 1,
  );
}

/** What is asked for beside account, source and state. */
function orderConditions({ reference, flagged, overdue }: OrderFilter): {
  conditions: string[];
  values: (string | number)[];
} {
  const conditions: string[] = [];
  // Said in words of the statement: only then are the indexes of those that are so of use.
  if (flagged !== undefined) conditions.push(flagged ? 'o.flagged' : 'NOT o.flagged');
  if (overdue !== undefined) conditions.push(overdue ? 'o.overdue' : 'NOT o.overdue');
  if (reference !== undefined) conditions.push('o.reference = ?');
  return { conditions, values: reference === undefined ? [] : [reference] };
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
