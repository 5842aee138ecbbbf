import { hash } from 'node:crypto';
import { alertKindOfEvent, signalOfEvent } from '../../../core/alert.ts';
import * as limits from '../../../core/limits/store.ts';
import { hear, type OrderNews } from '../../../core/order.ts';
import { isKeyed } from '../../../ports/accept-item.ts';
import type { AcceptItem, AcceptResult } from '../../../ports/store.ts';
import type { Row, Session, Value } from '../session.ts';
import { holdOrder } from './order-rows.ts';
import { writeChange } from './orders.ts';
import { storable } from './rows.ts';
import { raise } from './signals.ts';

/** Which node asks, and how often it has asked for what nobody holds: acts from before that change nothing. */
export interface Holder {
  epoch: number;
  generation: number;
}

/** One event that changes more than itself, in the transaction of the session. */
export async function acceptWatched(
  session: Session,
  holder: Holder,
  item: AcceptItem,
  nowMs: number,
): Promise<AcceptResult> {
  const { order, event } = item;
  const heard = order === undefined ? null : await hearOf(session, order, item, nowMs);
  if (heard?.handOn === false) {
    await writeChange(session, heard, nowMs);
    return { kind: 'order_known' };
  }
  const result = isKeyed(item)
    ? await acceptKeyed(session, holder, item, nowMs)
    : (await acceptEvents(session, holder, [item]))[0]!;
  if (result.kind !== 'stored') return result;
  const kind = alertKindOfEvent(event.type);
  // Of a followed order's failure its change has told already.
  const isTold = kind === null || (kind === 'order.failed' && order !== undefined);
  const facts = isTold ? [] : [signalOfEvent(kind, event, nowMs)];
  if (heard !== null) await writeChange(session, heard, nowMs, facts);
  else for (const fact of facts) await raise(session, fact);
  return result;
}

/** What an event makes of its order; nothing is written. Null: nothing, or the event came before. */
async function hearOf(
  session: Session,
  news: OrderNews,
  { event, inbound }: AcceptItem,
  nowMs: number,
): Promise<ReturnType<typeof hear>> {
  const held = await holdOrder(session, news, inbound, nowMs - limits.dedupeKeepMs);
  return held.seen ? null : hear(held.order, news, event, nowMs);
}

/** Events without keys, in one statement. */
export async function acceptEvents(
  session: Session,
  holder: Holder,
  items: AcceptItem[],
): Promise<AcceptResult[]> {
  const { epoch, generation } = holder;
  const { seqs, others } = (await session.get(acceptSql, epoch, generation, ...columnsOf(items)))!;
  const rows = new Map(((others ?? []) as Row[]).map((row) => [row.ord, row]));
  const stored = (seqs as string | null)?.split(',') ?? [];
  return stored.map((seq, i) =>
    seq === '' ? resultOf(rows.get(i + 1)!, items[i]!.event.id) : { kind: 'stored', seq: Number(seq) },
  );
}

/** One event with an idempotency key or a key of its source, in one statement. */
export async function acceptKeyed(
  session: Session,
  holder: Holder,
  item: AcceptItem,
  nowMs: number,
): Promise<AcceptResult> {
  const { idempotency, inbound } = item;
  const row = (await session.get(
    keyedSql,
    holder.epoch,
    holder.generation,
    ...columnsOf([item]),
    idempotency?.key ?? null,
    idempotency?.requestHash ?? null,
    nowMs - limits.idempotencyKeepMs,
    inbound?.sourceNo ?? null,
    inbound?.key ?? null,
    nowMs - limits.dedupeKeepMs,
    nowMs,
  ))!;
  if (row.seen !== null) return { kind: 'seen', eventId: row.seen as string };
  if (row.status === null) return resultOf(row, item.event.id);
  if (row.reused === true) return { kind: 'key_reused' };
  return {
    kind: 'replayed',
    event: summaryOf(row, row.id as string),
    status: row.status as number,
    conflict: row.conflict as boolean,
  };
}

function resultOf(row: Row, id: string): AcceptResult {
  if (row.seq !== null) return { kind: 'stored', seq: row.seq as number };
  if (row.stale === true) return { kind: 'stale' };
  return { kind: 'duplicate', event: summaryOf(row, id), conflict: row.conflict as boolean };
}

function summaryOf(row: Row, id: string) {
  return {
    id,
    type: row.type as string,
    createdAtMs: row.created_at as number,
    deliveries: row.deliveries as number,
  };
}

const casts = [
  'bigint[]',
  'bigint[]',
  ...Array(8).fill('text[]'),
  'bigint[]',
  'uuid[]',
  'text[]',
  'text[]',
  'int[]',
  'int[]',
  'bigint[]',
  'bigint[]',
  'text[]',
];
const columns = casts.map((type) => `?::${type}`).join(', ');
/** One row for all of them: a row for each took as long to read as the events to write. Only of what was not stored more is told. */
const acceptSql = `SELECT string_agg(coalesce(r.seq::text, ''), ',' ORDER BY r.ord) AS seqs, json_agg(r) FILTER (WHERE r.seq IS NULL) AS others
  FROM accept_events(?, ?, ${columns}) r`;
const keyedSql = `SELECT * FROM accept_keyed(?, ?, ${columns}, ?, ?, ?, ?, ?, ?, ?)`;

/** The parameters of `accept_events`: a column a field, then one a field of what waits in the store. */
function columnsOf(items: AcceptItem[]): Value[] {
  const events = items.map(({ event }) => event);
  const waiting: { item: number; place: number; endpointNo: number; dueAtMs: number; ref: string | null }[] =
    [];
  for (const [i, { event, endpointNos, modes, dueAtMs }] of items.entries()) {
    for (let place = 0; place < endpointNos.length; place += 1) {
      const mode = modes[place];
      if (mode === 'begun') continue;
      const ref = mode === 'ordered' ? event.reference : null;
      waiting.push({ item: i + 1, place, endpointNo: endpointNos[place]!, dueAtMs, ref });
    }
  }
  return [
    events.map(({ accountNo }) => accountNo),
    items.map(({ directoryVersion }) => directoryVersion),
    events.map(({ id }) => id),
    events.map(({ type }) => type),
    events.map(({ timestamp }) => timestamp),
    events.map(({ data }) => data),
    events.map(({ reference }) => reference),
    events.map(({ source }) => source),
    events.map(({ origin }) => origin),
    events.map(({ traceId }) => traceId),
    events.map(({ createdAtMs }) => createdAtMs),
    events.map(({ type, data }) => hash('sha256', `${type}\n${data}`, 'hex').slice(0, 32)),
    items.map(({ endpointNos }) => `{${endpointNos.join(',')}}`),
    events.map(({ received }) => (received === null ? null : storable(received))),
    waiting.map(({ item }) => item),
    waiting.map(({ place }) => place),
    waiting.map(({ endpointNo }) => endpointNo),
    waiting.map(({ dueAtMs }) => dueAtMs),
    waiting.map(({ ref }) => ref),
  ];
}
