import { existsSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { SurehookError } from '../../core/errors.ts';
import { cannotOpen, makePrivate } from './file.ts';

export interface DatabaseLock {
  release(): void;
  /** Releases it, and takes its file away if that was not there before. */
  undo(): void;
}

/**
 * Keeps a second process off a database. The lock is the kernel's (a write lock on a small file beside the database), so it
 * ends with its holder however that dies, and holds across containers that share a disk and do not see each other's pids.
 * The pid inside is for the message only.
 */
export function lockDatabase(file: string): DatabaseLock {
  const made = makePrivate(`${file}.lock`);
  const lock = openLock(file);
  try {
    lock.exec(
      'PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; CREATE TABLE IF NOT EXISTS holder (pid INTEGER); BEGIN IMMEDIATE',
    );
    lock.exec('DELETE FROM holder');
    lock.prepare('INSERT INTO holder VALUES (?)').run(process.pid);
    lock.exec('COMMIT; BEGIN IMMEDIATE');
  } catch {
    const pid = holderOf(lock);
    lock.close();
    throw new SurehookError(
      'unavailable',
      `The database ${file} is in use by another process${pid === null ? '' : ` (pid ${pid})`}. Stop that one first, or name another file in SUREHOOK_DATABASE. Many nodes need PostgreSQL.`,
    );
  }
  return {
    release: () => lock.close(),
    undo() {
      if (made) rmSync(`${file}.lock`, { force: true });
      lock.close();
    },
  };
}

/** Whether a process works on the database now. Makes nothing. */
export function isLocked(file: string): boolean {
  if (!existsSync(`${file}.lock`)) return false;
  const lock = openLock(file);
  try {
    lock.exec('BEGIN IMMEDIATE');
    return false;
  } catch {
    return true;
  } finally {
    lock.close();
  }
}

function openLock(file: string): DatabaseSync {
  try {
    return new DatabaseSync(`${file}.lock`, { timeout: 0 });
  } catch (error) {
    throw cannotOpen(file, error as Error);
  }
}

function holderOf(lock: DatabaseSync): number | null {
  try {
    const row = lock.prepare('SELECT pid FROM holder').get();
    return row === undefined ? null : Number(row.pid);
  } catch {
    return null;
  }
}
