import type { EventHead } from '../../../core/event.ts';
import * as limits from '../../../core/limits/lists.ts';
import { clockBackMs } from '../../../core/limits/store.ts';
import { typeRange } from '../../../core/match.ts';
import { readSearch } from '../../../core/search.ts';
import { eventColumns, eventOf, headColumns, headOf } from '../../../ports/rows/delivery.ts';
import type { EventFilter, EventView, Found, Page } from '../../../ports/store.ts';
import type { Row, Session } from '../session.ts';
import { amongSql, amongValues } from './among.ts';

const deliveriesOfSql = 'cardinality(e.targets) AS deliveries FROM event e';

export async function getEvent(session: Session, accountNo: number, id: string): Promise<EventView | null> {
  const row = await session.get(
    `SELECT ${eventColumns}, ${deliveriesOfSql} WHERE e.seq = (SELECT seq FROM event_id WHERE account_no = ? AND id = ?)`,
    accountNo,
    id,
  );
  return row === undefined ? null : { event: eventOf(row), deliveries: row.deliveries as number };
}

/** Newest first, along the index of what is asked for, so that the cost follows the page and not the history. */
export async function listEvents(
  session: Session,
  accountNo: number,
  filter: EventFilter,
  page: Page,
): Promise<Found<EventView<EventHead>>> {
  const seqs: number[] = [];
  let next: number | null = null;
  for await (const step of eventsDown(session, accountNo, filter, page)) {
    if (step.kind === 'end') next = step.seq;
    else if (seqs.length === page.limit) next = seqs.at(-1)!;
    else seqs.push(step.seq);
    if (next !== null) break;
  }
  const rows = await session.all(
    `SELECT ${headColumns}, ${deliveriesOfSql} WHERE ${amongSql('e.seq')} ORDER BY e.seq DESC`,
    ...amongValues(seqs),
  );
  return { rows: rows.map((row) => ({ event: headOf(row), deliveries: row.deliveries as number })), next };
}

/**
 * A page and so many more are read at first where all that is on the way fits, but for what clocks that were set back put there; else
 * all that may be looked at for nothing.
 */
const rowsMore = 30;
const timesRows = 4;
const mostRows = 1000;

/**
 * Positions of events that a filter wants, newest first, of a page and all after it. It walks along the index of one of the things asked
 * for and looks at the others; `end` says how far it came when it has looked at all that it may for nothing. `endpointNo`: only
 * events that this endpoint was to be told.
 */
export async function* eventsDown(
  session: Session,
  accountNo: number,
  filter: EventFilter & { endpointNo?: number },
  page: Page,
): AsyncGenerator<{ kind: 'found' | 'end'; seq: number }> {
  const { conditions, values } = eventConditions(accountNo, filter);
  if (filter.endpointNo !== undefined) {
    conditions.push('? = ANY (e.targets)');
    values.push(filter.endpointNo);
  }
  const along = alongOf(filter);
  const sql = alongSql(along, conditions);
  const span = await seqsOf(session, accountNo, filter);
  let until = Math.min(page.before ?? Number.MAX_SAFE_INTEGER, span.until);
  let rowsLeft = filter.q === undefined ? limits.filterRows : limits.searchRows;
  let bytesLeft = limits.searchBytes;
  const first = isAllAsked(filter, along) ? page.limit + rowsMore : Math.min(rowsLeft, mostRows);
  for (let most = first; ; most = Math.min(most * timesRows, Math.max(rowsLeft, first), mostRows)) {
    const rows = await session.all(
      sql,
      ...values,
      span.from,
      accountNo,
      ...along.values,
      until,
      ...along.values,
      span.from,
      most,
    );
    const searched = filter.q === undefined ? rows : withinBytes(rows, bytesLeft);
    const holding = filter.q === undefined ? null : await holdingText(session, searched, filter.q);
    for (const row of searched) {
      const seq = row.seq as number;
      if (row.wanted === true && (holding === null || holding.has(seq))) yield { kind: 'found', seq };
      else rowsLeft -= 1;
      if (filter.q !== undefined) bytesLeft -= row.bytes as number;
      if (rowsLeft > 0 && bytesLeft > 0) continue;
      yield { kind: 'end', seq };
      return;
    }
    if (rows.length < most && searched.length === rows.length) return;
    until = searched.at(-1)!.seq as number;
  }
}

/** As many rows as the bytes that may still be looked at take up; at least one. */
function withinBytes(rows: Row[], bytes: number): Row[] {
  let sum = 0;
  const end = rows.findIndex((row) => {
    sum += row.bytes as number;
    return sum >= bytes;
  });
  return end === -1 ? rows : rows.slice(0, end + 1);
}

async function holdingText(session: Session, rows: Row[], text: string): Promise<Set<number>> {
  const seqs = rows.filter((row) => row.wanted === true).map((row) => row.seq as number);
  const search = readSearch(text);
  const sql = `SELECT seq FROM event WHERE ${amongSql('seq')} AND`;
  const among = amongValues(seqs);
  const found =
    search.kind === 'text'
      ? await session.all(`${sql} strpos(data, ?) > 0`, ...among, search.text)
      : await session.all(
          `${sql} CASE WHEN strpos(data, ?) > 0 THEN member_of(data, ?::text[]) = ANY (?::text[]) END`,
          ...among,
          search.part,
          search.path,
          search.written,
        );
  return new Set(found.map((row) => row.seq as number));
}

/** What of an account's events is walked along; of no column: all of them. */
interface Along {
  columns: string[];
  values: string[];
}

