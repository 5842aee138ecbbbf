import { StoreError, SurehookError } from '../../core/errors.ts';
import { listSome } from './acts/listing.ts';
import { writeTallies } from './acts/tally.ts';
import { type WriteName, writeActs } from './acts.ts';
import type { Database } from './database.ts';

export interface Act {
  name: WriteName;
  input: readonly unknown[];
}

export type Result = { value: unknown } | { error: Error };

/** For simulations: answers true when the batch shall fail there. `after`: it took effect and nobody is told. */
export type Fault = (phase: 'before' | 'middle' | 'after') => boolean;

/** Acts that refuse before their first write, so that they need no savepoint of their own. */
const refusesFirst = new Set<WriteName>(['accept', 'settle', 'claim', 'release', 'spill', 'pull']);

/** Acts whose failure may leave work ours that has no row and that nobody has in hand: an accept stored unknown, a release or a look-up undone. */
const leavesDoubt = new Set<WriteName>(['accept', 'release', 'reclaim', 'join']);

/**
 * Runs acts in one transaction: one commit, one sync of the disk, results in order. An act that refuses leaves the others
 * alone; a failure of the store itself is every act's, and says that the outcome is unknown.
 */
export function runBatch(db: Database, acts: readonly Act[], fault: Fault | null = null): Result[] {
  const { broken } = db;
  if (broken !== null) return acts.map(() => ({ error: broken }));
  try {
    return commitBatch(db, acts, fault);
  } catch (error) {
    rollBack(db);
    const failure = storeErrorOf(error);
    if (failure?.fatal) db.broken = failure;
    if (acts.some(({ name }) => leavesDoubt.has(name))) db.inDoubt = true;
    if (failure !== null) return acts.map(() => ({ error: failure }));
    // A fault of one act that is not the store's: found by running each alone, so that the others do not suffer.
    if (acts.length > 1) return acts.flatMap((act) => runBatch(db, [act]));
    return [{ error: error as Error }];
  }
}

function commitBatch(db: Database, acts: readonly Act[], fault: Fault | null): Result[] {
  if (fault?.('before')) throw injected();
  db.run('BEGIN IMMEDIATE');
  db.begin();
  const results = acts.map((act) => runAct(db, act));
  if (fault?.('middle')) throw injected();
  writeTallies(db);
  listSome(db);
  db.run('COMMIT');
  if (fault?.('after')) throw injected();
  return results;
}

function runAct(db: Database, { name, input }: Act): Result {
  const act = writeActs[name] as (db: Database, ...input: readonly unknown[]) => unknown;
  const guarded = !refusesFirst.has(name);
  if (guarded) db.run('SAVEPOINT act');
  try {
    const value = act(db, ...input);
    if (guarded) db.run('RELEASE act');
    return { value };
  } catch (error) {
    const refused = error instanceof SurehookError || error instanceof StoreError;
    if (!refused) throw error;
    if (guarded) db.raw.exec('ROLLBACK TO act; RELEASE act');
    db.versions.clear();
    return { error };
  }
}

function rollBack(db: Database): void {
  try {
    if (db.raw.isTransaction) db.raw.exec('ROLLBACK');
  } catch {
    // The next BEGIN says so if the transaction is still there.
  }
}

function injected(): StoreError {
  return new StoreError('The store did not answer (injected fault).', false);
}

// https://www.sqlite.org/rescode.html
const ioError = 10;
const corrupt = 11;
const notDatabase = 26;
/** Reading one page, and the shared memory's size (a full disk): nothing that was promised is in doubt. */
const harmlessIo = new Set([266, 522, 4874, 4618, 5386]);

/** A failure of SQLite as the flow knows it; null when the error is of another kind. */
export function storeErrorOf(error: unknown): StoreError | null {
  if (error instanceof StoreError) return error;
  const { code, errcode, message } = error as { code?: string; errcode?: number; message: string };
  if (code !== 'ERR_SQLITE_ERROR' || errcode === undefined) return null;
  const primary = errcode & 0xff;
  // A mistake in an act, not a fault of the disk: generic error, constraint, mismatch, misuse, range.
  if (primary === 1 || primary === 19 || primary === 20 || primary === 21 || primary === 25) return null;
  const fatal =
    primary === corrupt || primary === notDatabase || (primary === ioError && !harmlessIo.has(errcode));
  return new StoreError(`SQLite: ${message} (${errcode})`, fatal);
}
