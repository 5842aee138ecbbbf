import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { SurehookError } from '../../core/errors.ts';

/** The first bytes of every SQLite file. */
const header = 'SQLite format 3\0';

/** Readable by its owner only: events are somebody's business. SQLite gives its log the rights of the file it belongs to. */
const privateMode = 0o600;

/** Makes the folders that a file is to stand in, durably. */
export function makeFolder(file: string): void {
  // Node's own recursive way never ends in folders that refuse a child as "not found", as /proc does.
  const missing: string[] = [];
  for (let folder = dirname(resolve(file)); !existsSync(folder); folder = dirname(folder))
    missing.unshift(folder);
  try {
    for (const folder of missing) makeOne(folder);
    if (missing.length > 0) syncFolder(dirname(missing[0]!));
  } catch (error) {
    throw cannotOpen(file, error as Error);
  }
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Makes an empty file that only its owner can read, unless it is there; true when it was made. `what` is it, in an error's words. */
export function makePrivate(file: string, what = 'The database'): boolean {
  try {
    closeSync(openSync(file, 'wx', privateMode));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cannotOpen(file, error as Error, what);
  }
}

function isEmpty(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

/** Looks at what is there, and touches nothing. Throws when it can be no database of ours. */
export function requireDatabase(file: string): void {
  const found = lookAt(file);
  if (found?.isDirectory())
    throw unusable(
      `${file} is a folder. Name a file in it in SUREHOOK_DATABASE, like ${file.replace(/\/+$/, '')}/surehook.db.`,
    );
  if (found !== undefined && !found.isFile())
    throw unusable(`${file} is not a file. Name another one in SUREHOOK_DATABASE.`);
  const isNew = found === undefined || found.size === 0;
  const log = `${file}-wal`;
  if (isNew && !isEmpty(log))
    throw unusable(
      `The database ${file} is missing, but its log ${log} is there. Put the database back beside it, or restore a backup and move the log away.`,
    );
  if (!isNew && startOf(file) !== header)
    throw unusable(
      `The file ${file} is not a SQLite database. Name another one in SUREHOOK_DATABASE. If it was one, it is damaged; nothing was changed. Restore the newest backup (see "surehook backup").`,
    );
}

function lookAt(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    throw cannotOpen(file, error as Error);
  }
}

function startOf(file: string): string {
  try {
    const fd = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(header.length);
      return bytes.toString('latin1', 0, readSync(fd, bytes));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw cannotOpen(file, error as Error);
  }
}

/** Makes folder entries durable: a new file is lost in a power cut while its name is not on disk. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** What is wrong when a file cannot be opened at all. */
export function cannotOpen(file: string, error: Error, what = 'The database'): SurehookError {
  const setting = what === 'The database' ? ' (SUREHOOK_DATABASE)' : '';
  return unusable(
    `${what} ${file} cannot be opened: ${error.message}. Check that its folder can be made and written${setting}.`,
  );
}

function unusable(detail: string): SurehookError {
  return new SurehookError('unavailable', detail);
}
