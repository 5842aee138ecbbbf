import * as limits from '../../../core/limits/orders.ts';
import { retryAfterMaxMs } from '../../../core/limits/sending.ts';
import { type Order, pass, polled } from '../../../core/order.ts';
import { type DuePolls, momentsFrom, type PollAsk } from '../../../core/polling.ts';
import type { OrderStore } from '../../../ports/order-store.ts';
import { orderOf } from '../../../ports/rows/order.ts';
import type { Database } from '../database.ts';
import { orderByNo } from './order-rows.ts';
import { writeChange } from './orders.ts';
import { raise } from './signals.ts';

type Input<Name extends keyof OrderStore> = Parameters<OrderStore[Name]>[0];
type Output<Name extends keyof OrderStore> = Awaited<ReturnType<OrderStore[Name]>>;

export function passOrders(db: Database, { nowMs, limit }: Input<'passOrders'>): Output<'passOrders'> {
  const rows = db.all('SELECT * FROM tracked_order WHERE due_at <= ? ORDER BY due_at LIMIT ?', nowMs, limit);
  const changed = rows.map((row) => writeChange(db, pass(orderOf(row), nowMs), nowMs));
  const next = db.get('SELECT min(due_at) AS at FROM tracked_order WHERE due_at IS NOT NULL');
  return { changed, nextAtMs: (next?.at ?? null) as number | null };
}

/** Goes from one source to the next in the index, so that the cost follows these and not their orders. */
export function duePolls(db: Database): DuePolls[] {
  const rows = db.all(
    `WITH RECURSIVE due AS (
       SELECT (SELECT min(source_id) FROM tracked_order WHERE next_poll_at IS NOT NULL) AS source_id
       UNION ALL
       SELECT (SELECT min(o.source_id) FROM tracked_order o WHERE o.next_poll_at IS NOT NULL AND o.source_id > due.source_id)
       FROM due WHERE due.source_id IS NOT NULL)
     SELECT due.source_id, coalesce(s.free_at, 0) AS free_at,
       (SELECT min(next_poll_at) FROM tracked_order o WHERE o.source_id = due.source_id AND o.next_poll_at IS NOT NULL) AS due_at
     FROM due LEFT JOIN poll_slot s ON s.source_id = due.source_id WHERE due.source_id IS NOT NULL`,
  );
  return rows.map((row) => ({
    sourceId: row.source_id as string,
    dueAtMs: row.due_at as number,
    freeAtMs: row.free_at as number,
  }));
}

export function claimPolls(db: Database, { nowMs, asks }: Input<'claimPolls'>): Output<'claimPolls'> {
  return asks.flatMap((ask) => claimOf(db, ask, nowMs));
}

function claimOf(db: Database, ask: PollAsk, nowMs: number): Output<'claimPolls'> {
  const { sourceId } = ask;
  const slot = db.get('SELECT free_at FROM poll_slot WHERE source_id = ?', sourceId);
  const moments = momentsFrom(Number(slot?.free_at ?? 0), ask, nowMs);
  const rows = db.all(
    'SELECT * FROM tracked_order WHERE source_id = ? AND next_poll_at <= ? ORDER BY next_poll_at LIMIT ?',
    sourceId,
    nowMs,
    moments.atMs.length,
  );
  const taken = rows.map((row, i) => {
    const order = orderOf(row);
    const atMs = moments.atMs[i]!;
    const nextPollAtMs = atMs + order.everyMs!;
    db.run('UPDATE tracked_order SET next_poll_at = ? WHERE no = ?', nextPollAtMs, order.no);
    return { order: { ...order, nextPollAtMs }, atMs };
  });
  if (taken.length > 0) freeFrom(db, sourceId, moments.freeAtMs(taken.length));
  return taken;
}

/** No order of the source is asked about before. */
function freeFrom(db: Database, sourceId: string, atMs: number): void {
  db.run(
    `INSERT INTO poll_slot (source_id, free_at) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET free_at = max(free_at, excluded.free_at)`,
    sourceId,
    atMs,
  );
}

export function notePoll(db: Database, { no, answer, policy, nowMs }: Input<'notePoll'>): Output<'notePoll'> {
  const order = orderByNo(db, no);
  if (order === null) return null;
  const change = polled(order, answer, policy, nowMs);
  writeChange(db, change, nowMs);
  if (answer.kind !== 'failure') return change.order;
  if (answer.retryAfterMs !== null)
    freeFrom(db, order.sourceId, nowMs + Math.min(answer.retryAfterMs, retryAfterMaxMs));
  if (change.order.pollFailures === limits.pollFailuresTold)
    raiseUnreachable(db, order, { reason: answer.reason, order: order.id }, nowMs);
  return change.order;
}

export function claimList(
  db: Database,
  { sourceId, everyMs, nowMs }: Input<'claimList'>,
): Output<'claimList'> {
  const row = db.get('SELECT since, next_at FROM list_poll WHERE source_id = ?', sourceId);
  if (row !== undefined && Number(row.next_at) > nowMs) return { due: false, nextAtMs: Number(row.next_at) };
  // The first list begins where following began.
  const sinceMs = row === undefined ? nowMs : Number(row.since);
  db.run(
    `INSERT INTO list_poll (source_id, since, next_at, failures) VALUES (?, ?, ?, 0)
     ON CONFLICT DO UPDATE SET next_at = excluded.next_at`,
    sourceId,
    sinceMs,
    nowMs + everyMs,
  );
  return { due: true, sinceMs };
}

export function noteList(db: Database, { sourceId, accountNo, answer, nowMs }: Input<'noteList'>): void {
  if (answer.kind === 'all') {
    db.run('UPDATE list_poll SET since = ?, failures = 0 WHERE source_id = ?', answer.sinceMs, sourceId);
    return;
  }
  db.run('UPDATE list_poll SET failures = failures + 1 WHERE source_id = ?', sourceId);
  const failures = db.get('SELECT failures FROM list_poll WHERE source_id = ?', sourceId)?.failures;
  if (Number(failures) === limits.pollFailuresTold)
    raiseUnreachable(db, { accountNo, sourceId }, { reason: answer.reason }, nowMs);
}

function raiseUnreachable(
  db: Database,
  { accountNo, sourceId }: Pick<Order, 'accountNo' | 'sourceId'>,
  detail: Record<string, unknown>,
  nowMs: number,
): void {
  const kind = 'source.unreachable';
  raise(db, { accountNo, kind, subject: sourceId, detail: { sourceId, ...detail }, count: 1, atMs: nowMs });
}
