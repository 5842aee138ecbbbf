import pg from 'pg';
import { commonWord, padding, rareWord, type Shop, spanMs, types } from './past.ts';

const eventsAtOnce = 100_000;
const dayMs = 86_400_000;
const eraTables = ['event', 'ended_delivery', 'attempt'];

/** The same past as `writePast` makes, in a PostgreSQL database whose node is stopped. As there, a day is an era. */
export async function writePastInto(url: string, events: number, shop: Shop): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await makeEras(client, events);
    const { accountNo, endpointNos, sourceId } = shop;
    const nowMs = Date.now();
    for (let from = 1; from <= events; from += eventsAtOnce) {
      const until = Math.min(from + eventsAtOnce, events + 1);
      await client.query('BEGIN');
      await client.query(
        `CREATE TEMPORARY TABLE past ON COMMIT DROP AS
         SELECT n, $1::bigint - round(${spanMs} * (1 - n::float8 / $2::bigint))::bigint AS at, ($3::bigint[])[n % ${endpointNos.length} + 1] AS endpoint_no,
           CASE n % 100 WHEN 1 THEN 2 WHEN 2 THEN 0 WHEN 3 THEN 3 ELSE 1 END AS state
         FROM generate_series($4::bigint, $5::bigint - 1) n`,
        [nowMs, events, endpointNos, from, until],
      );
      await client.query(eventSql, [accountNo, sourceId]);
      await client.query(endedSql, [accountNo]);
      // Not due while this is measured.
      await client.query(openSql, [accountNo, nowMs + dayMs]);
      await client.query(orderSql, [accountNo, sourceId]);
      await client.query('COMMIT');
    }
    await client.query("SELECT setval('event_seq', $1)", [events]);
    // As autovacuum would have done while they came.
    await client.query('VACUUM (ANALYZE)');
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}

async function makeEras(client: pg.Client, events: number): Promise<void> {
  const { rows } = await client.query('SELECT no FROM era');
  for (const { no } of rows) for (const table of eraTables) await client.query(`DROP TABLE ${table}_${no}`);
  await client.query('DELETE FROM era');
  const days = Math.ceil(spanMs / dayMs);
  const nowMs = Date.now();
  for (let day = 0; day < days; day += 1) {
    await client.query('SELECT add_era($1)', [Math.ceil(events / days)]);
    const atMs = nowMs - (days - day - 1) * dayMs;
    const times = 'UPDATE era SET began_at = $1, closed_at = $1 WHERE closed_at IS NULL';
    await client.query(times, [atMs]);
  }
  for (let ahead = 0; ahead < 2; ahead += 1) await client.query('SELECT add_era($1)', [10 * events]);
}

const reference = "'ORD-' || n / 3";

const eventSql = `
INSERT INTO event (seq, account_no, epoch, created_at, id, type, timestamp, reference, source, origin, targets, data)
SELECT n, $1, 0, at, 'evt_' || lpad(n::text, 12, '0'), CASE WHEN n % 2 = 0 THEN 'order' ELSE 'payment' END || '.kind' || n % ${types},
  to_char(to_timestamp(at / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), ${reference},
  CASE WHEN n % 10 = 0 THEN $2::text END, CASE WHEN n % 10 = 0 THEN 'webhook' ELSE 'api' END, ARRAY[endpoint_no],
  '{"reference":"' || ${reference} || '","total":' || n % 997 || '.50,"shipping":"' ||
    CASE WHEN n = 1 THEN '${rareWord}' WHEN n % 100 = 0 THEN '${commonWord}' ELSE 'standard' END || '","note":"${padding}"}'
FROM past ORDER BY n`;

const endedSql = `
INSERT INTO ended_delivery (key, account_no, endpoint_no, state, tries, attempts, started_at, last_at, ended_at, last_status, last_error)
SELECT n * 65536, $1, endpoint_no, state, 1, 1, at, at + 20, at + 20, CASE WHEN state = 1 THEN 200 ELSE 500 END,
  CASE WHEN state <> 1 THEN 'http_status' END
FROM past WHERE state <> 0 ORDER BY n`;

const openSql = `
INSERT INTO open_delivery (key, account_no, endpoint_no, state, line, tries, attempts, due_at, started_at, last_at, last_status, last_error)
SELECT n * 65536, $1, endpoint_no, 0, 1, 1, 1, $2, at, at + 20, 500, 'http_status' FROM past WHERE state = 0 ORDER BY n`;

const orderSql = `
INSERT INTO tracked_order (id, account_no, source_id, reference, state, registered, flagged, overdue, reached, poll_failures, created_at, updated_at)
SELECT 'ord_' || n, $1, $2, ${reference}, CASE WHEN n % 1000 = 0 THEN 'stuck' ELSE 'fulfilled' END, true, n % 1000 = 500, n % 1000 = 0, '[]', 0, at, at
FROM past WHERE n % 10 = 0 ORDER BY n ON CONFLICT DO NOTHING`;
