import type { AttemptError } from '../../../core/attempt.ts';
import * as limits from '../../../core/limits/store.ts';
import { pullUrl } from '../../../core/pull.ts';
import type { Pulled, PullResult, PullStore, PullVerdict } from '../../../ports/pull-store.ts';
import { blocked, dead, delivered, eventColumns, owedOf } from '../../../ports/rows/delivery.ts';
import type { Row, Session } from '../session.ts';
import { freeNext, lockOrder } from './order.ts';
import { endOpen } from './putting-back.ts';

type Input<K extends keyof PullStore> = Parameters<PullStore[K]>[0];

/** A row that is leased to a consumer has `pulled_at`, and its lease ends at `due_at`: so a claim finds what is over like any other work. */
export async function pull(session: Session, input: Input<'pull'>): ReturnType<PullStore['pull']> {
  const { endpointNo, maxTries, nowMs } = input;
  await endLeases(session, endpointNo, maxTries, nowMs);
  const active = await session.get(
    "SELECT 1 FROM endpoint WHERE no = ? AND status = 'active' AND deleted_at IS NULL",
    endpointNo,
  );
  const pulled = active !== undefined && input.max > 0 ? await handOut(session, input) : [];
  const times = (await session.get(
    `SELECT (SELECT min(due_at) FROM open_delivery WHERE endpoint_no = ? AND pulled_at IS NOT NULL AND state = 0) AS leased,
       (SELECT min(at) FROM unnest(ARRAY[0, 1, 2]) AS l (line), LATERAL (SELECT due_at AS at FROM open_delivery
          WHERE endpoint_no = ? AND line = l.line AND state = 0 AND lease IS NULL AND due_at < ${blocked} AND pulled_at IS NULL
          ORDER BY due_at LIMIT 1) x) AS due`,
    endpointNo,
    endpointNo,
  ))!;
  return {
    pulled,
    dueAtMs: active === undefined ? null : (times.due as number | null),
    leaseEndsAtMs: times.leased as number | null,
  };
}

/** What a consumer neither acknowledged nor gave back in time: that was an attempt. */
async function endLeases(
  session: Session,
  endpointNo: number,
  maxTries: number,
  nowMs: number,
): Promise<void> {
  const rows = await session.all(
    `SELECT * FROM open_delivery WHERE endpoint_no = ? AND pulled_at IS NOT NULL AND state = 0 AND due_at <= ?
     ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED`,
    endpointNo,
    nowMs,
    limits.sweepRows,
  );
  for (const row of rows)
    await endTry(session, row, {
      error: 'timeout',
      detail: 'the lease ran out before it was acknowledged',
      endedAtMs: row.due_at as number,
      dueAtMs: row.due_at as number,
      maxTries,
      nowMs,
    });
}

/** Consumers at different nodes never get the same: what another one is getting is passed over. */
async function handOut(session: Session, input: Input<'pull'>): Promise<Pulled[]> {
  const { endpointNo, max, maxBytes, leaseUntilMs, nowMs } = input;
  const due: Row[] = [];
  for (const line of [0, 1, 2])
    due.push(
      ...(await session.all(
        `SELECT d.key, d.due_at, octet_length(e.data) AS bytes FROM open_delivery d JOIN event e ON e.seq = d.key >> 16
         WHERE d.endpoint_no = ? AND d.line = ? AND d.state = 0 AND d.lease IS NULL AND d.due_at <= ? AND d.pulled_at IS NULL
         ORDER BY d.due_at, d.key LIMIT ? FOR UPDATE OF d SKIP LOCKED`,
        endpointNo,
        line,
        nowMs,
        max,
      )),
    );
  due.sort((a, b) => (a.due_at as number) - (b.due_at as number) || (a.key as number) - (b.key as number));
  const keys: number[] = [];
  let bytes = 0;
  for (const row of due.slice(0, max)) {
    bytes += row.bytes as number;
    if (keys.length > 0 && bytes > maxBytes) break;
    keys.push(row.key as number);
  }
  // Bodies come over only for what is handed out: a hundred of what waits can be more than the memory there is.
  const rows = await session.all(
    `SELECT d.key, d.endpoint_no, d.tries, d.attempts, d.started_at, d.replay_no, ${eventColumns}
     FROM open_delivery d JOIN event e ON e.seq = d.key >> 16 JOIN unnest(?::bigint[]) WITH ORDINALITY AS k (key, nth) ON k.key = d.key
     ORDER BY k.nth`,
    keys,
  );
  await session.run(
    `UPDATE open_delivery SET line = CASE WHEN replay_no IS NULL THEN 1 ELSE 2 END, tries = tries + 1, attempts = attempts + 1,
       due_at = ?, pulled_at = ?, last_at = ?, last_status = NULL, last_error = NULL WHERE key = ANY (?::bigint[])`,
    leaseUntilMs,
    nowMs,
    nowMs,
    keys,
  );
  return rows.map(owedOf).map((owed) => ({
    ...owed,
    tries: owed.tries + 1,
    attempts: owed.attempts + 1,
    leaseUntilMs,
  }));
}

