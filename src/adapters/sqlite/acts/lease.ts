import type { Owed } from '../../../core/delivery.ts';
import { dataSize } from '../../../core/event.ts';
import { lines } from '../../../core/lane.ts';
import { claimBytes } from '../../../core/limits/dispatch.ts';
import { blocked, eventColumns, eventOf, owedOf } from '../../../ports/rows/delivery.ts';
import type { ClaimRequest, ClaimResult, DeliveryStore, Joined, LaneStart } from '../../../ports/store.ts';
import type { Database } from '../database.ts';
import { lacksRows, targetsWithoutRow } from './rows.ts';

type Input<K extends keyof DeliveryStore> = Parameters<DeliveryStore[K]>[0];

/**
 * Takes the work over. What the predecessor had under way is either leased in a row, or has no row at all: then its event is
 * not older than the checkpoint. Both kinds become leased rows of ours, so that the same search finds them if we die, too.
 */
export function join(db: Database, { nodeName, nowMs }: Input<'join'>): Joined {
  db.inDoubt = false;
  const epoch = db.epoch + 1;
  const begun = begunWithoutRow(db);
  for (const owed of begun) insertOpen(db, owed, { lease: epoch, dueAtMs: nowMs });
  // What was cancelled under way: nobody will ever know how its attempt ended.
  db.run('UPDATE delivery SET lease = NULL WHERE lease IS NOT NULL AND state <> 0');
  db.run('UPDATE delivery SET lease = ? WHERE lease IS NOT NULL AND lease <> ?', epoch, epoch);
  db.run(
    `UPDATE delivery SET state = 3, lease = NULL, ended_at = ? WHERE lease IS NOT NULL
     AND endpoint_no IN (SELECT no FROM endpoint WHERE deleted_at IS NOT NULL)`,
    nowMs,
  );
  db.run(
    'UPDATE node SET name = ?, epoch = ?, low_seq = ?, joined_at = ?',
    nodeName,
    epoch,
    db.nextSeq,
    nowMs,
  );
  db.readNode();
  const lost = db.all(`${owedSql} WHERE d.lease = ? ORDER BY d.key`, epoch).map(owedOf);
  return { epoch, lost, beatEveryMs: null };
}

export function claim(db: Database, { epoch, requests, nowMs }: Input<'claim'>): ClaimResult[] {
  db.requireEpoch(epoch);
  const maxBytes = claimBytes / requests.length;
  return requests.map((request) => claimOne(db, request, { maxBytes, nowMs }));
}

function claimOne(
  db: Database,
  { endpointNo, take }: ClaimRequest,
  bounds: { maxBytes: number; nowMs: number },
): ClaimResult {
  const active =
    db.get("SELECT 1 FROM endpoint WHERE no = ? AND status = 'active' AND deleted_at IS NULL", endpointNo) !==
    undefined;
  if (!active) return { owed: [], nextAtMs: { first: null, retry: null, replayed: null } };
  const owed: Owed[] = [];
  for (const [line, name] of lines.entries()) {
    if (take[name] > 0) claimLine(db, { endpointNo, line, limit: take[name], ...bounds }, owed);
  }
  return { owed, nextAtMs: nextOf(db, endpointNo) };
}

function claimLine(
  db: Database,
  from: { endpointNo: number; line: number; limit: number; maxBytes: number; nowMs: number },
  owed: Owed[],
): void {
  const found: Owed[] = [];
  let bytes = 0;
  // Read one by one: what waits can be more than the memory there is.
  for (const row of db.rows(
    `${owedSql} WHERE d.endpoint_no = ? AND d.line = ? AND d.state = 0 AND d.lease IS NULL AND d.due_at <= ?
     ORDER BY d.due_at, d.key LIMIT ?`,
    from.endpointNo,
    from.line,
    from.nowMs,
    from.limit,
  )) {
    const one = owedOf(row);
    found.push(one);
    bytes += dataSize(one.event);
    if (bytes >= from.maxBytes) break;
  }
  for (const { key } of found) db.run('UPDATE delivery SET lease = ? WHERE key = ?', db.epoch, key);
  owed.push(...found);
}

