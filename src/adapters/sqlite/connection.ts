import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SurehookError } from '../../core/errors.ts';
import * as limits from '../../core/limits/store.ts';
import { cannotOpen, requireDatabase, syncFolder } from './file.ts';
import { type MigrationStatus, migrate, statusOfSchema } from './migrations.ts';

/** Before this one, a checkpoint that met a restarting write-ahead log could corrupt the file. */
const oldestSqlite = [3, 51, 3] as const;

/** Opens the one connection that writes, with a file that is sound, durable and of the present schema. */
export function openWriter(file: string): DatabaseSync {
  requireVersion(sqliteVersion());
  const inMemory = file === ':memory:';
  if (!inMemory) requireDatabase(file);
  const db = openFile(file);
  try {
    db.exec(`PRAGMA busy_timeout = ${limits.storeBusyMs}`);
    const journal = db.prepare('PRAGMA journal_mode = WAL').get()!.journal_mode;
    if (!inMemory && journal !== 'wal')
      throw new SurehookError(
        'unavailable',
        `The disk under ${file} does not support SQLite's write-ahead log (network file systems do not). Use a local disk.`,
      );
    db.exec('PRAGMA synchronous = FULL');
    if (process.platform === 'darwin') db.exec('PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
    db.exec(
      `PRAGMA wal_autocheckpoint = ${limits.walPages}; PRAGMA journal_size_limit = ${limits.walKeepBytes}`,
    );
    boundMemory(db);
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    if (!inMemory) requireDurable(db, file);
    checkSound(db);
    migrate(db, file);
    db.exec('UPDATE node SET clean = 0');
    if (!inMemory) syncFolder(dirname(resolve(file)));
    return db;
  } catch (error) {
    db.close();
    throw damaged(file, error);
  }
}

/** A connection that only reads, beside the writer. */
export function openReader(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true, timeout: limits.storeBusyMs });
  boundMemory(db);
  return db;
}

/** Has a connection keep no more in memory than it may, and what is temporary there. */
export function boundMemory(db: DatabaseSync): void {
  db.exec(`PRAGMA temp_store = MEMORY; PRAGMA cache_size = -${limits.storeCacheKib}`);
}

/** What `surehook migrate --status` shows. Reads only; a file that is not there has no schema yet. */
export function migrationStatus(file: string): MigrationStatus {
  requireDatabase(file);
  const db = existsSync(file)
    ? new DatabaseSync(file, { readOnly: true, timeout: limits.storeBusyMs })
    : new DatabaseSync(':memory:');
  try {
    return statusOfSchema(db);
  } finally {
    db.close();
  }
}

/** Refuses a connection whose commits could be lost by a power cut: `synchronous` must be FULL after the first statement, too. */
export function requireDurable(db: DatabaseSync, file: string): void {
  const level = Number(db.prepare('PRAGMA synchronous').get()!.synchronous);
  if (level < 2) {
    throw new SurehookError(
      'unavailable',
      `SQLite does not keep synchronous=FULL for ${file} (it says ${level}), so a power cut could lose acknowledged events. Run Surehook with an unchanged Node.js.`,
    );
  }
}

export function requireVersion(version: string): void {
  const parts = version.split('.').map(Number);
  for (const [i, least] of oldestSqlite.entries()) {
    const part = parts[i] ?? 0;
    if (part > least) return;
    if (part < least)
      throw new SurehookError(
        'unavailable',
        `SQLite ${version} has a bug that can corrupt a database; ${oldestSqlite.join('.')} or newer is needed. Update Node.js.`,
      );
  }
}

function sqliteVersion(): string {
  const db = new DatabaseSync(':memory:');
  const version = String(db.prepare('SELECT sqlite_version() AS version').get()!.version);
  db.close();
  return version;
}

function openFile(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: limits.storeBusyMs });
  } catch (error) {
    throw cannotOpen(file, error as Error);
  }
}

/** A look over the whole file where it is quick or the last stop was not in order; a large file is trusted until a page says otherwise. */
function checkSound(db: DatabaseSync): void {
  const { page_count: pages } = db.prepare('PRAGMA page_count').get()!;
  const { page_size: pageBytes } = db.prepare('PRAGMA page_size').get()!;
  const bytes = Number(pages) * Number(pageBytes);
  const known = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'node'").get() !== undefined;
  const clean = known && db.prepare('SELECT clean FROM node').get()?.clean === 1;
  if (bytes > (clean ? limits.checkBytes : limits.checkUncleanBytes)) return;
  const found = db.prepare('PRAGMA quick_check(1)').get()!.quick_check;
  if (found !== 'ok') throw new Error(`database disk image is malformed: ${String(found)}`);
}

function damaged(file: string, error: unknown): unknown {
  const code = Number((error as { errcode?: number }).errcode ?? 0) & 0xff;
  const malformed = code === 11 || code === 26 || (error as Error).message.startsWith('database disk image');
  if (!malformed) return error;
  return new SurehookError(
    'unavailable',
    `The database ${file} is damaged (${(error as Error).message.replace(/\s+/g, ' ')}). Nothing was changed. Restore the newest backup (see "surehook backup"), or try "sqlite3 ${file} .recover" on a copy.`,
  );
}
