import * as limits from '../../../core/limits/sources.ts';
import { dedupeKeepMs } from '../../../core/limits/store.ts';
import type { DoorVerdict } from '../../../core/source.ts';
import { mergeRequests, requestOf } from '../../../ports/rows/source.ts';
import type { SealedRequest } from '../../../ports/sealed-sources.ts';
import type { SourceFigures, SourceStore } from '../../../ports/source-store.ts';
import type { Row, Session } from '../session.ts';
import { seqAt } from './events.ts';
import { storable } from './rows.ts';

type Listing = Parameters<SourceStore['listRequests']>;

/** A request of a source that is deleted meanwhile is not kept. */
export async function keepRequest(session: Session, request: SealedRequest): Promise<void> {
  const { sourceNo, verdict } = request;
  const text = (value: string | null): string | null => (value === null ? null : storable(value));
  await session.run(
    `INSERT INTO source_request (id, source_no, at, verdict, reason, detail, status, method, body_bytes, event_id, kept_bytes, head, body)
     SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::bytea, ?::bytea WHERE EXISTS (SELECT 1 FROM source WHERE no = ? AND deleted_at IS NULL)`,
    request.id,
    sourceNo,
    request.atMs,
    verdict,
    request.reason,
    text(request.detail),
    request.status,
    storable(request.method),
    request.bodyBytes,
    request.eventId,
    request.body?.length ?? 0,
    request.head,
    request.body,
    sourceNo,
  );
  // Newest first, added up until a bound is reached; what is older goes. The newest stays, however large.
  await session.run(
    `DELETE FROM source_request WHERE source_no = ? AND verdict = ? AND no <= (
       SELECT no FROM (SELECT no, row_number() OVER past AS nth, sum(kept_bytes) OVER past AS bytes FROM source_request
         WHERE source_no = ? AND verdict = ? WINDOW past AS (ORDER BY no DESC ROWS UNBOUNDED PRECEDING)) r
       WHERE nth > 1 AND (nth > ? OR bytes > ?) ORDER BY nth LIMIT 1)`,
    sourceNo,
    verdict,
    sourceNo,
    verdict,
    limits.requestsKept,
    limits.requestsKeptBytes,
  );
}

export async function getRequest(
  session: Session,
  accountNo: number,
  id: string,
): Promise<SealedRequest | null> {
  const row = await session.get(
    'SELECT r.* FROM source_request r JOIN source s ON s.no = r.source_no WHERE r.id = ? AND s.account_no = ?',
    id,
    accountNo,
  );
  return row === undefined ? null : requestOf(row);
}

export async function requestTaken(session: Session, id: string, eventId: string): Promise<void> {
  await session.run(
    `UPDATE source_request SET verdict = 'accepted', reason = NULL, detail = NULL, event_id = ?, body = NULL, kept_bytes = 0
     WHERE id = ?`,
    eventId,
    id,
  );
}

/** Two lists made one: what was kept, and the events. What was kept and became an event is shown as that event. */
export async function listRequests(
  session: Session,
  ...[source, verdict, { limit, before }]: Listing
): ReturnType<SourceStore['listRequests']> {
  const at = before ?? { request: Number.MAX_SAFE_INTEGER, event: Number.MAX_SAFE_INTEGER };
  const kept =
    verdict === 'accepted' ? [] : await keptRows(session, source.no, verdict, at.request, limit + 1);
  const events =
    verdict === null || verdict === 'accepted' ? await eventRows(session, source, at.event, limit + 1) : [];
  return mergeRequests(kept, events, at, limit);
}

const headSql = `SELECT no, id, at, verdict, reason, detail, status, method, body_bytes, event_id FROM source_request`;

async function keptRows(
  session: Session,
  sourceNo: number,
  verdict: DoorVerdict | null,
  before: number,
  limit: number,
): Promise<Row[]> {
  if (verdict !== null) {
    const sql = `${headSql} WHERE source_no = ? AND verdict = ? AND no < ? ORDER BY no DESC LIMIT ?`;
    return await session.all(sql, sourceNo, verdict, before, limit);
  }
  const each: Row[] = [];
  for (const one of ['duplicate', 'rejected', 'handshake'] as const)
    each.push(...(await keptRows(session, sourceNo, one, before, limit)));
  return each.sort((a, b) => (b.no as number) - (a.no as number)).slice(0, limit);
}

async function eventRows(
  session: Session,
  { accountNo, id }: Listing[0],
  before: number,
  limit: number,
): Promise<Row[]> {
  return await session.all(
    `SELECT seq, id, created_at, octet_length(data) AS bytes FROM event
     WHERE account_no = ? AND source = ? AND origin = 'webhook' AND seq < ? ORDER BY seq DESC LIMIT ?`,
    accountNo,
    id,
    before,
    limit,
  );
}

export async function sourceFigures(session: Session, sinceMs: number): Promise<SourceFigures[]> {
  const rows = await session.all(
    `SELECT s.id, s.account_no,
       (SELECT count(*) FROM source_request r WHERE r.source_no = s.no AND r.verdict = 'rejected' AND r.at >= ?) AS rejected,
       (SELECT count(*) FROM event e WHERE e.account_no = s.account_no AND e.source = s.id AND e.origin = 'webhook' AND e.seq >= ?) AS accepted
     FROM source s WHERE s.deleted_at IS NULL ORDER BY s.no`,
    sinceMs,
    await seqAt(session, sinceMs),
  );
  return rows
    .map((row) => ({
      accountNo: row.account_no as number,
      sourceId: row.id as string,
      accepted: row.accepted as number,
      rejected: row.rejected as number,
    }))
    .filter(({ accepted, rejected }) => accepted + rejected > 0);
}

/** By the index of sources, whose entries stand in the order of events. */
export async function sourceMoments(
  session: Session,
  asked: Parameters<SourceStore['sourceMoments']>[0],
): Promise<number[]> {
  const { accountNo, sourceId, sinceMs, limit } = asked;
  const rows = await session.all(
    "SELECT created_at FROM event WHERE account_no = ? AND source = ? AND origin = 'webhook' AND seq >= ? ORDER BY seq DESC LIMIT ?",
    accountNo,
    sourceId,
    await seqAt(session, sinceMs),
    limit,
  );
  return rows.map((row) => row.created_at as number);
}

/** Up to `limit`, oldest first. */
export async function forgetRequests(session: Session, beforeMs: number, limit: number): Promise<number> {
  return await session.run(
    'DELETE FROM source_request WHERE no IN (SELECT no FROM source_request WHERE at < ? ORDER BY at LIMIT ?)',
    beforeMs,
    limit,
  );
}

/** What came through sources so long ago that it may come again. Up to `limit`, oldest first. */
export async function forgetKeys(session: Session, nowMs: number, limit: number): Promise<number> {
  return await session.run(
    'DELETE FROM source_key WHERE (source_no, key) IN (SELECT source_no, key FROM source_key WHERE created_at <= ? ORDER BY created_at LIMIT ?)',
    nowMs - dedupeKeepMs,
    limit,
  );
}
