import { readFileSync } from 'node:fs';
import { importInto } from './adapters/postgres/import.ts';
import { exportFile } from './adapters/sqlite/export.ts';
import { readLines, writeLines } from './adapters/system/archive-file.ts';
import { loadOrMakeKeys } from './adapters/system/keys.ts';
import { createVault } from './adapters/system/vault.ts';
import { runExport, runImport } from './cli/carry.ts';
import type { Io } from './cli/io.ts';
import type { Config } from './config.ts';
import { SurehookError } from './core/errors.ts';

/** `surehook export` on this machine. */
export async function exportHere({ database }: Config, file: string, io: Io): Promise<number> {
  if (database.kind !== 'sqlite' || database.file === ':memory:')
    throw new SurehookError(
      'invalid',
      'What is exported is a SQLite file: name it with --database. PostgreSQL databases are moved with pg_dump.',
    );
  return await runExport(file, (summed) => writeLines(file, exportFile(database.file, summed)), io);
}

/** `surehook import` on this machine. `fromKey`: a file with the key that the archive's secrets are encrypted with, if it is not ours. */
export async function importHere(
  config: Config,
  { file, fromKey }: { file: string; fromKey: string | undefined },
  io: Io,
): Promise<number> {
  const { database, dev } = config;
  if (database.kind !== 'postgres')
    throw new SurehookError(
      'invalid',
      'An export is imported into PostgreSQL: set SUREHOOK_DATABASE to postgres://…. A SQLite file is moved as a file, see "surehook backup".',
    );
  const { encryptionKey } = loadOrMakeKeys(config);
  const ours = createVault(encryptionKey);
  const theirs = createVault(fromKey === undefined ? encryptionKey : keyIn(fromKey));
  const reseal = (sealed: Uint8Array, context: string): Uint8Array =>
    ours.seal(
      opened(() => theirs.open(sealed, context)),
      context,
    );
  return await runImport(
    () => importInto({ url: database.url, durable: !dev, lines: readLines(file), reseal }),
    io,
  );
}

function opened(open: () => string): string {
  try {
    return open();
  } catch {
    throw new SurehookError(
      'invalid',
      'The secrets in this export do not open with the given key. Nothing was imported. Give the key of the old installation with --from-key (the file beside its database that ends with .encryption-key), or set SUREHOOK_ENCRYPTION_KEY to it.',
    );
  }
}

function keyIn(file: string): Uint8Array {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new SurehookError('invalid', `The key file ${file} cannot be read: ${(error as Error).message}.`);
  }
  return new Uint8Array(Buffer.from(text, 'base64'));
}
