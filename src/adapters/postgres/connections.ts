import pg from 'pg';
import { StoreError, SurehookError } from '../../core/errors.ts';
import * as limits from '../../core/limits/store.ts';
import { breaksConnection, isFull, isWorthAgain, storeErrorOf } from './errors.ts';
import { Pool } from './pool.ts';
import { requirePrimary } from './server.ts';
import { Session } from './session.ts';

const bigint = 20;
const bigints = 1016;

/** Big integers as numbers: all of ours are below 2^53. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === bigint) return Number;
    const parse = pg.types.getTypeParser(oid, format as 'text');
    return oid === bigints ? (text: string) => (parse(text) as unknown as string[]).map(Number) : parse;
  },
} as pg.CustomTypesConfig;

/** How often an act that met another one in a deadlock is begun anew; each time one of the two gets through. */
const deadlockTries = 5;

/** How often somebody asks for a connection that the server does not let us have, while there are others to wait for. */
const fullTries = 10;

/** What every connection of ours asks of the server. */
const settings = {
  synchronous_commit: 'on',
  jit: 'off',
  // To start two workers takes longer than what any statement of ours reads.
  max_parallel_workers_per_gather: 0,
  // Of what is asked for most is in memory. By the server's default, meant for disks that turn, the planner walks along all events
  // for a rare type instead of its index, from the sixth time on, when it no longer sees which type it is.
  random_page_cost: 1.1,
  default_transaction_isolation: 'read committed',
  idle_in_transaction_session_timeout: limits.transactionIdleMs,
  lock_timeout: limits.storeBusyMs,
  statement_timeout: limits.statementMs,
};

/**
 * What the connections for look-ups ask for besides. To plan anew for each page's values, over every era, takes longer than to run what is
 * planned; and the server looks only into the eras that the values leave. Where a plan needs to know the values, the statement says
 * itself which index it is meant to go along.
 */
const readersSettings = { plan_cache_mode: 'force_generic_plan' };
const beginReading = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
/**
 * For walks along an index, which take a page of what is there. To the server each account is as small as most are, and to read all of one
 * and sort it would seem as good.
 */
const beginWalking = `${beginReading}; SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off`;

export function configOf(url: string, more: Record<string, string> = {}): pg.ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: limits.databaseConnectMs,
    // Answers that do not come at all: the server's own bound has passed by then.
    query_timeout: limits.statementMs + limits.databaseConnectMs,
    keepAlive: true,
    application_name: 'surehook',
    types,
    options: Object.entries({ ...settings, ...more })
      .map(([name, value]) => `-c ${name}=${String(value).replace(' ', '\\ ')}`)
      .join(' '),
  };
}

/**
 * Connections for acts that write, and others for look-ups, so that neither waits for the other. Where the server lets us have
 * fewer, those that there are serve both.
 */
export class Connections {
  readonly #writers: Pool;
  readonly #readers: Pool;
  #widening: NodeJS.Timeout | null = null;
  #lookups = 0;
  #closed = false;

  constructor(url: string) {
    const onConnect = requirePrimary;
    this.#writers = new Pool({ ...configOf(url), onConnect }, limits.storeWriters);
    this.#readers = new Pool({ ...configOf(url, readersSettings), onConnect }, limits.storeReaders);
  }

  /** One statement that is a transaction of its own. */
  async alone<T>(act: (session: Session) => Promise<T>): Promise<T> {
    return await this.#withWriter(act);
  }

  /** Several statements in one transaction. */
  async together<T>(act: (session: Session) => Promise<T>): Promise<T> {
    return await this.#withWriter((session) => inTransaction(session, 'BEGIN', act));
  }

  /** Look-ups on one snapshot. */
  async reading<T>(act: (session: Session) => Promise<T>): Promise<T> {
    return await this.#lookingUp(beginReading, act);
  }

  /** The same for lists: what an index has in order is read in that order and not sorted. */
  async walking<T>(act: (session: Session) => Promise<T>): Promise<T> {
    return await this.#lookingUp(beginWalking, act);
  }

