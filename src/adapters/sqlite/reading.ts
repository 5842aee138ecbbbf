import { type ReadName, readActs } from './acts.ts';
import { storeErrorOf } from './batch.ts';
import type { Database } from './database.ts';

/** Runs one look-up on a snapshot of its own. */
export function runRead(db: Database, name: ReadName, input: readonly unknown[]): unknown {
  const act = readActs[name] as (db: Database, ...input: readonly unknown[]) => unknown;
  try {
    db.run('BEGIN');
    return act(db, ...input);
  } catch (error) {
    throw storeErrorOf(error) ?? error;
  } finally {
    if (db.raw.isTransaction) db.run('ROLLBACK');
  }
}
