import { hash } from 'node:crypto';
import * as limits from '../../../core/limits/store.ts';
import type { AcceptItem } from '../../../ports/store.ts';
import type { Database, Row } from '../database.ts';

/*
 * What stays of events that retention deleted, until their ids need not be known any more: enough to answer whoever hands the
 * same event in again. Where retention is as long as ids are kept, there is nothing here.
 */

/** To be called before an event is deleted. */
export function rememberPast(db: Database, seq: number, nowMs: number): void {
  const row = db.get(
    'SELECT account_no, id, type, data, created_at, json_array_length(targets) AS deliveries FROM event WHERE seq = ?',
    seq,
  )!;
  if ((row.created_at as number) <= nowMs - limits.eventIdKeepMs) return;
  db.pastEvents = true;
  db.run(
    'INSERT INTO past_event (seq, account_no, id, hash, type, deliveries, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    seq,
    row.account_no!,
    row.id!,
    hashOf(row.type as string, row.data as string),
    row.type!,
    row.deliveries!,
    row.created_at!,
  );
}

/** The past event with this one's id, as `event` shows itself; `same` is 1 when type and data are the same. */
export function pastWithId(db: Database, { event }: AcceptItem): Row | undefined {
  if (!db.pastEvents) return undefined;
  return db.get(
    'SELECT seq, id, type, created_at, deliveries, hash = ? AS same FROM past_event WHERE account_no = ? AND id = ?',
    hashOf(event.type, event.data),
    event.accountNo,
    event.id,
  );
}

export function pastAt(db: Database, seq: number): Row | undefined {
  return db.get('SELECT seq, id, type, created_at, deliveries FROM past_event WHERE seq = ?', seq);
}

/** Up to `limit`, oldest first. */
export function forgetPast(db: Database, nowMs: number, limit: number): number {
  return db.run(
    `DELETE FROM past_event WHERE seq IN
       (SELECT seq FROM (SELECT seq, created_at FROM past_event ORDER BY seq LIMIT ?) WHERE created_at <= ?)`,
    limit,
    nowMs - limits.eventIdKeepMs,
  );
}

function hashOf(type: string, data: string): Buffer {
  return hash('sha256', `${type}\n${data}`, 'buffer');
}
