import type { SeenStore } from '../seen.ts';

/** What `node:sqlite` and better-sqlite3 have in common. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): {
    get(...values: (string | number)[]): unknown;
    run(...values: (string | number)[]): unknown;
  };
}

/** How many keys that ran out are removed at each `keep`. */
const sweptRows = 100;

/** A store in an SQLite database of yours: makes its table `webhook_seen` if it is not there. */
export function sqliteSeen(
  database: SqliteDatabase,
  { now = Date.now }: { now?: () => number } = {},
): SeenStore {
  database.exec(
    'CREATE TABLE IF NOT EXISTS webhook_seen (key TEXT PRIMARY KEY, until_ms INTEGER NOT NULL, done INTEGER NOT NULL) WITHOUT ROWID;' +
      'CREATE INDEX IF NOT EXISTS webhook_seen_until ON webhook_seen (until_ms)',
  );
  const claim = database.prepare(
    `INSERT INTO webhook_seen (key, until_ms, done) VALUES (?, ?, 0)
     ON CONFLICT (key) DO UPDATE SET until_ms = excluded.until_ms, done = 0 WHERE webhook_seen.until_ms <= ?
     RETURNING key`,
  );
  const find = database.prepare('SELECT done FROM webhook_seen WHERE key = ?');
  const keep = database.prepare(
    `INSERT INTO webhook_seen (key, until_ms, done) VALUES (?, ?, 1)
     ON CONFLICT (key) DO UPDATE SET until_ms = excluded.until_ms, done = 1`,
  );
  const release = database.prepare('DELETE FROM webhook_seen WHERE key = ?');
  const sweep = database.prepare(
    `DELETE FROM webhook_seen WHERE key IN (SELECT key FROM webhook_seen WHERE until_ms <= ? LIMIT ${sweptRows})`,
  );
  return {
    claim(key, leaseMs) {
      if (claim.get(key, now() + leaseMs, now()) !== undefined) return 'mine';
      return (find.get(key) as { done: number } | undefined)?.done === 1 ? 'done' : 'busy';
    },
    keep(key, forMs) {
      keep.run(key, now() + forMs);
      sweep.run(now());
    },
    release: (key) => release.run(key),
  };
}
