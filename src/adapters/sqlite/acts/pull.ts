import type { Attempt, AttemptError } from '../../../core/attempt.ts';
import * as limits from '../../../core/limits/store.ts';
import { pullUrl } from '../../../core/pull.ts';
import type { Pulled, PullResult, PullStore, PullVerdict } from '../../../ports/pull-store.ts';
import { blocked, dead, delivered, open, owedOf } from '../../../ports/rows/delivery.ts';
import type { Database, Row } from '../database.ts';
import { owedSql } from './lease.ts';
import { freeNext } from './order.ts';
import { countReplayed } from './replay.ts';
import { insertAttempt } from './settle.ts';
import { tallyAttempt, tallyDead } from './tally.ts';

type Input<K extends keyof PullStore> = Parameters<PullStore[K]>[0];

/** A row that is leased to a consumer has `pulled_at`, and its lease ends at `due_at`: so a claim finds what is over like any other work. */
export function pull(db: Database, input: Input<'pull'>): Awaited<ReturnType<PullStore['pull']>> {
  const { endpointNo, maxTries, nowMs } = input;
  endLeases(db, endpointNo, maxTries, nowMs);
  const active =
    db.get("SELECT 1 FROM endpoint WHERE no = ? AND status = 'active' AND deleted_at IS NULL", endpointNo) !==
    undefined;
  const pulled = active && input.max > 0 ? handOut(db, input) : [];
  const leases = db.get(
    'SELECT min(due_at) AS at FROM delivery WHERE endpoint_no = ? AND pulled_at IS NOT NULL AND state = 0',
    endpointNo,
  )!;
  return {
    pulled,
    dueAtMs: active ? nextDue(db, endpointNo) : null,
    leaseEndsAtMs: leases.at as number | null,
  };
}

/** One index entry a line, and those that are leased meanwhile. */
function nextDue(db: Database, endpointNo: number): number | null {
  const times = [0, 1, 2].map((line) =>
    db.get(
      `SELECT due_at FROM delivery WHERE endpoint_no = ? AND line = ? AND state = 0 AND lease IS NULL AND due_at < ${blocked}
       AND pulled_at IS NULL ORDER BY due_at LIMIT 1`,
      endpointNo,
      line,
    ),
  );
  const found = times.flatMap((row) => (row === undefined ? [] : [row.due_at as number]));
  return found.length === 0 ? null : Math.min(...found);
}

/** What a consumer neither acknowledged nor gave back in time: that was an attempt. */
function endLeases(db: Database, endpointNo: number, maxTries: number, nowMs: number): void {
  const rows = db.all(
    'SELECT * FROM delivery WHERE endpoint_no = ? AND pulled_at IS NOT NULL AND state = 0 AND due_at <= ? ORDER BY due_at LIMIT ?',
    endpointNo,
    nowMs,
    limits.sweepRows,
  );
  for (const row of rows)
    endTry(db, row, {
      error: 'timeout',
      detail: 'the lease ran out before it was acknowledged',
      endedAtMs: row.due_at as number,
      dueAtMs: row.due_at as number,
      maxTries,
      nowMs,
    });
}

function handOut(db: Database, input: Input<'pull'>): Pulled[] {
  const { endpointNo, max, maxBytes, leaseUntilMs, nowMs } = input;
  const keys = [0, 1, 2].flatMap((line) =>
    db.all(
      `SELECT key, due_at FROM delivery WHERE endpoint_no = ? AND line = ? AND state = 0 AND lease IS NULL AND due_at <= ?
       AND pulled_at IS NULL ORDER BY due_at, key LIMIT ?`,
      endpointNo,
      line,
      nowMs,
      max,
    ),
  );
  keys.sort((a, b) => (a.due_at as number) - (b.due_at as number) || (a.key as number) - (b.key as number));
  const pulled: Pulled[] = [];
  let bytes = 0;
  for (const { key } of keys.slice(0, max)) {
    const owed = owedOf(db.get(`${owedSql} WHERE d.key = ?`, key!)!);
    bytes += owed.event.data.length;
    if (pulled.length > 0 && bytes > maxBytes) break;
    db.run(
      `UPDATE delivery SET line = CASE WHEN replay_no IS NULL THEN 1 ELSE 2 END, tries = tries + 1, attempts = attempts + 1,
         due_at = ?, pulled_at = ?, last_at = ?, last_status = NULL, last_error = NULL WHERE key = ?`,
      leaseUntilMs,
      nowMs,
      nowMs,
      key!,
    );
    pulled.push({ ...owed, tries: owed.tries + 1, attempts: owed.attempts + 1, leaseUntilMs });
  }
  return pulled;
}

