import type { Attempt } from '../../../core/attempt.ts';
import { eventSeqOf } from '../../../core/delivery.ts';
import * as limits from '../../../core/limits/store.ts';
import { cancelled, dead, delivered, open } from '../../../ports/rows/delivery.ts';
import type {
  DeliveryStore,
  EndpointHealth,
  Settlement,
  SettleResult,
  Stopped,
} from '../../../ports/store.ts';
import type { Database } from '../database.ts';
import { listArrived } from './listing.ts';
import { freeNext } from './order.ts';
import { countReplayed } from './replay.ts';
import { attemptIds, headerLines } from './rows.ts';
import { tallyAttempt, tallyDead } from './tally.ts';

type Input = Parameters<DeliveryStore['settle']>[0];

/** A settlement whose lease is gone changes nothing and says so; it never throws for that. */
export function settle(db: Database, { epoch, settlements, nowMs }: Input): SettleResult[] {
  if (epoch !== db.epoch) return settlements.map(() => 'lost');
  return settlements.map((settlement) => settleOne(db, settlement, nowMs));
}

function settleOne(db: Database, settlement: Settlement, nowMs: number): SettleResult {
  const state = endOf(db, settlement);
  const written = settlement.fresh
    ? insertEnded(db, settlement, state, nowMs) || update(db, settlement, state, nowMs)
    : update(db, settlement, state, nowMs);
  const afterCancel = !written && updateCancelled(db, settlement);
  if (!written && !afterCancel) return isSettled(db, settlement, state) ? again(db, settlement) : 'lost';
  const isOver = afterCancel || state === cancelled;
  const { attempt } = settlement;
  insertAttempt(db, settlement.key, isOver ? { ...attempt, nextAttemptAtMs: null } : attempt);
  tallyAttempt(db, settlement.endpointNo, attempt);
  if (state === dead && !afterCancel) tallyDead(db, settlement.endpointNo, nowMs);
  const { health, endpointNo } = settlement;
  if (health === null) return 'settled';
  return writeHealth(db, endpointNo, health, nowMs) ? stopOf(db, endpointNo, health) : 'settled';
}

/** The answer that nobody was told. */
function again(db: Database, { endpointNo, health }: Settlement): SettleResult {
  return health === null || health.status === null ? 'settled' : stopOf(db, endpointNo, health);
}

function stopOf(db: Database, endpointNo: number, { status, reason }: EndpointHealth): Stopped | 'settled' {
  const row = db.get(
    `SELECT p.status_at, a.version FROM endpoint p JOIN account a ON a.no = p.account_no
     WHERE p.no = ? AND p.status = ? AND p.status_reason = ?`,
    endpointNo,
    status,
    reason,
  );
  return row === undefined
    ? 'settled'
    : { statusAtMs: row.status_at as number, version: row.version as number };
}

/** The same settlement took effect before, in a commit whose end its holder was not told. */
function isSettled(db: Database, { key, attempt }: Settlement, state: number): boolean {
  const sql = 'SELECT 1 FROM delivery WHERE key = ? AND attempts = ? AND last_at = ? AND state IN (?, 3)';
  return db.get(sql, key, attempt.n, attempt.atMs, state) !== undefined;
}

/** What is still owed to an endpoint that was deleted meanwhile is cancelled. */
function endOf(db: Database, { next, endpointNo }: Settlement): number {
  if (next.state === 'delivered') return delivered;
  if (next.state === 'dead') return dead;
  const kept = db.get('SELECT 1 FROM endpoint WHERE no = ? AND deleted_at IS NULL', endpointNo) !== undefined;
  return kept ? open : cancelled;
}

/** The first row of a delivery that was attempted straight from its accept; false when it has a row, or its event is gone. */
function insertEnded(db: Database, settlement: Settlement, state: number, nowMs: number): boolean {
  const { key, attempt, next } = settlement;
  const inserted = db.run(
    `INSERT INTO delivery (key, endpoint_no, state, line, tries, attempts, due_at, started_at, last_at, last_status, last_error, ended_at)
     SELECT ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM event WHERE seq = ?) ON CONFLICT (key) DO NOTHING`,
    key,
    settlement.endpointNo,
    state,
    settlement.tries,
    attempt.n,
    next.state === 'open' ? next.dueAtMs : nowMs,
    settlement.startedAtMs,
    attempt.atMs,
    attempt.httpStatus,
    attempt.error,
    state === open ? null : nowMs,
    eventSeqOf(key),
  );
  if (inserted === 1 && state === delivered) listArrived(db, settlement.endpointNo, key);
  return inserted === 1;
}

