import * as limits from '../../../core/limits/orders.ts';
import { retryAfterMaxMs } from '../../../core/limits/sending.ts';
import { type Order, pass, polled } from '../../../core/order.ts';
import { type DuePolls, momentsFrom } from '../../../core/polling.ts';
import type { OrderStore } from '../../../ports/order-store.ts';
import { orderOf } from '../../../ports/rows/order.ts';
import type { Session } from '../session.ts';
import { orderByNo } from './order-rows.ts';
import { writeChange } from './orders.ts';
import { raise } from './signals.ts';

type Input<Name extends keyof OrderStore> = Parameters<OrderStore[Name]>[0];
type Output<Name extends keyof OrderStore> = ReturnType<OrderStore[Name]>;

export async function passOrders(
  session: Session,
  { nowMs, limit }: Input<'passOrders'>,
): Output<'passOrders'> {
  const rows = await session.all(
    'SELECT * FROM tracked_order WHERE due_at <= ? ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED',
    nowMs,
    limit,
  );
  const changed: Order[] = [];
  for (const row of rows) changed.push(await writeChange(session, pass(orderOf(row), nowMs), nowMs));
  const next = await session.get('SELECT min(due_at) AS at FROM tracked_order WHERE due_at IS NOT NULL');
  return { changed, nextAtMs: (next?.at ?? null) as number | null };
}

/** Goes from one source to the next in the index, so that the cost follows these and not their orders. */
export async function duePolls(session: Session): Promise<DuePolls[]> {
  const rows = await session.all(
    `WITH RECURSIVE due AS (
       (SELECT source_id FROM tracked_order WHERE next_poll_at IS NOT NULL ORDER BY source_id LIMIT 1)
       UNION ALL
       SELECT (SELECT o.source_id FROM tracked_order o WHERE o.next_poll_at IS NOT NULL AND o.source_id > due.source_id
         ORDER BY o.source_id LIMIT 1) FROM due WHERE due.source_id IS NOT NULL)
     SELECT due.source_id, coalesce(s.free_at, 0) AS free_at,
       (SELECT o.next_poll_at FROM tracked_order o WHERE o.source_id = due.source_id AND o.next_poll_at IS NOT NULL
         ORDER BY o.next_poll_at LIMIT 1) AS due_at
     FROM due LEFT JOIN poll_slot s ON s.source_id = due.source_id WHERE due.source_id IS NOT NULL`,
  );
  return rows
    .filter((row) => row.due_at !== null)
    .map((row) => ({
      sourceId: row.source_id as string,
      dueAtMs: row.due_at as number,
      freeAtMs: row.free_at as number,
    }));
}

/** The row of a source's moments is held to the end, so that all nodes count together. */
export async function claimPolls(
  session: Session,
  { nowMs, asks }: Input<'claimPolls'>,
): Output<'claimPolls'> {
  const ids = asks.map(({ sourceId }) => sourceId);
  await session.run(
    'INSERT INTO poll_slot (source_id, free_at) SELECT id, 0 FROM unnest(?::text[]) AS a (id) ORDER BY id ON CONFLICT DO NOTHING',
    ids,
  );
  const slots = await session.all(
    'SELECT source_id, free_at FROM poll_slot WHERE source_id = ANY (?::text[]) ORDER BY source_id FOR UPDATE',
    ids,
  );
  const freeAt = new Map(slots.map((row) => [row.source_id as string, row.free_at as number]));
  const moments = new Map(
    asks.map((ask) => [ask.sourceId, momentsFrom(freeAt.get(ask.sourceId) ?? 0, ask, nowMs)]),
  );
  const rows = await session.all(
    `SELECT o.* FROM unnest(?::text[], ?::int[]) AS a (id, count), LATERAL (
       SELECT * FROM tracked_order WHERE source_id = a.id AND next_poll_at <= ? ORDER BY next_poll_at LIMIT a.count FOR UPDATE SKIP LOCKED) o`,
    ids,
    ids.map((id) => moments.get(id)!.atMs.length),
    nowMs,
  );
  const taken = new Map<string, number>();
  const claimed = rows.map((row) => {
    const order = orderOf(row);
    const nth = taken.get(order.sourceId) ?? 0;
    taken.set(order.sourceId, nth + 1);
    const atMs = moments.get(order.sourceId)!.atMs[nth]!;
    return { order: { ...order, nextPollAtMs: atMs + order.everyMs! }, atMs };
  });
  if (claimed.length === 0) return [];
  await session.run(
    `UPDATE tracked_order o SET next_poll_at = c.at FROM unnest(?::bigint[], ?::bigint[]) AS c (no, at) WHERE o.no = c.no`,
    claimed.map(({ order }) => order.no),
    claimed.map(({ order }) => order.nextPollAtMs),
  );
  const used = [...taken];
  await session.run(
    'UPDATE poll_slot s SET free_at = u.at FROM unnest(?::text[], ?::bigint[]) AS u (id, at) WHERE s.source_id = u.id',
    used.map(([id]) => id),
    used.map(([id, count]) => moments.get(id)!.freeAtMs(count)),
  );
  return claimed;
}

export async function notePoll(
  session: Session,
  { no, answer, policy, nowMs }: Input<'notePoll'>,
): Output<'notePoll'> {
  const order = await orderByNo(session, no);
  if (order === null) return null;
  const change = polled(order, answer, policy, nowMs);
  await writeChange(session, change, nowMs);
  if (answer.kind !== 'failure') return change.order;
  if (answer.retryAfterMs !== null)
    // Whoever holds this row waits for no order.
    await session.run(
      `INSERT INTO poll_slot (source_id, free_at) VALUES (?, ?)
       ON CONFLICT (source_id) DO UPDATE SET free_at = greatest(poll_slot.free_at, excluded.free_at)`,
      order.sourceId,
      nowMs + Math.min(answer.retryAfterMs, retryAfterMaxMs),
    );
  if (change.order.pollFailures === limits.pollFailuresTold)
    await raiseUnreachable(session, order, { reason: answer.reason, order: order.id }, nowMs);
  return change.order;
}

export async function claimList(
  session: Session,
  { sourceId, everyMs, nowMs }: Input<'claimList'>,
): Output<'claimList'> {
  await session.get('SELECT pg_advisory_xact_lock(hashtextextended(?, 7413))', `${sourceId} `);
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
