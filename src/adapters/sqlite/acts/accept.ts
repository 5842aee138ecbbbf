import { alertKindOfEvent, signalOfEvent } from '../../../core/alert.ts';
import * as limits from '../../../core/limits/store.ts';
import { places } from '../../../ports/rows/delivery.ts';
import type { AcceptItem, AcceptResult, DeliveryStore, EventSummary } from '../../../ports/store.ts';
import type { Database, Row } from '../database.ts';
import { insertOrdered } from './order.ts';
import { hearOf, writeChange } from './orders.ts';
import { pastAt, pastWithId } from './past.ts';
import { rememberKey, seenKey } from './received.ts';
import { raise } from './signals.ts';

type Input = Parameters<DeliveryStore['accept']>[0];

/** Each item stands for itself: what is stale, known or refused leaves the others alone. Refuses before its first write only. */
export function accept(db: Database, { epoch, items, nowMs }: Input): AcceptResult[] {
  db.requireEpoch(epoch);
  return items.map((item) => acceptOne(db, item, nowMs));
}

function acceptOne(db: Database, item: AcceptItem, nowMs: number): AcceptResult {
  const { event, idempotency } = item;
  if (idempotency !== null) {
    const known = knownRequest(db, event.accountNo, idempotency, nowMs);
    if (known !== null) return known;
  }
  if (item.inbound !== null) {
    const eventId = seenKey(db, item.inbound, nowMs);
    if (eventId !== null) return { kind: 'seen', eventId };
  }
  if (item.directoryVersion !== versionOf(db, event.accountNo)) return { kind: 'stale' };
  const past = pastWithId(db, item);
  if (past !== undefined) return duplicate(db, item, past, nowMs);
  const heard = item.order === undefined ? null : hearOf(db, item.order, item.event, nowMs);
  if (heard?.handOn === false) {
    writeChange(db, heard, nowMs);
    return { kind: 'order_known' };
  }
  const seq = insertEvent(db, item);
  if (seq === null) return duplicate(db, item, presentWithId(db, item), nowMs);
  insertWaiting(db, item, seq);
  if (item.inbound !== null) rememberKey(db, item.inbound, event.id, nowMs);
  if (heard !== null) writeChange(db, heard, nowMs);
  signal(db, item, nowMs);
  if (idempotency !== null) remember(db, item, { seq, status: 202, conflict: false }, nowMs);
  return { kind: 'stored', seq };
}

/** An event that people want to hear of. Of a followed order's failure its change has told already. */
function signal(db: Database, { event, order }: AcceptItem, nowMs: number): void {
  const kind = alertKindOfEvent(event.type);
  if (kind === null || (kind === 'order.failed' && order !== undefined)) return;
  raise(db, signalOfEvent(kind, event, nowMs));
}

function insertEvent(db: Database, { event, endpointNos }: AcceptItem): number | null {
  const seq = db.nextSeq;
  const inserted = db.run(
    `INSERT INTO event (seq, account_no, id, type, timestamp, reference, source, origin, trace_id, targets, created_at, data, received)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account_no, id) DO NOTHING`,
    seq,
    event.accountNo,
    event.id,
    event.type,
    event.timestamp,
    event.reference,
    event.source,
    event.origin,
    event.traceId,
    endpointNos.length === 1 ? `[${endpointNos[0]}]` : JSON.stringify(endpointNos),
    event.createdAtMs,
    event.data,
    event.received,
  );
  return inserted === 0 ? null : db.takeSeq();
}

/** Rows for what is not in its lane already. What is begun has none until it ends or takes long. */
function insertWaiting(db: Database, item: AcceptItem, seq: number): void {
  const { event, endpointNos, modes, dueAtMs } = item;
  for (let place = 0; place < endpointNos.length; place += 1) {
    const mode = modes[place];
    if (mode === 'begun') continue;
    const key = seq * places + place;
    const endpointNo = endpointNos[place]!;
    if (mode === 'ordered' && event.reference !== null) {
      insertOrdered(db, { key, endpointNo, reference: event.reference, dueAtMs });
    } else {
      db.run(
        `INSERT INTO delivery (key, endpoint_no, state, line, tries, attempts, due_at, started_at) VALUES (?, ?, 0, 0, 0, 0, ?, ?)`,
        key,
        endpointNo,
        dueAtMs,
        Math.max(dueAtMs, event.createdAtMs),
      );
    }
  }
}

function presentWithId(db: Database, { event }: AcceptItem): Row {
  return db.get(
    `${summarySql}, data = ? AND type = ? AS same FROM event WHERE account_no = ? AND id = ?`,
    event.data,
    event.type,
    event.accountNo,
    event.id,
  )!;
}

function duplicate(db: Database, item: AcceptItem, row: Row, nowMs: number): AcceptResult {
  const conflict = row.same !== 1;
  if (item.idempotency !== null) remember(db, item, { seq: row.seq as number, status: 200, conflict }, nowMs);
  return { kind: 'duplicate', event: summaryOf(row), conflict };
}

function knownRequest(
  db: Database,
  accountNo: number,
  asked: { key: string; requestHash: string },
  nowMs: number,
): AcceptResult | null {
  const known = db.get('SELECT * FROM idempotency WHERE account_no = ? AND key = ?', accountNo, asked.key);
  if (known === undefined || (known.created_at as number) <= nowMs - limits.idempotencyKeepMs) return null;
  const row =
    db.get(`${summarySql} FROM event WHERE seq = ?`, known.event_seq!) ??
    pastAt(db, known.event_seq as number);
  if (row === undefined) return null;
  if (known.request_hash !== asked.requestHash) return { kind: 'key_reused' };
  return {
    kind: 'replayed',
    event: summaryOf(row),
    status: known.status as number,
    conflict: known.conflict === 1,
  };
}

function remember(
  db: Database,
  item: AcceptItem,
  answer: { seq: number; status: number; conflict: boolean },
  nowMs: number,
): void {
  const { key, requestHash } = item.idempotency!;
  db.run(
    'INSERT OR REPLACE INTO idempotency (account_no, key, request_hash, event_seq, status, conflict, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    item.event.accountNo,
    key,
    requestHash,
    answer.seq,
    answer.status,
    answer.conflict ? 1 : 0,
    nowMs,
  );
}

function versionOf(db: Database, accountNo: number): number | null {
  let version = db.versions.get(accountNo);
  if (version === undefined) {
    version =
      (db.get('SELECT version FROM account WHERE no = ?', accountNo)?.version as number | undefined) ?? null;
    db.versions.set(accountNo, version);
  }
  return version;
}

const summarySql = 'SELECT seq, id, type, created_at, json_array_length(targets) AS deliveries';

function summaryOf(row: Row): EventSummary {
  return {
    id: row.id as string,
    type: row.type as string,
    createdAtMs: row.created_at as number,
    deliveries: row.deliveries as number,
  };
}