function update(db: Database, settlement: Settlement, state: number, nowMs: number): boolean {
  const { key, attempt, next } = settlement;
  const row = db.get(
    `UPDATE delivery SET state = ?, line = CASE WHEN replay_no IS NULL THEN 1 ELSE 2 END, tries = ?, attempts = ?, due_at = ?,
       lease = NULL, last_at = ?, last_status = ?, last_error = ?, ended_at = ?
     WHERE key = ? AND state = 0 AND lease = ? AND attempts = ? RETURNING endpoint_no, order_ref, replay_no`,
    state,
    settlement.tries,
    attempt.n,
    next.state === 'open' ? next.dueAtMs : nowMs,
    attempt.atMs,
    attempt.httpStatus,
    attempt.error,
    state === open ? null : nowMs,
    key,
    db.epoch,
    attempt.n - 1,
  );
  if (row === undefined) return false;
  if (state !== open) {
    if (row.order_ref !== null) freeNext(db, row.endpoint_no as number, row.order_ref as string, nowMs);
    if (row.replay_no !== null) countReplayed(db, row.replay_no as number, state, nowMs);
  }
  return true;
}

/** What was under way when it was cancelled: the attempt is recorded, and the delivery stays as it ended. */
function updateCancelled(db: Database, { key, attempt }: Settlement): boolean {
  const updated = db.run(
    `UPDATE delivery SET lease = NULL, attempts = ?, last_at = ?, last_status = ?, last_error = ?
     WHERE key = ? AND state = 3 AND lease = ? AND attempts = ?`,
    attempt.n,
    attempt.atMs,
    attempt.httpStatus,
    attempt.error,
    key,
    db.epoch,
    attempt.n - 1,
  );
  return updated === 1;
}

/** Made once: a text that is put together anew at each call is also looked up anew, character by character. */
const attemptSql = `INSERT INTO attempt (id, at, duration, http_status, error, detail, url, request_headers, body_head, body_with_data, body_tail,
   response_headers, response_body, response_truncated, next_at, timings)
   VALUES (CAST(? AS INTEGER) * ${attemptIds} + CAST(? AS INTEGER), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export function insertAttempt(db: Database, key: number, attempt: Attempt): void {
  if (attempt.n > limits.attemptsKept) return;
  db.run(
    attemptSql,
    key,
    attempt.n,
    attempt.atMs,
    Math.round(attempt.durationMs),
    attempt.httpStatus,
    attempt.error,
    attempt.detail,
    attempt.url,
    headerLines(attempt.requestHeaders),
    attempt.bodyHead,
    attempt.bodyWithData ? 1 : 0,
    attempt.bodyTail,
    headerLines(attempt.responseHeaders),
    attempt.responseBody,
    attempt.responseTruncated ? 1 : 0,
    attempt.nextAttemptAtMs,
    attempt.timings,
  );
}

/** True when it stopped the endpoint. What was decided under another status is out of date: the change cleared the record. */
function writeHealth(db: Database, endpointNo: number, health: EndpointHealth, nowMs: number): boolean {
  const { failingSinceMs, failures, status, reason, statusAtMs } = health;
  const written = db.run(
    'UPDATE endpoint SET failing_since = ?, failures = ? WHERE no = ? AND status_at = ?',
    failingSinceMs,
    failures,
    endpointNo,
    statusAtMs,
  );
  if (written === 0 || status === null || failingSinceMs === null) return false;
  const stopped = db.run(
    "UPDATE endpoint SET status = ?, status_reason = ?, status_at = ? WHERE no = ? AND status = 'active'",
    status,
    reason,
    nowMs,
    endpointNo,
  );
  return stopped > 0;
}