export function settlePulled(
  db: Database,
  { endpointNo, keys, verdict, maxTries, nowMs }: Input<'settlePulled'>,
): PullResult[] {
  return keys.map((key) => {
    const row = db.get('SELECT * FROM delivery WHERE key = ? AND endpoint_no = ?', key, endpointNo);
    if (row === undefined || row.state !== open || row.lease !== null || row.tries === 0) return 'lost';
    return verdict.kind === 'ack'
      ? acknowledge(db, row, nowMs)
      : giveBack(db, row, { verdict, maxTries, nowMs });
  });
}

/** The lease may be over: done is done, and handing it out once more would help nobody. */
function acknowledge(db: Database, row: Row, nowMs: number): PullResult {
  const late = row.pulled_at === null;
  const n = (row.attempts as number) + (late ? 1 : 0);
  const atMs = (late ? nowMs : row.pulled_at) as number;
  record(db, row, { n, atMs, durationMs: nowMs - atMs, error: null, detail: '', nextAttemptAtMs: null });
  db.run(
    `UPDATE delivery SET state = ${delivered}, attempts = ?, pulled_at = NULL, last_at = ?, last_error = NULL, due_at = ?, ended_at = ?
     WHERE key = ?`,
    n,
    atMs,
    nowMs,
    nowMs,
    row.key!,
  );
  return ended(db, row, delivered, nowMs);
}

function giveBack(
  db: Database,
  row: Row,
  more: { verdict: Extract<PullVerdict, { kind: 'nack' }>; maxTries: number; nowMs: number },
): PullResult {
  if (row.pulled_at === null) return 'lost';
  const { verdict, maxTries, nowMs } = more;
  return endTry(db, row, {
    error: 'nack',
    detail: 'the consumer gave it back',
    endedAtMs: nowMs,
    dueAtMs: nowMs + verdict.delayMs,
    maxTries,
    nowMs,
  });
}

/** An attempt that failed: the message is due again, or dead when that was its last. */
function endTry(
  db: Database,
  row: Row,
  end: {
    error: AttemptError;
    detail: string;
    endedAtMs: number;
    dueAtMs: number;
    maxTries: number;
    nowMs: number;
  },
): PullResult {
  const isOver = (row.tries as number) >= end.maxTries;
  const atMs = row.pulled_at as number;
  const { error, detail, endedAtMs } = end;
  record(db, row, {
    n: row.attempts as number,
    atMs,
    durationMs: endedAtMs - atMs,
    error,
    detail,
    nextAttemptAtMs: isOver ? null : end.dueAtMs,
  });
  db.run(
    'UPDATE delivery SET state = ?, pulled_at = NULL, due_at = ?, last_error = ?, ended_at = ? WHERE key = ?',
    isOver ? dead : open,
    end.dueAtMs,
    error,
    isOver ? end.nowMs : null,
    row.key!,
  );
  if (!isOver) return 'open';
  tallyDead(db, row.endpoint_no as number, end.nowMs);
  return ended(db, row, dead, end.nowMs);
}

function ended(db: Database, row: Row, state: typeof delivered | typeof dead, nowMs: number): PullResult {
  if (row.order_ref !== null) freeNext(db, row.endpoint_no as number, row.order_ref as string, nowMs);
  if (row.replay_no !== null) countReplayed(db, row.replay_no as number, state, nowMs);
  return state === delivered ? 'delivered' : 'dead';
}

type Tried = Pick<Attempt, 'n' | 'atMs' | 'durationMs' | 'error' | 'detail' | 'nextAttemptAtMs'>;

function record(db: Database, row: Row, tried: Tried): void {
  const attempt: Attempt = {
    ...tried,
    timings: null,
    httpStatus: null,
    url: pullUrl,
    requestHeaders: [],
    bodyHead: '',
    bodyWithData: true,
    bodyTail: '',
    responseHeaders: [],
    responseBody: '',
    responseTruncated: false,
  };
  insertAttempt(db, row.key as number, attempt);
  tallyAttempt(db, row.endpoint_no as number, attempt);
}
