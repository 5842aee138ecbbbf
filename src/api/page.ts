import { Type } from 'typebox';
import { invalid } from '../core/errors.ts';
import * as limits from '../core/limits/api.ts';

/** Query parameters of every list. */
export const pageQuery = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: limits.listMax,
      default: limits.listDefault,
      description: 'How many to answer at most.',
    }),
  ),
  cursor: Type.Optional(
    Type.String({
      maxLength: 500,
      description: 'The `nextCursor` of the page before; without it the list begins at the newest.',
    }),
  ),
};

/** The query of a list that has no filters. */
export const pageOnly = Type.Object(pageQuery, { additionalProperties: false });

/** A place in a list: what the next page begins after. */
type Position = number | string;

interface ListName {
  list: string;
  accountNo: number;
}

interface Asked {
  limit?: number;
  cursor?: string;
}

interface Page<Row> {
  rows: Row[];
  nextCursor: string | null;
}

/** Opaque to callers; bound to one list of one account, so that it cannot be carried to another. */
export function encodeCursor(name: ListName, position: Position): string {
  return Buffer.from(JSON.stringify([name.list, name.accountNo, position])).toString('base64url');
}

/** Throws `invalid` for anything that `encodeCursor` did not make for this list. */
export function decodeCursor<T extends Position>(
  name: ListName,
  cursor: string | undefined,
  type: 'number' | 'string',
): T | null {
  if (cursor === undefined) return null;
  const parsed = parseCursor(cursor);
  const [list, accountNo, position] =
    Array.isArray(parsed) && parsed.length === 3 ? (parsed as unknown[]) : [];
  const fits =
    list === name.list &&
    accountNo === name.accountNo &&
    typeof position === type &&
    (type === 'string' || (Number.isSafeInteger(position) && (position as number) >= 0));
  if (!fits)
    throw invalid([
      { pointer: 'cursor', detail: 'is not a nextCursor of this list; leave it out to begin anew' },
    ]);
  return position as T;
}

function parseCursor(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

/** The answer of a list: a page of it, each row as callers see it. */
export function pageAnswer<Row>({ rows, nextCursor }: Page<Row>, view: (row: Row) => unknown) {
  return { body: { data: rows.map((row) => view(row)), nextCursor } };
}

/** Of rows that were asked for with one more than `limit`: those of the page, and where the next one begins; null where there is none. */
export function cutAt<Row, At extends Position>(
  rows: readonly Row[],
  limit: number,
  position: (row: Row) => At,
): { rows: Row[]; next: At | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown, next: rows.length > limit && last !== undefined ? position(last) : null };
}

/** A page of a list that is in the store, by numbers. */
export async function pageInStore<Row>(
  name: ListName,
  query: Asked,
  read: (page: { limit: number; before: number | null }) => Promise<{ rows: Row[]; next: number | null }>,
): Promise<Page<Row>> {
  const before = decodeCursor<number>(name, query.cursor, 'number');
  const { rows, next } = await read({ limit: query.limit ?? limits.listDefault, before });
  return { rows, nextCursor: next === null ? null : encodeCursor(name, next) };
}

/** A page of a list that is in memory, sorted already; `order` says where a position stands, as the list is sorted. */
export function pageInMemory<Row>(
  sorted: readonly Row[],
  query: Asked,
  options: ListName & { position: (row: Row) => string; order?: (a: string, b: string) => number },
): Page<Row> {
  const { position, order = newestFirst } = options;
  const after = decodeCursor<string>(options, query.cursor, 'string');
  const rest = after === null ? sorted : sorted.filter((row) => order(position(row), after) > 0);
  const { rows, next } = cutAt(rest, query.limit ?? limits.listDefault, position);
  return { rows, nextCursor: next === null ? null : encodeCursor(options, next) };
}

/** The position of what is numbered as it is made. */
export function byNo({ no }: { no: number }): string {
  return grownText(no);
}

/** The position of what is made without a number. */
export function byTime({ createdAtMs, id }: { createdAtMs: number; id: string }): string {
  return `${grownText(createdAtMs)} ${id}`;
}

function grownText(count: number): string {
  return String(count).padStart(16, '0');
}

/** For positions that grow with time as text. */
function newestFirst(a: string, b: string): number {
  return a === b ? 0 : a < b ? 1 : -1;
}
