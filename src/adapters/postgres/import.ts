import { createHash, type Hash } from 'node:crypto';
import { type ClientBase, DatabaseError } from 'pg';
import {
  type ArchiveHead,
  type ArchiveSum,
  type ArchiveTable,
  type ArchiveValue,
  archiveEras,
  archiveFormat,
  archiveTables,
  contextOf,
} from '../../core/archive.ts';
import { asRecord } from '../../core/body.ts';
import { SurehookError } from '../../core/errors.ts';
import * as limits from '../../core/limits/store.ts';
import { storable } from './acts/rows.ts';
import { connectedTo } from './connections.ts';
import { type Column, insertRows, storedSum, tableColumns } from './import-rows.ts';
import { migrate } from './migrations.ts';
import { requireServer } from './server.ts';

/** How much goes into one statement at most, or one row more. */
const batchChars = 1024 * 1024;

export interface ImportOptions {
  /** `postgres://user:password@host:port/database`; it must be empty, or have an empty schema of ours. */
  url: string;
  durable: boolean;
  /** Of an archive; the bound of each is the reader's matter. */
  lines: AsyncIterable<string>;
  /** A value that was encrypted with the archive's key, encrypted with ours. */
  reseal(sealed: Uint8Array, context: string): Uint8Array;
}

/**
 * Brings an archive into an empty database, all of it or nothing. Answers what was counted in the archive, once what is stored was
 * read again and found the same.
 */
export async function importInto({ url, durable, lines, reseal }: ImportOptions): Promise<ArchiveSum[]> {
  return await connectedTo(url, async (client) => {
    await requireServer(client, durable);
    await migrate(client);
    await client.query('BEGIN');
    try {
      // The lines may be long in coming.
      await client.query('SET LOCAL idle_in_transaction_session_timeout = 0');
      await requireEmpty(client);
      const sums = await importLines(client, lines[Symbol.asyncIterator](), reseal);
      await client.query('COMMIT');
      await client.query('ANALYZE');
      return sums;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw isMisfit(error) ? damaged('a value does not fit where it stands') : error;
    }
  });
}

/** A node that starts meanwhile waits, and so does another import. */
async function requireEmpty(client: ClientBase): Promise<void> {
  await client.query('LOCK TABLE node, account, api_key IN EXCLUSIVE MODE');
  for (const table of ['node', ...archiveTables.map(({ name }) => name)]) {
    const { rows } = await client.query(`SELECT 1 FROM ${table} LIMIT 1`);
    if (rows.length > 0)
      throw new SurehookError(
        'conflict',
        `The database is in use already (its table ${table} is not empty). Import into an empty database, before the first start on it.`,
      );
  }
}

async function importLines(
  client: ClientBase,
  lines: AsyncIterator<string>,
  reseal: ImportOptions['reseal'],
): Promise<ArchiveSum[]> {
  const head = headOf(await nextLine(lines));
  const { rows } = await client.query("SELECT nextval('node_epoch') AS epoch");
  const epoch = rows[0].epoch as number;
  await makeEras(client, head);
  // They tell of dead letters as these come; of those that came before there is a signal already, or an alert.
  await client.query('ALTER TABLE stat DISABLE TRIGGER USER');
  const sums: ArchiveSum[] = [];
  for (const table of archiveTables) sums.push(await importTable(client, table, { lines, epoch, reseal }));
  await client.query('ALTER TABLE stat ENABLE TRIGGER USER');
  if ((await nextLine(lines)).end !== true) throw damaged('no end');
  if ((await lines.next()).done !== true) throw damaged('more comes after its end');
  await goOn(client, head, epoch);
  return sums;
}

interface Course {
  lines: AsyncIterator<string>;
  epoch: number;
  reseal: ImportOptions['reseal'];
}

async function importTable(client: ClientBase, table: ArchiveTable, course: Course): Promise<ArchiveSum> {
  const { lines, epoch, reseal } = course;
  if ((await nextLine(lines)).table !== table.name) throw damaged(`${table.name} is missing`);
  const columns = await tableColumns(client, table, epoch);
  const read = createHash('sha256');
  const written = createHash('sha256');
  let count = 0;
  for (;;) {
    const { batch, end } = await readBatch(lines, read);
    const kept = batch.map((row) => resealed(table, row, columns, reseal));
    for (const row of kept) written.update(`${JSON.stringify(row)}\n`);
    await insertRows(client, table.name, columns, kept);
    count += batch.length;
    if (end === null) continue;
    const sum = { table: table.name, rows: count, sha256: read.digest('hex') };
    if (end.rows !== sum.rows || end.sha256 !== sum.sha256)
      throw damaged(`${table.name} is not as it was written`);
    const stored = await storedSum(client, table, columns);
    if (stored.rows !== count || stored.sha256 !== written.digest('hex'))
      throw new SurehookError(
        'unavailable',
        `The table ${table.name} was not stored as it was read. Nothing was imported.`,
      );
    return sum;
  }
}

