import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { ArchiveKind, ArchiveTable, ArchiveValue } from '../../core/archive.ts';
import type { Row } from './session.ts';

/** Rows that are read again at once; each may be as long as a line. */
const fetchRows = 50;

/** A column of an archive's table as it is here. */
export interface Column {
  kind: ArchiveKind;
  name: string;
  type: string;
  /** How a text is made the column's value, given an expression for the text. */
  stored(text: string): string;
  /** The column's value as the archive has it. */
  read: string;
}

/** Columns of here that an archive does not have, with their values. */
const own: Readonly<Record<string, (epoch: number) => Readonly<Record<string, number>>>> = {
  event: (epoch) => ({ epoch }),
  stat: () => ({ backend: 0 }),
};

/** The archive's columns in their order, then our own. `epoch` is whose events and leases the rows become. */
export async function tableColumns(
  client: ClientBase,
  table: ArchiveTable,
  epoch: number,
): Promise<Column[]> {
  const { rows } = await client.query(
    'SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0',
    [table.name],
  );
  const types = new Map(rows.map(({ name, type }) => [name as string, type as string]));
  const columns = Object.entries(table.columns).map(([name, kind]): Column => {
    // A lease is told as such: whose it was says nothing here.
    if (name === 'leased') {
      const stored = (text: string): string => `CASE WHEN ${text}::boolean THEN ${epoch} END`;
      return { kind, name: 'lease', type: 'bigint', stored, read: 'lease IS NOT NULL' };
    }
    const type = types.get(name)!;
    return { kind, name, type, stored: (text) => `${text}::${type}`, read: name };
  });
  const more = Object.entries(own[table.name]?.(epoch) ?? {}).map(
    ([name, value]): Column => ({ kind: 'int', name, type: 'bigint', stored: () => String(value), read: '' }),
  );
  return [...columns, ...more];
}

/** One statement: each column's values go over as one array of texts. */
export async function insertRows(
  client: ClientBase,
  table: string,
  columns: readonly Column[],
  rows: readonly ArchiveValue[][],
): Promise<void> {
  if (rows.length === 0) return;
  const given = columns.filter(({ read }) => read !== '');
  const names = columns.map(({ name }) => name).join(', ');
  const values = columns.map(({ stored }, i) => stored(`c${i}`)).join(', ');
  const arrays = given.map((_, i) => `$${i + 1}::text[]`).join(', ');
  const aliases = given.map((_, i) => `c${i}`).join(', ');
  await client.query(
    `INSERT INTO ${table} (${names}) OVERRIDING SYSTEM VALUE SELECT ${values} FROM unnest(${arrays}) AS x (${aliases})`,
    given.map(({ kind }, i) => rows.map((row) => textOf(row[i]!, kind))),
  );
}

/** Reads a table again, in the archive's order and form. */
export async function storedSum(
  client: ClientBase,
  table: ArchiveTable,
  columns: readonly Column[],
): Promise<{ rows: number; sha256: string }> {
  const given = columns.filter(({ read }) => read !== '');
  const order = table.order.map((name) => (table.columns[name] === 'text' ? `${name} COLLATE "C"` : name));
  const select = given.map(({ read }, i) => `${read} AS c${i}`).join(', ');
  await client.query(
    `DECLARE stored NO SCROLL CURSOR FOR SELECT ${select} FROM ${table.name} ORDER BY ${order.join(', ')}`,
  );
  const sum = createHash('sha256');
  let count = 0;
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${fetchRows} FROM stored`);
    for (const row of rows)
      sum.update(`${JSON.stringify(given.map(({ kind }, i) => archived(row[`c${i}`], kind)))}\n`);
    count += rows.length;
    if (rows.length < fetchRows) break;
  }
  await client.query('CLOSE stored');
  return { rows: count, sha256: sum.digest('hex') };
}

function textOf(value: ArchiveValue, kind: ArchiveKind): string | null {
  if (value === null) return null;
  if (kind === 'bytes') return `\\x${Buffer.from(value as string, 'base64').toString('hex')}`;
  return Array.isArray(value) ? `{${value.join(',')}}` : String(value);
}

function archived(value: unknown, kind: ArchiveKind): unknown {
  if (value === null) return null;
  if (kind === 'bytes') return (value as Buffer).toString('base64');
  return kind === 'uuid' ? String(value).replaceAll('-', '') : value;
}
