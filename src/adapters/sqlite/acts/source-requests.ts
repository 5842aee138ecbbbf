import * as limits from '../../../core/limits/sources.ts';
import type { DoorVerdict } from '../../../core/source.ts';
import { mergeRequests, requestOf } from '../../../ports/rows/source.ts';
import type { SealedRequest } from '../../../ports/sealed-sources.ts';
import type { SourceFigures, SourceStore } from '../../../ports/source-store.ts';
import type { Database, Row } from '../database.ts';
import { seqAt } from './events.ts';

type Listing = Parameters<SourceStore['listRequests']>;

/** A request of a source that is deleted meanwhile is not kept. */
export function keepRequest(db: Database, request: SealedRequest): void {
  const { sourceNo, verdict } = request;
  db.run(
    `INSERT INTO source_request (id, source_no, at, verdict, reason, detail, status, method, body_bytes, event_id, kept_bytes, head, body)
     SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM source WHERE no = ? AND deleted_at IS NULL)`,
    request.id,
    sourceNo,
    request.atMs,
    verdict,
    request.reason,
    request.detail,
    request.status,
    request.method,
    request.bodyBytes,
    request.eventId,
    request.body?.length ?? 0,
    request.head,
    request.body,
    sourceNo,
  );
  dropOldest(db, sourceNo, verdict);
}

/** Newest first, adds up until a bound is reached; what is older goes. */
function dropOldest(db: Database, sourceNo: number, verdict: DoorVerdict): void {
  const rows = db.rows(
    'SELECT no, kept_bytes FROM source_request WHERE source_no = ? AND verdict = ? ORDER BY no DESC',
    sourceNo,
    verdict,
  );
  let count = 0;
  let bytes = 0;
  let past: number | null = null;
  for (const row of rows) {
    count += 1;
    bytes += row.kept_bytes as number;
    // The newest stays, however large.
    if (count === 1 || (count <= limits.requestsKept && bytes <= limits.requestsKeptBytes)) continue;
    past = row.no as number;
    break;
  }
  if (past === null) return;
  db.run(
    'DELETE FROM source_request WHERE source_no = ? AND verdict = ? AND no <= ?',
    sourceNo,
    verdict,
    past,
  );
}

export function getRequest(db: Database, accountNo: number, id: string): SealedRequest | null {
  const row = db.get(
    'SELECT r.* FROM source_request r JOIN source s ON s.no = r.source_no WHERE r.id = ? AND s.account_no = ?',
    id,
    accountNo,
  );
  return row === undefined ? null : requestOf(row);
}

export function requestTaken(db: Database, id: string, eventId: string): void {
  db.run(
    `UPDATE source_request SET verdict = 'accepted', reason = NULL, detail = NULL, event_id = ?, body = NULL, kept_bytes = 0
     WHERE id = ?`,
    eventId,
    id,
  );
}

/** Two lists made one: what was kept, and the events. What was kept and became an event is shown as that event. */
export function listRequests(
  db: Database,
  ...[source, verdict, { limit, before }]: Listing
): Awaited<ReturnType<SourceStore['listRequests']>> {
  const at = before ?? { request: Number.MAX_SAFE_INTEGER, event: Number.MAX_SAFE_INTEGER };
  const kept = verdict === 'accepted' ? [] : keptRows(db, source.no, verdict, at.request, limit + 1);
  const events = verdict === null || verdict === 'accepted' ? eventRows(db, source, at.event, limit + 1) : [];
  return mergeRequests(kept, events, at, limit);
}

const headSql = `SELECT no, id, at, verdict, reason, detail, status, method, body_bytes, event_id FROM source_request`;

function keptRows(
  db: Database,
  sourceNo: number,
  verdict: DoorVerdict | null,
  before: number,
  limit: number,
): Row[] {
  if (verdict !== null) {
    const sql = `${headSql} WHERE source_no = ? AND verdict = ? AND no < ? ORDER BY no DESC LIMIT ?`;
    return db.all(sql, sourceNo, verdict, before, limit);
  }
  const each = (['duplicate', 'rejected', 'handshake'] as const).flatMap((one) =>
    keptRows(db, sourceNo, one, before, limit),
  );
  return each.sort((a, b) => (b.no as number) - (a.no as number)).slice(0, limit);
}

function eventRows(db: Database, { accountNo, id }: Listing[0], before: number, limit: number): Row[] {
  return db.all(
    `SELECT seq, id, created_at, octet_length(data) AS bytes FROM event
     WHERE account_no = ? AND source = ? AND origin = 'webhook' AND seq < ? ORDER BY seq DESC LIMIT ?`,
    accountNo,
    id,
    before,
    limit,
  );
}

export function sourceFigures(db: Database, sinceMs: number): SourceFigures[] {
  const found: SourceFigures[] = [];
  const from = seqAt(db, sinceMs);
  for (const row of db.all('SELECT no, id, account_no FROM source WHERE deleted_at IS NULL')) {
    const rejected = db.get(
      "SELECT count(*) AS n FROM source_request WHERE source_no = ? AND verdict = 'rejected' AND at >= ?",
      row.no!,
      sinceMs,
    )!.n as number;
    const accepted = db.get(
      "SELECT count(*) AS n FROM event WHERE account_no = ? AND source = ? AND origin = 'webhook' AND seq >= ?",
      row.account_no!,
      row.id!,
      from,
    )!.n as number;
    if (accepted + rejected > 0)
      found.push({ accountNo: row.account_no as number, sourceId: row.id as string, accepted, rejected });
  }
  return found;
}

/** By the index of sources, whose entries stand in the order of events. */
export function sourceMoments(db: Database, asked: Parameters<SourceStore['sourceMoments']>[0]): number[] {
  const { accountNo, sourceId, sinceMs, limit } = asked;
  const rows = db.all(
    "SELECT created_at FROM event WHERE account_no = ? AND source = ? AND origin = 'webhook' AND seq >= ? ORDER BY seq DESC LIMIT ?",
    accountNo,
    sourceId,
    seqAt(db, sinceMs),
    limit,
  );
  return rows.map((row) => Number(row.created_at));
}

/** Up to `limit`, oldest first. */
export function forgetRequests(db: Database, beforeMs: number, limit: number): number {
  return db.run(
    'DELETE FROM source_request WHERE no IN (SELECT no FROM source_request WHERE at < ? ORDER BY at LIMIT ?)',
    beforeMs,
    limit,
  );
}
