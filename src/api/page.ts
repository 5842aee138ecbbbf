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

/** A place in a list: what the next page begins after. */
export type Position = number | string;

interface ListName {
  list: string;
  accountNo: number;
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

/** The page's answer. Callers ask their source for one row more than `limit`, which tells whether there is a next page. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
  next: (last: Row) => string,
): { rows: Row[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown, nextCursor: rows.length > limit && last !== undefined ? next(last) : null };
}

/** A page of a list that is in memory, sorted already; `order` says where a position stands, as the list is sorted. */
export function pageInMemory<Row>(
  sorted: readonly Row[],
  query: { limit?: number; cursor?: string },
  options: ListName & { position: (row: Row) => string; order?: (a: string, b: string) => number },
): { rows: Row[]; nextCursor: string | null } {
  const limit = query.limit ?? limits.listDefault;
  const order = options.order ?? newestFirst;
  const after = decodeCursor<string>(options, query.cursor, 'string');
  const rest = after === null ? sorted : sorted.filter((row) => order(options.position(row), after) > 0);
  return pageOf(rest.slice(0, limit + 1), limit, (last) => encodeCursor(options, options.position(last)));
}

/** For positions that grow with time as text. */
function newestFirst(a: string, b: string): number {
  return a === b ? 0 : a < b ? 1 : -1;
}
