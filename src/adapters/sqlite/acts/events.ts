import type { EventHead } from '../../../core/event.ts';
import * as limits from '../../../core/limits.ts';
import { typeRange } from '../../../core/match.ts';
import type { EventFilter, EventView, Found, Page } from '../../../ports/store.ts';
import type { Database } from '../database.ts';
import { eventColumns, eventOf, headColumns, headOf } from './rows.ts';

const deliveriesOfSql = 'json_array_length(e.targets) AS deliveries FROM event e';

export function getEvent(db: Database, accountNo: number, id: string): EventView | null {
  const row = db.get(
    `SELECT ${eventColumns}, ${deliveriesOfSql} WHERE e.account_no = ? AND e.id = ?`,
    accountNo,
    id,
  );
  return row === undefined ? null : { event: eventOf(row), deliveries: row.deliveries as number };
}

/** Newest first, along the index of what is asked for, so that the cost follows the page and not the history. */
export function listEvents(
  db: Database,
  accountNo: number,
  filter: EventFilter,
  page: Page,
): Found<EventView<EventHead>> {
  const rows: EventView<EventHead>[] = [];
  for (const step of eventsDown(db, accountNo, filter, page.before ?? Number.MAX_SAFE_INTEGER)) {
    if (step.kind === 'end') return { rows, next: step.seq };
    if (rows.length === page.limit) return { rows, next: rows.at(-1)!.event.seq };
    const row = db.get(`SELECT ${headColumns}, ${deliveriesOfSql} WHERE e.seq = ?`, step.seq)!;
    rows.push({ event: headOf(row), deliveries: row.deliveries as number });
  }
  return { rows, next: null };
}

/**
 * Positions before `before` of events that a filter wants, newest first. It walks along the index of one of the things asked
 * for and looks at the others; `end` says how far it came when it has looked at all that it may for nothing.
 */
export function* eventsDown(
  db: Database,
  accountNo: number,
  filter: EventFilter,
  before: number,
): Generator<{ kind: 'found' | 'end'; seq: number }> {
  const { conditions, values } = eventConditions(db, accountNo, filter);
  const [along, along1] = indexOf(filter);
  const text = filter.q === undefined ? '' : ' AND instr(e.data, ?) > 0';
  const sql = `SELECT e.seq, (${conditions.join(' AND ')}${text}) AS wanted, octet_length(e.data) AS bytes
    FROM event e WHERE e.account_no = ? ${along} AND e.seq < ? AND e.seq >= ? ORDER BY e.seq DESC`;
  const from = filter.sinceMs === undefined ? 0 : seqAt(db, filter.sinceMs - limits.clockBackMs);
  const until =
    filter.untilMs === undefined ? before : Math.min(before, seqAt(db, filter.untilMs + limits.clockBackMs));
  const wanted = [...values, ...(filter.q === undefined ? [] : [filter.q])];
  let rowsLeft = limits.searchRows;
  let bytesLeft = limits.searchBytes;
  for (const row of db.rows(sql, ...wanted, accountNo, ...along1, until, from)) {
    const seq = row.seq as number;
    if (row.wanted === 1) yield { kind: 'found', seq };
    else rowsLeft -= 1;
    if (filter.q !== undefined) bytesLeft -= row.bytes as number;
    if (rowsLeft > 0 && bytesLeft > 0) continue;
    yield { kind: 'end', seq };
    return;
  }
}

/** The most telling thing asked for that has an index in the order of events. */
function indexOf({ reference, source, type }: EventFilter): [condition: string, values: string[]] {
  if (reference !== undefined) return ['AND e.reference = ?', [reference]];
  if (source !== undefined) return ['AND e.source = ?', [source]];
  if (type !== undefined && !type.endsWith('*')) return ['AND e.type = ?', [type]];
  return ['', []];
}

/** Conditions on events `e` for the parts of a filter that sit in columns. */
export function eventConditions(
  db: Database,
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
  if (filter.sinceMs !== undefined)
    add('e.seq >= ? AND e.created_at >= ?', seqAt(db, filter.sinceMs - limits.clockBackMs), filter.sinceMs);
  if (filter.untilMs !== undefined)
    add('e.seq < ? AND e.created_at < ?', seqAt(db, filter.untilMs + limits.clockBackMs), filter.untilMs);
  return { conditions, values };
}

/** The first position at or after a time. Positions grow with time, but for clocks that are set back: callers leave room for that. */
export function seqAt(db: Database, atMs: number): number {
  let low = 0;
  let high = 1 + Number(db.get('SELECT max(seq) AS seq FROM event')!.seq ?? 0);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = db.get('SELECT seq, created_at FROM event WHERE seq >= ? LIMIT 1', middle);
    if (row === undefined || (row.created_at as number) >= atMs) high = middle;
    else low = (row.seq as number) + 1;
  }
  return low;
}