/** Due at once and unattempted; fresh work gets its row here. What was cancelled or taken over meanwhile stays as it is. */
export function release(db: Database, { epoch, owed, nowMs }: Input<'release'>): void {
  db.requireEpoch(epoch);
  for (const one of owed) {
    const inserted = one.fresh && insertOpen(db, one, { lease: null, dueAtMs: nowMs });
    if (!inserted)
      db.run(
        'UPDATE delivery SET lease = NULL, due_at = ? WHERE key = ? AND lease = ?',
        nowMs,
        one.key,
        epoch,
      );
  }
}

export function spill(db: Database, { epoch, owed, lowSeq, nowMs }: Input<'spill'>): void {
  db.requireEpoch(epoch);
  for (const one of owed) insertOpen(db, one, { lease: epoch, dueAtMs: nowMs });
  if (lowSeq <= db.lowSeq || db.inDoubt) return;
  db.run('UPDATE node SET low_seq = ?', Math.min(lowSeq, db.nextSeq));
  db.readNode();
}

export function reclaim(db: Database, { epoch, inHand, nowMs }: Input<'reclaim'>): LaneStart[] {
  db.requireEpoch(epoch);
  db.inDoubt = false;
  const keep = new Set(inHand);
  for (const owed of begunWithoutRow(db)) {
    if (!keep.has(owed.key)) insertOpen(db, owed, { lease: null, dueAtMs: nowMs });
  }
  for (const row of db.all('SELECT key FROM delivery WHERE lease = ?', epoch)) {
    if (!keep.has(row.key as number))
      db.run('UPDATE delivery SET lease = NULL, due_at = ? WHERE key = ?', nowMs, row.key!);
  }
  return lanes(db);
}

export function lanes(db: Database): LaneStart[] {
  const found: LaneStart[] = [];
  for (const row of db.all('SELECT no FROM endpoint WHERE deleted_at IS NULL')) {
    const endpointNo = row.no as number;
    const nextAtMs = nextOf(db, endpointNo);
    if (lines.some((line) => nextAtMs[line] !== null)) found.push({ endpointNo, nextAtMs });
  }
  return found;
}

/** One index entry a line, whatever waits behind it. */
function nextOf(db: Database, endpointNo: number): LaneStart['nextAtMs'] {
  const next = (line: number): number | null => {
    const row = db.get(
      'SELECT due_at FROM delivery WHERE endpoint_no = ? AND line = ? AND state = 0 AND lease IS NULL ORDER BY due_at LIMIT 1',
      endpointNo,
      line,
    );
    return row === undefined || row.due_at === blocked ? null : (row.due_at as number);
  };
  return { first: next(0), retry: next(1), replayed: next(2) };
}

/** What was sent straight from its accept and has not come back: the targets without a row since the checkpoint. */
function begunWithoutRow(db: Database): Owed[] {
  const found: Owed[] = [];
  for (const row of db.all(`SELECT ${eventColumns}, e.targets FROM event e WHERE ${lacksRows}`, db.lowSeq)) {
    const event = eventOf(row);
    for (const { key, endpointNo } of targetsWithoutRow(db, row)) {
      found.push({
        key,
        endpointNo,
        event,
        tries: 0,
        attempts: 0,
        startedAtMs: event.createdAtMs,
        replayNo: null,
        fresh: true,
      });
    }
  }
  return found;
}

/** False when the delivery has a row already, whatever it says. */
function insertOpen(db: Database, owed: Owed, more: { lease: number | null; dueAtMs: number }): boolean {
  const inserted = db.run(
    `INSERT INTO delivery (key, endpoint_no, state, line, tries, attempts, due_at, lease, replay_no, started_at)
     VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`,
    owed.key,
    owed.endpointNo,
    owed.tries > 0 ? 1 : 0,
    owed.tries,
    owed.attempts,
    more.dueAtMs,
    more.lease,
    owed.replayNo,
    owed.startedAtMs,
  );
  if (inserted === 1)
    db.run('UPDATE endpoint SET chore = 2 WHERE no = ? AND deleted_at IS NOT NULL', owed.endpointNo);
  return inserted === 1;
}

export const owedSql = `SELECT d.key, d.endpoint_no, d.tries, d.attempts, d.started_at, d.replay_no, ${eventColumns}
  FROM delivery d CROSS JOIN event e ON e.seq = d.key >> 16`;
