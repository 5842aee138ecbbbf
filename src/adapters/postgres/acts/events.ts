import type { EventHead } from '../../../core/event.ts';
import * as limits from '../../../core/limits/lists.ts';
import { clockBackMs } from '../../../core/limits/store.ts';
import { typeRange } from '../../../core/match.ts';
import { readSearch } from '../../../core/search.ts';
import { eventColumns, eventOf, headColumns, headOf } from '../../../ports/rows/delivery.ts';
import type { EventFilter, EventView, Found, Page } from '../../../ports/store.ts';
import type { Row, Session } from '../session.ts';

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
  for await (const step of eventsDown(session, accountNo, filter, page.before ?? Number.MAX_SAFE_INTEGER)) {
    if (step.kind === 'end') next = step.seq;
    else if (seqs.length === page.limit) next = seqs.at(-1)!;
    else seqs.push(step.seq);
    if (next !== null) break;
  }
  const rows = await session.all(
    `SELECT ${headColumns}, ${deliveriesOfSql} WHERE e.seq = ANY (?::bigint[]) ORDER BY e.seq DESC`,
    seqs,
  );
  return { rows: rows.map((row) => ({ event: headOf(row), deliveries: row.deliveries as number })), next };
}

/** Positions that are fetched at first; then each time so many times as many, for a page often lacks only a few. */
const firstRows = 100;
const timesRows = 3;
const mostRows = 1000;

/**
 * Positions before `before` of events that a filter wants, newest first. It walks along the index of one of the things asked
 * for and looks at the others; `end` says how far it came when it has looked at all that it may for nothing. `endpointNo`: only
 * events that this endpoint was to be told.
 */
export async function* eventsDown(
  session: Session,
  accountNo: number,
  filter: EventFilter & { endpointNo?: number },
  before: number,
): AsyncGenerator<{ kind: 'found' | 'end'; seq: number }> {
  const { conditions, values } = eventConditions(accountNo, filter);
  if (filter.endpointNo !== undefined) {
    conditions.push('? = ANY (e.targets)');
    values.push(filter.endpointNo);
  }
  const [along, along1] = indexOf(accountNo, filter);
  const sql = `SELECT e.seq, (${conditions.join(' AND ')}) AS wanted, octet_length(e.data) AS bytes
    FROM event e WHERE e.account_no = ? ${along} AND e.seq < ? AND e.seq >= ? ORDER BY e.seq DESC LIMIT ?`;
  const span = await spanOf(session, filter);
  let until = Math.min(before, span.until);
  let rowsLeft = filter.q === undefined ? limits.filterRows : limits.searchRows;
  let bytesLeft = limits.searchBytes;
  for (let most = firstRows; ; most = Math.min(most * timesRows, Math.max(rowsLeft, firstRows), mostRows)) {
    const rows = await session.all(sql, ...values, accountNo, ...along1, until, span.from, most);
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
  const sql = 'SELECT seq FROM event WHERE seq = ANY (?::bigint[]) AND';
  const found =
    search.kind === 'text'
      ? await session.all(`${sql} strpos(data, ?) > 0`, seqs, search.text)
      : await session.all(
          `${sql} CASE WHEN strpos(data, ?) > 0 THEN member_of(data, ?::text[]) = ANY (?::text[]) END`,
          seqs,
          search.part,
          search.path,
          search.written,
        );
  return new Set(found.map((row) => row.seq as number));
}

/** The most telling thing asked for that has an index in the order of events. */
function indexOf(
  accountNo: number,
  { reference, source, type, idempotencyKey }: EventFilter,
): [condition: string, values: (string | number)[]] {
  if (idempotencyKey !== undefined) {
    const keyed = 'idempotency i JOIN event_id k ON k.account_no = i.account_no AND k.id = i.event_id';
    const condition = `AND e.seq = (SELECT k.seq FROM ${keyed} WHERE i.account_no = ? AND i.key = ?)`;
    return [condition, [accountNo, idempotencyKey]];
  }
  if (reference !== undefined) return ['AND e.reference = ?', [reference]];
  if (source !== undefined) return ['AND e.source = ?', [source]];
  if (type !== undefined && !type.endsWith('*')) return ['AND e.type = ?', [type]];
  return ['', []];
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
