import type { SeenStore } from '../seen.ts';

/** A pool or client of `pg`, or anything that answers a query like it. */
export interface PostgresClient {
  query(sql: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** The table that `postgresSeen` works on; for your migrations. */
export const postgresSeenTable =
  'CREATE TABLE IF NOT EXISTS webhook_seen (key text PRIMARY KEY, until_ms bigint NOT NULL, done boolean NOT NULL);' +
  'CREATE INDEX IF NOT EXISTS webhook_seen_until ON webhook_seen (until_ms)';

/** How many keys that ran out are removed at each `keep`. */
const sweptRows = 100;

/** A store in a PostgreSQL database of yours, for any number of processes. The table `postgresSeenTable` must be there. */
export function postgresSeen(
  client: PostgresClient,
  { now = Date.now }: { now?: () => number } = {},
): SeenStore {
  return {
    async claim(key, leaseMs) {
      const claimed = await client.query(
        `INSERT INTO webhook_seen (key, until_ms, done) VALUES ($1, $2, false)
         ON CONFLICT (key) DO UPDATE SET until_ms = excluded.until_ms, done = false WHERE webhook_seen.until_ms <= $3
         RETURNING key`,
        [key, now() + leaseMs, now()],
      );
      if (claimed.rows.length > 0) return 'mine';
      const found = await client.query('SELECT done FROM webhook_seen WHERE key = $1', [key]);
      return (found.rows[0] as { done: boolean } | undefined)?.done ? 'done' : 'busy';
    },
    async keep(key, forMs) {
      await client.query(
        `INSERT INTO webhook_seen (key, until_ms, done) VALUES ($1, $2, true)
         ON CONFLICT (key) DO UPDATE SET until_ms = excluded.until_ms, done = true`,
        [key, now() + forMs],
      );
      await client.query(
        'DELETE FROM webhook_seen WHERE key IN (SELECT key FROM webhook_seen WHERE until_ms <= $1 LIMIT $2)',
        [now(), sweptRows],
      );
    },
    release: (key) => client.query('DELETE FROM webhook_seen WHERE key = $1', [key]),
  };
}
