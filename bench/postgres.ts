import pg from 'pg';
import { startTestPostgres } from '../bin/postgres.js';
import { nowMs, sleep } from './clock.ts';
import { cpuUsOfFamily } from './processes.ts';

const startWithinMs = 10_000;
/** The code of the error of a server that is starting up. */
const startingUp = '57P03';

/** A PostgreSQL server whose commits are on the disk, and the databases of a run on it. */
export class Postgres {
  readonly #url: string;
  readonly #client: pg.Client;
  /** One of the server's sessions. */
  readonly #sessionPid: number;
  readonly #end: () => Promise<void>;
  readonly #made: string[] = [];

  private constructor(url: string, client: pg.Client, sessionPid: number, end: () => Promise<void>) {
    this.#url = url;
    this.#client = client;
    this.#sessionPid = sessionPid;
    this.#end = end;
  }

  /** `url` null: a server of the run's own, in this folder. */
  static async start({ url, folder }: { url: string | null; folder: string }): Promise<Postgres> {
    const own = url === null ? await startTestPostgres({ durableIn: folder }) : null;
    const at = url ?? own?.url;
    if (at === undefined)
      throw new Error('No PostgreSQL for this machine comes from npm: name one with --database.');
    const client = await connected(at);
    const { rows } = await client.query(
      `SELECT pg_backend_pid() AS pid, current_setting('fsync') AS fsync, inet_server_addr() <<= '127.0.0.0/8' AS here`,
    );
    if (rows[0].fsync !== 'on')
      throw new Error('The server runs with fsync = off: what it does cannot be compared to anything.');
    return new Postgres(at, client, rows[0].here === true ? rows[0].pid : 0, async () => own?.stop());
  }

  /** A new database; answers its URL. `like`: a copy of that one, which nobody uses at the moment. */
  async database(like?: string): Promise<string> {
    const name = `surehook_bench_${process.pid}_${this.#made.length}`;
    const template = like === undefined ? '' : ` TEMPLATE ${new URL(like).pathname.slice(1)}`;
    await this.#client.query(`CREATE DATABASE ${name}${template}`);
    this.#made.push(name);
    const url = new URL(this.#url);
    url.pathname = `/${name}`;
    return url.href;
  }

  /** CPU time of the whole server so far, in microseconds; 0 where it is on another machine. */
  get cpuUs(): number {
    return this.#sessionPid === 0 ? 0 : cpuUsOfFamily(this.#sessionPid);
  }

  /** What the server has written to its log so far, in bytes. */
  async logBytes(): Promise<number> {
    const { rows } = await this.#client.query("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS bytes");
    return Number(rows[0].bytes);
  }

  async stop(): Promise<void> {
    for (const name of this.#made) await this.#client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await this.#client.end();
    await this.#end();
  }
}

/** A server listens a moment before it lets anybody in. */
async function connected(url: string): Promise<pg.Client> {
  for (const untilMs = nowMs() + startWithinMs; ; await sleep(50)) {
    const client = new pg.Client(url);
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      if ((error as { code?: string }).code !== startingUp || nowMs() > untilMs) throw error;
    }
  }
}

/** One statement on a database. */
export async function queryOn(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** As somebody who began a transaction in psql and went for lunch; ends when the answered function is called. */
export async function holdSnapshot(url: string): Promise<() => Promise<void>> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await client.query('SELECT count(*) FROM account');
  return () => client.end();
}

const blockEvents = 100_000;

/** So many delivered events of the past, one delivery and one attempt each, in the account and at the endpoint of that number. */
export async function writeHistory(url: string, deliveries: number): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (let from = 0; from < deliveries; from += blockEvents)
      await client.query(historySql, [Math.min(blockEvents, deliveries - from)]);
    // As autovacuum would have done while they came.
    await client.query('VACUUM (ANALYZE)');
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}

const historySql = `
WITH e AS (
  INSERT INTO event (seq, account_no, epoch, created_at, id, type, timestamp, origin, targets, data)
  SELECT seq, p.account_no, 0, 1700000000000, 'h' || seq, 'order.created', '2023-11-14T22:13:20.000Z', 'api', ARRAY[p.no], '{}'
  FROM (SELECT nextval('event_seq') AS seq FROM generate_series(1, $1::integer)) s,
    (SELECT account_no, no FROM endpoint ORDER BY no LIMIT 1) p
  RETURNING seq, account_no, id, type, targets[1] AS endpoint_no),
i AS (
  INSERT INTO event_id (account_no, id, seq, hash, type, deliveries, created_at)
  SELECT account_no, id, seq, md5(id)::uuid, type, 1, 1700000000000 FROM e),
d AS (
  INSERT INTO ended_delivery (key, account_no, endpoint_no, state, tries, attempts, started_at, last_at, ended_at, last_status)
  SELECT seq * 65536, account_no, endpoint_no, 1, 1, 1, 1700000000000, 1700000000005, 1700000000005, 204 FROM e)
INSERT INTO attempt (key, n, account_no, at, duration, http_status, detail, url, request_headers, body_head, body_with_data, body_tail,
  response_headers, response_body, response_truncated)
SELECT seq * 65536, 1, account_no, 1700000000005, 5, 204, '', '', '', '', true, '', '', '', false FROM e`;
