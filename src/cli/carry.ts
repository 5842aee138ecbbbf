import type { ArchiveSum } from '../core/archive.ts';
import type { Io } from './io.ts';

/** `surehook export`: everything to a file or stdout. `write` tells of each table; where the lines go to stdout, that goes to stderr. */
export async function runExport(
  file: string,
  write: (summed: (sum: ArchiveSum) => void) => Promise<void>,
  io: Io,
): Promise<number> {
  const sums: ArchiveSum[] = [];
  await write((sum) => sums.push(sum));
  const tell = file === '-' ? io.err : io.out;
  for (const line of tableOf(sums)) tell(line);
  io.err(
    'Secrets in it are encrypted as they were in the database: whoever imports it needs that encryption key, too. Do not start the old server again once it is imported.',
  );
  return 0;
}

/** `surehook import`: the same table as the export showed, once what is stored was read again and found the same. */
export async function runImport(read: () => Promise<ArchiveSum[]>, io: Io): Promise<number> {
  const sums = await read();
  for (const line of tableOf(sums)) io.out(line);
  io.err(
    'All of it is stored, and was read again and compared. Start the nodes: they go on with what was open.',
  );
  return 0;
}

function tableOf(sums: readonly ArchiveSum[]): string[] {
  return sums.map(({ table, rows, sha256 }) => `${table.padEnd(16)} ${String(rows).padStart(10)}  ${sha256}`);
}
