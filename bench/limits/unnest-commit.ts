import pg from 'pg';
import { nowMs } from '../clock.ts';
import { eventId, exampleData } from '../event.ts';

/*
 * The least that durability can cost on PostgreSQL: events and what is owed of them by unnest, in one commit, what became of them
 * in the next, one connection. `lean`: without a row for what is owed, as long as it is not known what became of it. That is the
 * product's own way, and no promise of a queue's.
 */

const headers = [
  'content-type: application/json',
  'user-agent: Surehook/0.0.0',
  'webhook-id: b000-00000000',
  'webhook-timestamp: 1767225600',
  `webhook-signature: v1,${'A'.repeat(44)}`,
  'surehook-attempt: 1',
  'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
].join('\n');

const acceptSql = (owed: string): string => `
WITH e AS (
  INSERT INTO event (seq, account_no, epoch, created_at, id, type, timestamp, origin, targets, data)
  SELECT nextval('event_seq'), 1, 1, $1, id, 'order.created', '2026-01-01T00:00:00.000Z', 'api', '{1}', data
  FROM unnest($2::text[], $3::text[]) AS i (id, data) RETURNING seq, id)
, known AS (
  INSERT INTO event_id (account_no, id, seq, hash, type, deliveries, created_at)
  SELECT 1, id, seq, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'order.created', 1, $1 FROM e)
${owed} SELECT seq FROM e`;

const owedSql = `, owed AS (
  INSERT INTO open_delivery (key, account_no, endpoint_no, state, line, tries, attempts, due_at, started_at)
  SELECT seq * 65536, 1, 1, 0, 0, 0, 0, $1, $1 FROM e)`;

const ended =
  'INSERT INTO ended_delivery (key, account_no, endpoint_no, state, tries, attempts, started_at, last_at, ended_at, last_status)';
const leanSql = `WITH d AS (${ended} SELECT seq * 65536, 1, 1, 1, 1, 1, $1, $1, $1, 204 FROM unnest($2::bigint[]) AS i (seq))`;
const movedSql = `WITH gone AS (
  DELETE FROM open_delivery o USING unnest($2::bigint[]) AS i (seq) WHERE o.key = i.seq * 65536 RETURNING o.key, o.account_no, o.endpoint_no, o.started_at),
d AS (${ended} SELECT key, account_no, endpoint_no, 1, 1, 1, started_at, $1, $1, 204 FROM gone)`;

const settleSql = (moved: string): string => `
${moved}
INSERT INTO attempt (key, n, account_no, at, duration, http_status, detail, url, request_headers, body_head, body_with_data, body_tail,
  response_headers, response_body, response_truncated)
SELECT seq * 65536, 1, 1, $1, 1, 204, '', 'http://127.0.0.1:40000/e/0', headers, '{"type":"order.created","data":', true, '}', 'date: now', '', false
FROM unnest($2::bigint[], $3::text[]) AS i (seq, headers)`;

/** The connection that it goes over. */
export async function unnestClient(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    options:
      '-c synchronous_commit=on -c jit=off -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off',
  });
  await client.connect();
  return client;
}

/** Events per second that one connection inserts and settles, so many at once, in a database with the product's tables. */
export async function unnestRate(
  client: pg.Client,
  { run, batch, durationMs, lean }: { run: number; batch: number; durationMs: number; lean: boolean },
): Promise<number> {
  const accept = { name: `accept ${lean}`, text: acceptSql(lean ? '' : owedSql) };
  const settle = { name: `settle ${lean}`, text: settleSql(lean ? leanSql : movedSql) };
  const data = Array.from({ length: batch }, () => exampleData);
  const sent = data.map(() => headers);
  const startMs = nowMs();
  let events = 0;
  for (; nowMs() - startMs < durationMs; events += batch) {
    const ids = data.map((_, at) => eventId(run, events + at));
    const values = [Date.now(), ids, data];
    const { rows } = await client.query({ ...accept, values });
    const seqs = (rows as { seq: string }[]).map(({ seq }) => seq);
    await client.query({ ...settle, values: [Date.now(), seqs, sent] });
  }
  return (events * 1000) / (nowMs() - startMs);
}