export async function settlePulled(
  session: Session,
  { endpointNo, keys, verdict, maxTries, nowMs }: Input<'settlePulled'>,
): Promise<PullResult[]> {
  const results: PullResult[] = [];
  for (const key of keys) {
    const row = await session.get(
      'SELECT * FROM open_delivery WHERE key = ? AND endpoint_no = ? AND state = 0 FOR UPDATE',
      key,
      endpointNo,
    );
    if (row === undefined || row.lease !== null || row.tries === 0) results.push('lost');
    else if (verdict.kind === 'ack') results.push(await acknowledge(session, row, nowMs));
    else results.push(await giveBack(session, row, { verdict, maxTries, nowMs }));
  }
  return results;
}

/** The lease may be over: done is done, and handing it out once more would help nobody. */
async function acknowledge(session: Session, row: Row, nowMs: number): Promise<PullResult> {
  const late = row.pulled_at === null;
  const n = (row.attempts as number) + (late ? 1 : 0);
  const atMs = (late ? nowMs : row.pulled_at) as number;
  await record(session, row, { n, atMs, endedAtMs: nowMs, error: null, detail: '', nextAtMs: null });
  await session.run(
    'UPDATE open_delivery SET attempts = ?, last_at = ?, last_error = NULL WHERE key = ?',
    n,
    atMs,
    row.key as number,
  );
  return await ended(session, row, delivered, nowMs);
}

async function giveBack(
  session: Session,
  row: Row,
  more: { verdict: Extract<PullVerdict, { kind: 'nack' }>; maxTries: number; nowMs: number },
): Promise<PullResult> {
  if (row.pulled_at === null) return 'lost';
  const { verdict, maxTries, nowMs } = more;
  return await endTry(session, row, {
    error: 'nack',
    detail: 'the consumer gave it back',
    endedAtMs: nowMs,
    dueAtMs: nowMs + verdict.delayMs,
    maxTries,
    nowMs,
  });
}

/** An attempt that failed: the message is due again, or dead when that was its last. */
async function endTry(
  session: Session,
  row: Row,
  end: {
    error: AttemptError;
    detail: string;
    endedAtMs: number;
    dueAtMs: number;
    maxTries: number;
    nowMs: number;
  },
): Promise<PullResult> {
  const isOver = (row.tries as number) >= end.maxTries;
  const { error, detail, endedAtMs, nowMs } = end;
  const nextAtMs = isOver ? null : end.dueAtMs;
  const atMs = row.pulled_at as number;
  await record(session, row, { n: row.attempts as number, atMs, endedAtMs, error, detail, nextAtMs });
  await session.run(
    'UPDATE open_delivery SET pulled_at = NULL, due_at = ?, last_error = ?, ended_at = NULL WHERE key = ?',
    end.dueAtMs,
    error,
    row.key as number,
  );
  if (!isOver) return 'open';
  const minute = Math.floor(nowMs / 60_000);
  await session.run(
    'SELECT count_dead(?, ?, ?)',
    row.account_no as number,
    row.endpoint_no as number,
    minute,
  );
  return await ended(session, row, dead, nowMs);
}

async function ended(
  session: Session,
  row: Row,
  state: typeof delivered | typeof dead,
  nowMs: number,
): Promise<PullResult> {
  const endpointNo = row.endpoint_no as number;
  const reference = row.order_ref as string | null;
  if (reference !== null) await lockOrder(session, endpointNo, reference);
  await endOpen(session, [row.key as number], state, nowMs);
  if (reference !== null) await freeNext(session, endpointNo, reference, nowMs);
  if (row.replay_no !== null)
    await session.run('SELECT count_replayed(?, ?, ?)', row.replay_no as number, state, nowMs);
  return state === delivered ? 'delivered' : 'dead';
}

async function record(
  session: Session,
  row: Row,
  tried: {
    n: number;
    atMs: number;
    endedAtMs: number;
    error: AttemptError | null;
    detail: string;
    nextAtMs: number | null;
  },
): Promise<void> {
  const { n, atMs, error, detail, nextAtMs } = tried;
  const durationMs = tried.endedAtMs - atMs;
  const accountNo = row.account_no as number;
  if (n <= limits.attemptsKept)
    await session.run(
      `INSERT INTO attempt (key, n, account_no, at, duration, http_status, error, detail, url, request_headers, body_head, body_with_data,
         body_tail, response_headers, response_body, response_truncated, next_at)
       VALUES (?, ?, ?, ?, ?, NULL, ?, ?, ?, '', '', true, '', '', '', false, ?)`,
      row.key as number,
      n,
      accountNo,
      atMs,
      durationMs,
      error,
      detail,
      pullUrl,
      nextAtMs,
    );
  await session.run(
    'SELECT count_attempt(?, ?, ?, ?, ?)',
    accountNo,
    row.endpoint_no as number,
    atMs,
    durationMs,
    error !== null,
  );
}
