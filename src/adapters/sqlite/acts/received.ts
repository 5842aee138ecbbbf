import * as limits from '../../../core/limits/store.ts';
import type { AcceptItem } from '../../../ports/store.ts';
import type { Database } from '../database.ts';

type InboundKey = NonNullable<AcceptItem['inbound']>;

/** The event that came through this source under this key before; null when none did, or so long ago that it may come again. */
export function seenKey(db: Database, { sourceNo, key }: InboundKey, nowMs: number): string | null {
  const row = db.get(
    'SELECT event_id FROM source_key WHERE source_no = ? AND key = ? AND created_at > ?',
    sourceNo,
    key,
    nowMs - limits.dedupeKeepMs,
  );
  return row === undefined ? null : (row.event_id as string);
}

export function rememberKey(
  db: Database,
  { sourceNo, key }: InboundKey,
  eventId: string,
  nowMs: number,
): void {
  db.run(
    'INSERT OR REPLACE INTO source_key (source_no, key, event_id, created_at) VALUES (?, ?, ?, ?)',
    sourceNo,
    key,
    eventId,
    nowMs,
  );
}

/** Up to `limit`, oldest first. */
export function forgetKeys(db: Database, nowMs: number, limit: number): number {
  return db.run(
    'DELETE FROM source_key WHERE (source_no, key) IN (SELECT source_no, key FROM source_key WHERE created_at <= ? ORDER BY created_at LIMIT ?)',
    nowMs - limits.dedupeKeepMs,
    limit,
  );
}