  async #lookingUp<T>(begin: string, act: (session: Session) => Promise<T>): Promise<T> {
    if (this.#lookups >= limits.readQueue)
      throw new SurehookError('unavailable', 'Too many look-ups are waiting. Try again shortly.', {
        retryAfterS: limits.busyRetryAfterS,
      });
    this.#lookups += 1;
    try {
      return await this.#with(this.#readers, (session) => inTransaction(session, begin, act));
    } finally {
      this.#lookups -= 1;
    }
  }

  /** Gives a connection up for what must not wait for one. */
  async makeRoom(): Promise<void> {
    const pool = this.#readers.open > 0 ? this.#readers : this.#writers;
    if (pool.open === 0) return;
    this.#narrow(pool, pool.open - 1);
    const client = await pool.connect().catch(() => null);
    // Who came to wait meanwhile goes to the others: without a place to ask for nobody would tell them.
    if (pool.waiting > 0) pool.max = Math.max(1, pool.max);
    client?.release(true);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#widening !== null) clearTimeout(this.#widening);
    await Promise.all([this.#writers.end(), this.#readers.end()]);
  }

  async #withWriter<T>(act: (session: Session) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#with(this.#writers, act);
      } catch (error) {
        if (!(error instanceof Deadlock)) throw error;
        if (tries >= deadlockTries) throw new StoreError(`PostgreSQL: ${error.message}`, false);
      }
    }
  }

  async #with<T>(pool: Pool, act: (session: Session) => Promise<T>): Promise<T> {
    if (this.#closed) throw new StoreError('The store is closed.', false);
    let client: pg.PoolClient | null = null;
    let broken = false;
    try {
      client = await this.#connected(pool);
      return await act(new Session(client));
    } catch (error) {
      if (isWorthAgain(error)) throw new Deadlock((error as Error).message);
      broken = breaksConnection(error);
      throw storeErrorOf(error) ?? error;
    } finally {
      client?.release(broken);
    }
  }

  /** A connection of this pool, or of the other where there can be none. */
  async #connected(pool: Pool): Promise<pg.PoolClient> {
    const other = pool === this.#writers ? this.#readers : this.#writers;
    for (let tries = 1; ; tries += 1) {
      const isRefused = tries > 1 || pool.max === 0;
      const one = isRefused && pool.open === 0 && other.open > 0 ? other : pool;
      if (one === pool && pool.max === 0) pool.max = 1;
      try {
        return await one.connect();
      } catch (error) {
        const hasNone = pool.wanted + other.wanted === 0;
        if (!isFull(error) || hasNone || tries >= fullTries) throw error;
        // With none at all those who wait in this pool would not be told that it has none.
        this.#narrow(one, Math.max(one.open, Math.min(1, one.wanted + one.waiting)));
      }
    }
  }

  /** For a moment no more are asked for than there are: who needs one waits for one of these. */
  #narrow(pool: Pool, max: number): void {
    pool.max = max;
    this.#widening ??= setTimeout(() => {
      this.#widening = null;
      this.#writers.widen();
      this.#readers.widen();
    }, limits.widenAfterMs).unref();
  }
}

/** Nothing was done; doing it again can succeed. */
class Deadlock extends Error {}

async function inTransaction<T>(
  session: Session,
  begin: string,
  act: (session: Session) => Promise<T>,
): Promise<T> {
  await session.exec(begin);
  let result: T;
  try {
    result = await act(session);
  } catch (error) {
    // A connection that cannot even do this is thrown away for the error that came first.
    await session.exec('ROLLBACK').catch(() => undefined);
    throw error;
  }
  await session.exec('COMMIT');
  return result;
}

/** One connection for one thing to do, before there is a store. What cannot be reached is told as such. */
export async function connectedTo<T>(url: string, act: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...configOf(url), statement_timeout: 0, query_timeout: 0, lock_timeout: 0 });
  client.on('error', () => {});
  try {
    await client.connect();
    return await act(client);
  } catch (error) {
    if (error instanceof SurehookError) throw error;
    throw storeErrorOf(error) ?? error;
  } finally {
    await client.end().catch(() => undefined);
  }
}
