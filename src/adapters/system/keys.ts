import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { apiKeyBytes, apiKeyText } from '../../core/account.ts';
import { SurehookError } from '../../core/errors.ts';

/** What was configured; null where the process is to find or make its own. */
export interface KeySettings {
  database: { kind: 'sqlite'; file: string } | { kind: 'postgres'; url: string };
  adminKey: string | null;
  encryptionKey: Uint8Array | null;
}

export interface Keys {
  /** Null only with PostgreSQL, where keys live in the database. */
  adminKey: string | null;
  /** 32 bytes. */
  encryptionKey: Uint8Array;
  /** What an operator should mend; each is one line. */
  warnings: string[];
  /** Files that were made for them just now. */
  made: string[];
}

/** What looking for keys comes upon. */
type Found = Pick<Keys, 'warnings' | 'made'>;

const encryptionKeyBytes = 32;
const weakKeyChars = 32;

/** Where the admin key of a database lies unless it is configured. */
export function adminKeyFile(databaseFile: string): string {
  return `${databaseFile}.admin-key`;
}

/**
 * The keys to work with: configured ones as they are, else those beside the SQLite database, made on first start; the folder is
 * there already. Throws a SurehookError when a key file cannot be read, or when the key that an existing database was encrypted with is missing.
 */
export function loadOrMakeKeys({ database, adminKey, encryptionKey }: KeySettings): Keys {
  const warnings = adminKey !== null && adminKey.length < weakKeyChars ? [weakKey(adminKey)] : [];
  const found: Found = { warnings, made: [] };
  if (database.kind === 'postgres') {
    if (encryptionKey === null)
      throw unusable(
        'With PostgreSQL, SUREHOOK_ENCRYPTION_KEY must be set; make one with: openssl rand -base64 32',
      );
    return { adminKey, encryptionKey, ...found };
  }
  if (database.file === ':memory:') {
    return {
      adminKey: adminKey ?? newAdminKey(),
      encryptionKey: encryptionKey ?? newEncryptionKey(),
      ...found,
    };
  }
  const { file } = database;
  return {
    encryptionKey: encryptionKey ?? encryptionKeyBeside(file, found),
    adminKey: adminKey ?? adminKeyBeside(file, found),
    ...found,
  };
}

function encryptionKeyBeside(databaseFile: string, found: Found): Uint8Array {
  const file = `${databaseFile}.encryption-key`;
  if (!existsSync(file) && (statSync(databaseFile, { throwIfNoEntry: false })?.size ?? 0) > 0) {
    throw unusable(
      `The database ${databaseFile} is there, but not the key that its secrets are encrypted with. Put ${file} back, or set SUREHOOK_ENCRYPTION_KEY to the key it was made with.`,
    );
  }
  const text = readOrMake(file, () => Buffer.from(newEncryptionKey()).toString('base64'), found);
  const key = Buffer.from(text, 'base64');
  if (key.length === encryptionKeyBytes && key.toString('base64') === text) return new Uint8Array(key);
  throw unusable(
    `The file ${file} does not hold 32 bytes in base64. Restore it from a backup: without it, stored secrets cannot be read.`,
  );
}

function adminKeyBeside(databaseFile: string, found: Found): string {
  const file = adminKeyFile(databaseFile);
  const text = readOrMake(file, newAdminKey, found);
  if (/^shk_admin_[\x21-\x7e]+$/.test(text)) return text;
  throw unusable(
    `The file ${file} does not hold a key that begins with shk_admin_. Remove it and start again: a new one is made.`,
  );
}

function newAdminKey(): string {
  return apiKeyText('admin', randomBytes(apiKeyBytes));
}

function newEncryptionKey(): Uint8Array {
  return new Uint8Array(randomBytes(encryptionKeyBytes));
}

function weakKey(adminKey: string): string {
  return `The admin key has only ${adminKey.length} characters; one that cannot be guessed has at least ${weakKeyChars}, chosen at random.`;
}

function readOrMake(file: string, make: () => string, found: Found): string {
  try {
    if (!existsSync(file)) {
      writeOnce(file, `${make()}\n`);
      found.made.push(file);
    }
    const text = readFileSync(file, 'utf8').trim();
    const shared = (statSync(file).mode & 0o077) !== 0 && process.platform !== 'win32';
    if (shared)
      found.warnings.push(`Other users of this machine can read ${file}; close it with: chmod 600 ${file}`);
    return text;
  } catch (error) {
    throw unusable(
      `The file ${file} cannot be read or made: ${(error as Error).message}. Check the folder and who may write to it.`,
    );
  }
}

/** Writes a new file that is whole, on disk and its owner's alone, or leaves the one that another process made meanwhile. */
function writeOnce(file: string, text: string): void {
  const folder = dirname(resolve(file));
  const aside = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const fd = openSync(aside, 'wx', 0o600);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  try {
    linkSync(aside, file);
  } catch (error) {
    // Some file systems know no hard links. The one thing lost there is the race between two first starts.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') renameSync(aside, file);
  } finally {
    rmSync(aside, { force: true });
  }
  syncFolder(folder);
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function unusable(detail: string): SurehookError {
  return new SurehookError('unavailable', detail);
}