/** The most telling thing asked for that has an index in the order of events. */
function alongOf({ reference, source, type }: EventFilter): Along {
  if (reference !== undefined) return { columns: ['e.reference'], values: [reference] };
  if (source !== undefined) return { columns: ['e.source'], values: [source] };
  if (type !== undefined && !type.endsWith('*')) return { columns: ['e.type'], values: [type] };
  return { columns: [], values: [] };
}

/** Whether there is nothing on the way along an index that is not asked for, but for its exact time. */
function isAllAsked(filter: EventFilter & { endpointNo?: number }, { values }: Along): boolean {
  const { type, reference, source, endpointNo, q } = filter;
  return (
    [type, reference, source, endpointNo, q].filter((asked) => asked !== undefined).length <= values.length
  );
}

/**
 * Events along an index, newest first, each with whether it is as the conditions say. By `= ANY`, compared as rows and in the order of
 * both, so that the planner has only that index: planned for all accounts and all types, it would walk along the events of everybody
 * for an account that has few, or along all of an account for a type that is rare. (The account is not in the row: before PostgreSQL 18
 * a walk ends only where the first of a row's columns does.) By the lower position alone it leaves out eras.
 */
function alongSql({ columns }: Along, conditions: string[]): string {
  const row = `(${[...columns, 'e.seq'].join(', ')})`;
  const bound = `(${[...columns.map(() => '?'), '?::bigint'].join(', ')})`;
  const walk = [
    'e.seq >= ?',
    'e.account_no = ANY (ARRAY[?::bigint])',
    ...columns.map((column) => `${column} IS NOT NULL`),
    `${row} < ${bound}`,
    `${row} >= ${bound}`,
  ];
  const order = ['e.account_no', ...columns, 'e.seq'].map((column) => `${column} DESC`);
  return `SELECT e.seq, (${conditions.join(' AND ')}) AS wanted, octet_length(e.data) AS bytes FROM event e
    WHERE ${walk.join(' AND ')} ORDER BY ${order.join(', ')} LIMIT (SELECT ?::bigint)`;
}

/** The positions between which the events lie that a filter can want. */
async function seqsOf(
  session: Session,
  accountNo: number,
  filter: EventFilter,
): Promise<{ from: number; until: number }> {
  if (filter.idempotencyKey === undefined) return await spanOf(session, filter);
  const row = await session.get(
    'SELECT k.seq FROM idempotency i JOIN event_id k ON k.account_no = i.account_no AND k.id = i.event_id WHERE i.account_no = ? AND i.key = ?',
    accountNo,
    filter.idempotencyKey,
  );
  const seq = (row?.seq as number | undefined) ?? 0;
  return { from: seq, until: row === undefined ? 0 : seq + 1 };
}

/** Conditions on events `e` for the parts of a filter that sit in columns; `spanOf` bounds where they are to be looked for. */
export function eventConditions(
  accountNo: number,
  filter: Pick<EventFilter, 'type' | 'reference' | 'source' | 'sinceMs' | 'untilMs'>,
): { conditions: string[]; values: (string | number)[] } {
  const conditions = ['e.account_no = ?'];
  const values: (string | number)[] = [accountNo];
  const add = (condition: string, ...more: (string | number)[]): void => {
    conditions.push(condition);
    values.push(...more);
  };
  if (filter.type !== undefined) {
    const { from, to } = typeRange(filter.type);
    if (from === to) add('e.type = ?', from);
    else add('e.type BETWEEN ? AND ?', from, to);
  }
  if (filter.reference !== undefined) add('e.reference = ?', filter.reference);
  if (filter.source !== undefined) add('e.source = ?', filter.source);
  if (filter.sinceMs !== undefined) add('e.created_at >= ?', filter.sinceMs);
  if (filter.untilMs !== undefined) add('e.created_at < ?', filter.untilMs);
  return { conditions, values };
}

/** The positions between which a filter's times lie, with room for clocks that were set back. */
export async function spanOf(
  session: Session,
  { sinceMs, untilMs }: Pick<EventFilter, 'sinceMs' | 'untilMs'>,
): Promise<{ from: number; until: number }> {
  return {
    from: sinceMs === undefined ? 0 : await seqAt(session, sinceMs - clockBackMs),
    until: untilMs === undefined ? Number.MAX_SAFE_INTEGER : await seqAt(session, untilMs + clockBackMs),
  };
}

/** The first position at or after a time. Positions grow with time, but for clocks that are set back: callers leave room for that. */
export async function seqAt(session: Session, atMs: number): Promise<number> {
  return Number((await session.get(seqAtSql, atMs))!.seq);
}

/** Halved until it is found: twenty looks in one statement, where a statement each would take most of a list's time. */
const seqAtSql = `
WITH RECURSIVE search (low, high) AS (
  SELECT 0::bigint, coalesce((SELECT max(seq) FROM event), 0) + 1
  UNION ALL
  SELECT CASE WHEN e.created_at < a.at THEN e.seq + 1 ELSE s.low END,
         CASE WHEN e.created_at < a.at THEN s.high ELSE (s.low + s.high) / 2 END
  FROM (SELECT ?::bigint AS at) a CROSS JOIN search s
  LEFT JOIN LATERAL (SELECT seq, created_at FROM event WHERE seq >= (s.low + s.high) / 2 ORDER BY seq LIMIT 1) e ON true
  WHERE s.low < s.high
)
SELECT low AS seq FROM search WHERE low >= high`;
