import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TestDatabase, testDatabase } from '../../../test/support/postgres.ts';
import { listDeliveries } from './acts/delivery-lists.ts';
import { listEvents } from './acts/events.ts';
import { listOrders } from './acts/orders.ts';
import { Connections } from './connections.ts';
import type { Row, Session, Value } from './session.ts';

const page = { limit: 50, before: null };
/** Of an index as it is here: more than to find a place in it takes, and much less than to walk through it. */
const mostBlocks = 80;
const events = 20_000;
const accountNo = 1;
const endpointNo = 1;
const minuteMs = 60_000;
/** Events come one a minute; the deliveries of the first half died. */
const atOf = (n: number): number => n * minuteMs;

let database: TestDatabase;
let connections: Connections;
let prepared = 0;

before(async () => {
  database = await testDatabase();
  connections = new Connections(database.url);
  for (const sql of past) await database.query(sql);
});

after(async () => {
  await connections.close();
  await database.drop();
});

// Whatever is asked for sorts behind all that there is: a walk from it downwards that does not end where it ends goes through it all.
const lists: Record<string, (session: Session) => Promise<{ rows: unknown[] }>> = {
  'events of a type that nobody has': (session) =>
    listEvents(session, accountNo, { type: 'payment.unheard' }, page),
  'events of a source that sent nothing': (session) =>
    listEvents(session, accountNo, { source: 'src_z' }, page),
  'events of a reference that nobody has': (session) =>
    listEvents(session, accountNo, { reference: 'Z' }, page),
  'events of an account that has none': (session) => listEvents(session, 2, {}, page),
  'deliveries of a type that nobody has': (session) =>
    listDeliveries(session, accountNo, { eventType: 'payment.unheard' }, page),
  'deliveries in a state that none is in': (session) =>
    listDeliveries(session, accountNo, { statuses: ['cancelled'] }, page),
  'dead letters of a time in which there were none, after many': (session) =>
    listDeliveries(session, accountNo, { statuses: ['dead'], sinceMs: atOf(0.75 * events) }, page),
  'orders in a state that none is in': (session) => listOrders(session, accountNo, { state: 'stuck' }, page),
  'orders of a source in a state that none is in': (session) =>
    listOrders(session, accountNo, { state: 'stuck', sourceId: 'src_a' }, page),
  'orders of a reference that nobody has': (session) =>
    listOrders(session, accountNo, { reference: 'Z', state: 'fulfilled' }, page),
  'orders of a source that has none': (session) =>
    listOrders(session, accountNo, { sourceId: 'src_z' }, page),
};

for (const [name, list] of Object.entries(lists))
  test(`a list costs what its page does, and not what the account has: ${name}`, async () => {
    const { rows, blocks } = await counted(list);
    assert.deepEqual(rows, []);
    assert.ok(blocks <= mostBlocks, `${blocks} blocks were looked at`);
  });

test('the newest events of an account cost the same beside thousands of accounts that have one each', async () => {
  const pageOf = (session: Session) => listEvents(session, accountNo, {}, page);
  const before = await counted(pageOf);
  await database.query(
    eventsSql(`${events + 1} AND ${2 * events}`, `CASE WHEN n % 2 = 0 THEN ${accountNo} ELSE 1000 + n END`),
  );
  await database.query('VACUUM (ANALYZE)');
  const after = await counted(pageOf);
  assert.deepEqual([before.rows.length, after.rows.length], [page.limit, page.limit]);
  assert.ok(after.blocks <= 2 * before.blocks, `${before.blocks} blocks, and ${after.blocks} then`);
});

for (const [name, filter] of Object.entries({ overdue: {}, 'overdue of a source': { sourceId: 'src_a' } }))
  test(`a page of orders that are ${name} costs what it shows, however many there are`, async () => {
    const { rows, blocks } = await counted((session) =>
      listOrders(session, accountNo, { ...filter, overdue: true }, page),
    );
    assert.equal(rows.length, page.limit);
    assert.ok(blocks <= mostBlocks, `${blocks} blocks were looked at`);
  });

async function counted(
  list: (session: Session) => Promise<{ rows: unknown[] }>,
): Promise<{ rows: unknown[]; blocks: number }> {
  return await connections.walking(async (session) => {
    const counting = new Counting(session);
    return { rows: (await list(counting as unknown as Session)).rows, blocks: counting.blocks };
  });
}

/** Counts the blocks that the server looks at for what is asked of a session. */
class Counting {
  readonly #session: Session;
  blocks = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  async all(sql: string, ...values: Value[]): Promise<Row[]> {
    this.blocks += await this.#blocksOf(sql, values);
    return await this.#session.all(sql, ...values);
  }

  async get(sql: string, ...values: Value[]): Promise<Row | undefined> {
    return (await this.all(sql, ...values))[0];
  }

  async #blocksOf(sql: string, values: Value[]): Promise<number> {
    prepared += 1;
    const name = `counted_${prepared}`;
    const text = sql.split('?').reduce((before, after, n) => `${before}$${n}${after}`);
    await this.#session.exec(`PREPARE ${name} AS ${text}`);
    const given = values.length === 0 ? '' : `(${values.map(literal).join(', ')})`;
    const explain = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ${name}${given}`;
    const [row] = await this.#session.all(explain);
    const [{ Plan: plan }] = row!['QUERY PLAN'] as [{ Plan: Record<string, number> }];
    return plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!;
  }
}

function literal(value: Value): string {
  if (value === null) return 'NULL';
  return `'${String(Array.isArray(value) ? `{${value.join(',')}}` : value).replaceAll("'", "''")}'`;
}

function eventsSql(between: string, account: string): string {
  return `INSERT INTO event (seq, account_no, epoch, created_at, id, type, timestamp, reference, source, origin, targets, data)
    SELECT n, ${account}, 0, n::bigint * ${minuteMs}, 'evt_' || n, 'order.kind' || n % 9, '', 'ORD-' || n, 'src_a', 'api', ARRAY[${endpointNo}], '{}'
    FROM generate_series(1, ${2 * events}) n WHERE n BETWEEN ${between}`;
}

const past = [
  `INSERT INTO endpoint (id, account_no, status, status_at, failures, ordered, config, created_at, updated_at)
   VALUES ('ep_a', ${accountNo}, 'active', 0, 0, false, '{}', 0, 0)`,
  eventsSql(`1 AND ${events}`, String(accountNo)),
  `INSERT INTO ended_delivery (key, account_no, endpoint_no, state, tries, attempts, started_at, last_at, ended_at, last_status)
   SELECT n * 65536, ${accountNo}, ${endpointNo}, CASE WHEN n <= ${events / 2} THEN 2 ELSE 1 END, 1, 1, 1, 1, 1, 200 FROM generate_series(1, ${events}) n`,
  `INSERT INTO tracked_order (id, account_no, source_id, reference, state, registered, flagged, overdue, reached, poll_failures, created_at, updated_at)
   SELECT 'ord_' || n, CASE WHEN n % 2 = 0 THEN ${accountNo} ELSE 1000 + n END, CASE WHEN n % 2 = 0 THEN 'src_a' ELSE 'src_' || n % 3 END, 'ORD-' || n, 'fulfilled', true, false, n % 4 = 0, '[]', 0, 1, 1 FROM generate_series(1, ${events}) n`,
  `SELECT setval('event_seq', ${events})`,
  'VACUUM (ANALYZE)',
];
