import { DatabaseSync } from 'node:sqlite';

/** What lists are asked about; made by the API before, so that it is as it would be. */
export interface Shop {
  accountNo: number;
  endpointNos: number[];
  sourceId: string;
}

/** How long ago the first event came, in a past of any size. */
export const spanMs = 29 * 86_400_000;
const places = 65_536;
export const types = 20;
const insertsAtOnce = 50_000;

/** Types, references and words that lists are asked for. */
export const typeOf = (n: number): string => `${n % 2 === 0 ? 'order' : 'payment'}.kind${n % types}`;
export const referenceOf = (n: number): string => `ORD-${Math.floor(n / 3)}`;
/** In the payload of the oldest event alone. */
export const rareWord = 'needle-in-hay';
/** In every hundredth payload. */
export const commonWord = 'express';

/**
 * Writes a past of so many events with one delivery each into the file of a server that is stopped: most delivered, one in a
 * hundred each dead, cancelled and being retried, one in ten come through a source and about an order.
 */
export function writePast(file: string, events: number, shop: Shop): void {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -400000');
  const statements = statementsOn(db);
  const nowMs = Date.now();
  for (let from = 1; from <= events; from += insertsAtOnce) {
    db.exec('BEGIN');
    for (let n = from; n < from + insertsAtOnce && n <= events; n += 1)
      writeOne(statements, n, nowMs - Math.round(spanMs * (1 - n / events)), shop);
    db.exec('COMMIT');
  }
  // The newest are in no list yet, as in a server at work.
  const listed = Math.max(0, events - 200);
  db.exec(`
    INSERT INTO event_of_type SELECT account_no, type, seq FROM event WHERE seq < ${listed} ORDER BY 1, 2, 3;
    INSERT INTO delivery_arrived SELECT endpoint_no, key FROM delivery WHERE state = 1 AND key < ${listed * places} ORDER BY 1, 2;
    UPDATE node SET low_seq = ${events + 1}, listed_seq = ${listed};
    PRAGMA wal_checkpoint(TRUNCATE)`);
  db.close();
}

type Statements = ReturnType<typeof statementsOn>;

function statementsOn(db: DatabaseSync) {
  return {
    event: db.prepare(
      `INSERT INTO event (seq, account_no, id, type, timestamp, reference, source, origin, targets, created_at, data)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    delivery: db.prepare(
      `INSERT INTO delivery (key, endpoint_no, state, line, tries, attempts, due_at, started_at, last_at, last_status, last_error, ended_at)
       VALUES (?, ?, ?, ?, 1, 1, ?, ?, ?, ?, ?, ?)`,
    ),
    order: db.prepare(
      `INSERT INTO tracked_order (id, account_no, source_id, reference, state, registered, flagged, overdue, reached, poll_failures, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, 1, ?, ?, '[]', 0, ?, ?) ON CONFLICT DO NOTHING`,
    ),
  };
}

/** What payloads are filled up with. */
export const padding = 'a line of an order with nothing in it that anybody looks for; '.repeat(4);

function writeOne({ event, delivery, order }: Statements, n: number, atMs: number, shop: Shop): void {
  const { accountNo, endpointNos, sourceId } = shop;
  const at = new Date(atMs).toISOString();
  const isInbound = n % 10 === 0;
  const endpointNo = endpointNos[n % endpointNos.length]!;
  const word = n === 1 ? rareWord : n % 100 === 0 ? commonWord : 'standard';
  const data = `{"reference":"${referenceOf(n)}","total":${n % 997}.50,"shipping":"${word}","note":"${padding}"}`;
  const source = isInbound ? sourceId : null;
  const origin = isInbound ? 'webhook' : 'api';
  const id = `evt_${String(n).padStart(12, '0')}`;
  event.run(n, accountNo, id, typeOf(n), at, referenceOf(n), source, origin, `[${endpointNo}]`, atMs, data);
  const kind = n % 100;
  // 0 open, 1 delivered, 2 dead, 3 cancelled.
  const state = kind === 1 ? 2 : kind === 2 ? 0 : kind === 3 ? 3 : 1;
  const isWell = state === 1;
  delivery.run(
    n * places,
    endpointNo,
    state,
    state === 0 ? 1 : 0,
    // Not while this is measured.
    Date.now() + 86_400_000,
    atMs,
    atMs + 20,
    isWell ? 200 : 500,
    isWell ? null : 'http_status',
    state === 0 ? null : atMs + 20,
  );
  if (!isInbound) return;
  const state3 = n % 1000 === 0 ? 'stuck' : 'fulfilled';
  const isFlagged = n % 1000 === 500 ? 1 : 0;
  const isOverdue = n % 1000 === 0 ? 1 : 0;
  order.run(`ord_${n}`, accountNo, sourceId, referenceOf(n), state3, isFlagged, isOverdue, atMs, atMs);
}
