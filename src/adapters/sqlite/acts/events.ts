import type { EventHead } from '../../../core/event.ts';
import * as limits from '../../../core/limits.ts';
import { typeRange } from '../../../core/match.ts';
import type { EventFilter, EventView, Page } from '../../../ports/store.ts';
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
): EventView<EventHead>[] {
  const { conditions, values } = eventConditions(db, accountNo, filter);
  if (filter.q !== undefined) {
    conditions.push('instr(e.data, ?) > 0');
    values.push(filter.q);
  }
  if (page.before !== null) {
    conditions.push('e.seq < ?');
    values.push(page.before);
  }
  const where = `${conditions.join(' AND ')} ORDER BY e.seq DESC LIMIT ?`;
  const select = `SELECT ${headColumns}, ${deliveriesOfSql}`;
  // Many types do not stand in the order of events in their index: what has to be sorted are positions, not rows.
  const sql = filter.type?.endsWith('*')
    ? `${select} WHERE e.seq IN (SELECT e.seq FROM event e WHERE ${where}) ORDER BY e.seq DESC`
    : `${select} WHERE ${where}`;
  return db
    .all(sql, ...values, page.limit)
    .map((row) => ({ event: headOf(row), deliveries: row.deliveries as number }));
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
