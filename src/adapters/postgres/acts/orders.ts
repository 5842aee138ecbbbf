import { signalOfOrder } from '../../../core/alert.ts';
import type { NewEvent } from '../../../core/event.ts';
import * as limits from '../../../core/limits.ts';
import {
  hear,
  type NewOrder,
  type Order,
  type OrderChange,
  type OrderNews,
  orderStates,
  pass,
  polled,
  register,
  rewatch,
} from '../../../core/order.ts';
import type { OrderCounts, OrderFilter, OrderHistory, OrderStore } from '../../../ports/order-store.ts';
import type { Found, Page } from '../../../ports/store.ts';
import type { Session } from '../session.ts';
import { entriesOf, orderByName, orderByNo, orderOf, writeEntries, writeOrder } from './order-rows.ts';
import { raise } from './signals.ts';

type Input<Name extends keyof OrderStore> = Parameters<OrderStore[Name]>[0];
type Output<Name extends keyof OrderStore> = ReturnType<OrderStore[Name]>;

/** What an event makes of its order; nothing is written. */
export async function hearOf(
  session: Session,
  news: OrderNews,
  event: NewEvent,
  nowMs: number,
): Promise<ReturnType<typeof hear>> {
  await lockName(session, news);
  return hear(await orderByName(session, news.sourceId, news.reference), news, event, nowMs);
}

/** Writes a change of an order with its history, and what people are told of it. */
export async function writeChange(
  session: Session,
  change: OrderChange<NewOrder>,
  nowMs: number,
): Promise<Order> {
  const order = await writeOrder(session, change.order);
  await writeEntries(session, order.no, change.entries);
  for (const kind of change.signals) await raise(session, signalOfOrder(kind, order, nowMs));
  return order;
}

export async function registerOrder(
  session: Session,
  { order, policy, nowMs }: Input<'registerOrder'>,
): Output<'registerOrder'> {
  await lockName(session, order);
  const known = await orderByName(session, order.sourceId, order.reference);
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

export async function claimDueOrders(
  session: Session,
  { nowMs, limit }: Input<'claimDueOrders'>,
): Output<'claimDueOrders'> {
  const rows = await session.all(
    'SELECT * FROM tracked_order WHERE due_at <= ? ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED',
    nowMs,
    limit,
  );
  const due: Awaited<Output<'claimDueOrders'>>['due'] = [];
  for (const row of rows) {
    const change = pass(orderOf(row), nowMs);
    const { order } = change;
    const ask = order.nextPollAtMs !== null && order.nextPollAtMs <= nowMs;
    const asked = ask ? { ...order, nextPollAtMs: nowMs + order.everyMs! } : order;
    due.push({ order: await writeChange(session, { ...change, order: asked }, nowMs), ask });
  }
  const next = await session.get('SELECT min(due_at) AS at FROM tracked_order WHERE due_at IS NOT NULL');
  return { due, nextAtMs: (next?.at ?? null) as number | null };
}

export async function notePoll(
  session: Session,
  { no, answer, policy, nowMs }: Input<'notePoll'>,
): Promise<void> {
  const order = await orderByNo(session, no);
  if (order === null) return;
  const change = polled(order, answer, policy, nowMs);
  await writeChange(session, change, nowMs);
  if (answer.kind === 'failure' && change.order.pollFailures === limits.pollFailuresTold)
    await raiseUnreachable(session, order, { reason: answer.reason, order: order.id }, nowMs);
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
  ask('overdue = ?', filter.overdue);
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
    `SELECT state, count(*) AS n, count(*) FILTER (WHERE overdue) AS overdue, count(*) FILTER (WHERE found_by = 'poll') AS polled FROM tracked_order ${where} GROUP BY state`,
    ...values,
  );
  const byState = new Map(rows.map((row) => [row.state as string, row]));
  const sum = (name: 'overdue' | 'polled'): number =>
    rows.reduce((total, row) => total + Number(row[name]), 0);
  const states = Object.fromEntries(orderStates.map((state) => [state, Number(byState.get(state)?.n ?? 0)]));
  return { states: states as OrderCounts['states'], overdue: sum('overdue'), foundByPoll: sum('polled') };
}

export async function claimList(
  session: Session,
  { sourceId, everyMs, nowMs }: Input<'claimList'>,
): Output<'claimList'> {
  await lockName(session, { sourceId, reference: '' });
  const row = await session.get('SELECT since, next_at FROM list_poll WHERE source_id = ?', sourceId);
  if (row !== undefined && Number(row.next_at) > nowMs) return { due: false, nextAtMs: Number(row.next_at) };
  // The first list begins where following began.
  const sinceMs = row === undefined ? nowMs : Number(row.since);
  await session.run(
    `INSERT INTO list_poll (source_id, since, next_at, failures) VALUES (?, ?, ?, 0)
     ON CONFLICT (source_id) DO UPDATE SET next_at = excluded.next_at`,
    sourceId,
    sinceMs,
    nowMs + everyMs,
  );
  return { due: true, sinceMs };
}

export async function noteList(
  session: Session,
  { sourceId, accountNo, answer, nowMs }: Input<'noteList'>,
): Promise<void> {
  if (answer.kind === 'all') {
    await session.run(
      'UPDATE list_poll SET since = ?, failures = 0 WHERE source_id = ?',
      answer.sinceMs,
      sourceId,
    );
    return;
  }
  const row = await session.get(
    'UPDATE list_poll SET failures = failures + 1 WHERE source_id = ? RETURNING failures',
    sourceId,
  );
  if (row?.failures === limits.pollFailuresTold)
    await raiseUnreachable(session, { accountNo, sourceId }, { reason: answer.reason }, nowMs);
}

async function raiseUnreachable(
  session: Session,
  { accountNo, sourceId }: Pick<Order, 'accountNo' | 'sourceId'>,
  detail: Record<string, unknown>,
  nowMs: number,
): Promise<void> {
  const kind = 'source.unreachable';
  await raise(session, {
    accountNo,
    kind,
    subject: sourceId,
    detail: { sourceId, ...detail },
    count: 1,
    atMs: nowMs,
  });
}

/** Held to the end of the transaction: also an order that is not there yet is decided about by one at a time. */
async function lockName(
  session: Session,
  { sourceId, reference }: Pick<Order, 'sourceId' | 'reference'>,
): Promise<void> {
  await session.get('SELECT pg_advisory_xact_lock(hashtextextended(?, 7413))', `${sourceId} ${reference}`);
}