/** Up to a bound of rows and bytes; `end` is the table's last line. */
async function readBatch(
  lines: AsyncIterator<string>,
  sum: Hash,
): Promise<{ batch: ArchiveValue[][]; end: { rows?: unknown; sha256?: unknown } | null }> {
  const batch: ArchiveValue[][] = [];
  let chars = 0;
  while (batch.length < limits.statementItems && chars < batchChars) {
    const { done, value: line } = await lines.next();
    if (done === true) throw damaged('it ends too early');
    const row = parsed(line);
    if (!Array.isArray(row)) return { batch, end: asRecord(row) ?? {} };
    sum.update(`${line}\n`);
    chars += line.length;
    batch.push(row);
  }
  return { batch, end: null };
}

function resealed(
  table: ArchiveTable,
  row: ArchiveValue[],
  columns: readonly Column[],
  reseal: ImportOptions['reseal'],
): ArchiveValue[] {
  const names = Object.keys(table.columns);
  if (row.length !== names.length) throw damaged(`a row of ${table.name} has ${row.length} values`);
  return row.map((value, i) => {
    if (typeof value !== 'string') return value;
    if (table.sealed[names[i]!] === undefined) return columns[i]!.kind === 'text' ? storable(value) : value;
    const sealed = reseal(Buffer.from(value, 'base64'), contextOf(table, names[i]!, row));
    return Buffer.from(sealed).toString('base64');
  });
}

/** In place of those that the schema began with. */
async function makeEras(client: ClientBase, { eras }: ArchiveHead): Promise<void> {
  if (eras.length === 0) return;
  const { rows } = await client.query('SELECT no FROM era');
  for (const { no } of rows)
    for (const table of ['attempt', 'ended_delivery', 'event'])
      await client.query(`DROP TABLE ${table}_${no}`);
  await client.query('DELETE FROM era');
  let from = 0;
  for (const { untilSeq, lastAtMs } of eras) {
    await client.query('SELECT add_era($1)', [untilSeq - from]);
    const times = 'UPDATE era SET began_at = $1, closed_at = $1 WHERE until_seq = $2';
    await client.query(times, [lastAtMs, untilSeq]);
    from = untilSeq;
  }
  for (let ahead = 0; ahead < limits.erasAhead; ahead += 1)
    await client.query('SELECT add_era($1)', [limits.eraEvents]);
}

/** What was under way is held by a node that is long dead: whoever joins first takes it over. */
async function goOn(
  client: ClientBase,
  { lastSeq, lowSeq, numbers }: ArchiveHead,
  epoch: number,
): Promise<void> {
  await client.query("INSERT INTO node (epoch, name, low_seq, beat_at) VALUES ($1, 'import', $2, 0)", [
    epoch,
    lowSeq,
  ]);
  await client.query("SELECT setval('event_seq', $1, false)", [lastSeq + 1]);
  for (const { name, columns } of archiveTables) {
    const given = numbers[name];
    if ((columns.no === undefined && name !== 'signal') || given === undefined || given < 1) continue;
    // Signals got numbers of here; later ones must not have those that were used there.
    await client.query(
      "SELECT setval(pg_get_serial_sequence($1, 'no'), greatest($2, nextval(pg_get_serial_sequence($1, 'no'))))",
      [name, given],
    );
  }
}

function headOf(head: Partial<ArchiveHead>): ArchiveHead {
  if (head.surehook !== 'export') throw damaged('it does not begin as one');
  if (head.format !== archiveFormat)
    throw new SurehookError(
      'invalid',
      `The export has the format ${String(head.format)}; this version of Surehook reads ${archiveFormat}. Import it with the version that wrote it.`,
    );
  if ((head.eras?.length ?? 0) > archiveEras) throw damaged('its past has too many parts');
  return head as ArchiveHead;
}

/** A line that is no row. */
async function nextLine(lines: AsyncIterator<string>): Promise<Record<string, unknown>> {
  const { done, value } = await lines.next();
  if (done === true) throw damaged('it ends too early');
  return asRecord(parsed(value)) ?? {};
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw damaged('a line is not JSON');
  }
}

/** What the server or we ourselves fail at is a value: of no such form, there already, too long. Its words may hold it. */
function isMisfit(error: unknown): boolean {
  if (error instanceof DatabaseError) return /^(?:22|23|42P17)/.test(error.code ?? '');
  return error instanceof TypeError || error instanceof RangeError;
}

function damaged(what: string): SurehookError {
  return new SurehookError(
    'invalid',
    `This is no export of Surehook, or a damaged one: ${what}. Nothing was imported. Write it anew with "surehook export".`,
  );
}
