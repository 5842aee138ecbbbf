import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { SurehookError } from '../../core/errors.ts';
import { openReader } from './connection.ts';
import type { Database } from './database.ts';
import { makePrivate, requireDatabase, syncFolder } from './file.ts';

/** A consistent copy of what is committed, made beside its final name so that a half copy is never taken for a whole one. */
export function copyTo(db: DatabaseSync, target: string): void {
  if (existsSync(target))
    throw new SurehookError(
      'conflict',
      `The file ${target} exists already. Name a new one, or remove it first.`,
    );
  const folder = dirname(resolve(target));
  if (!existsSync(folder))
    throw new SurehookError(
      'not_found',
      `There is no folder ${folder}. Make it first, or name another file.`,
    );
  const part = `${target}.part`;
  rmSync(part, { force: true });
  // SQLite fills an empty file as it stands, so the copy is its owner's alone from its first byte on.
  makePrivate(part, 'The copy');
  db.prepare('VACUUM INTO ?').run(part);
  const fd = openSync(part, 'r+');
  fsyncSync(fd);
  closeSync(fd);
  renameSync(part, target);
  syncFolder(folder);
}

/** The same from outside, beside a server that works on the file. */
export function backupFile(file: string, target: string): void {
  if (!existsSync(file))
    throw new SurehookError(
      'not_found',
      `There is no database ${file}. Name the one to copy with --database.`,
    );
  requireDatabase(file);
  const db = openReader(file);
  try {
    copyTo(db, target);
  } finally {
    db.close();
  }
}

/** Says in the file that the last stop was in order; the next start takes it back. */
export function markClean(db: Database): void {
  if (db.broken !== null) return;
  try {
    db.run('UPDATE node SET clean = 1');
  } catch {
    // Then the next start looks the file over; nothing else depends on it.
  }
}
