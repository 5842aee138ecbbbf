import type { EventHead } from '../../../core/event.ts';
import * as limits from '../../../core/limits/lists.ts';
import { clockBackMs } from '../../../core/limits/store.ts';
import { typeRange } from '../../../core/match.ts';
import { readSearch } from '../../../core/search.ts';
import { eventColumns, eventOf, headColumns, headOf } from '../../../ports/rows/delivery.ts';
import type { EventFilter, EventView, Found, Page } from '../../../ports/store.ts';
import type { Database } from '../database.ts';

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

/** A position that a filter wants, or (`end`) how far was looked when that is all that a page may look at. */
type Step = { kind: 'found' | 'end'; seq: number };

/** Events to look at: along one index in the order of positions, and the conditions that they are held against. */
interface Walk {
  /** The column that the walk is in the order of. */
  seq: string;
  /** From the tables to the condition on the index; its values, the account's first. */
  along: string;
  /** The same without the events themselves, which need not be looked at to be counted; null: they are few. */
  counted: string | null;
  alongValues: (string | number)[];
  conditions: string;
  values: (string | number)[];
  from: number;
  until: number;
}

/**
 * Positions before `before` of events that a filter wants, newest first. It walks along the index of one of the things asked
 * for and looks at the others. `endpointNo`: only events that this endpoint was to be told.
 */
export function* eventsDown(
  db: Database,
  accountNo: number,
  filter: EventFilter & { endpointNo?: number },
  before: number,
): Generator<Step> {
  for (const walk of walksOf(db, accountNo, filter, before)) {
    for (const step of filter.q === undefined ? filteredDown(db, walk) : textDown(db, walk, filter.q)) {
      yield step;
      if (step.kind === 'end') return;
    }
  }
}

/** One after another. What is newer than the list of a type is looked through as it is. */
function walksOf(
  db: Database,
  accountNo: number,
  filter: EventFilter & { endpointNo?: number },
  before: number,
): Walk[] {
  const { conditions, values } = eventConditions(accountNo, filter);
  if (filter.endpointNo !== undefined) {
    conditions.push("instr(replace(replace(e.targets, '[', ','), ']', ','), ?) > 0");
    values.push(`,${filter.endpointNo},`);
  }
  const span = spanOf(db, filter);
  const until = Math.min(before, span.until);
  const all = { conditions: conditions.join(' AND '), values, from: span.from, until };
  const { reference, source, type, idempotencyKey } = filter;
  // Indexes are named, for without figures about the data the planner takes the account's own.
  const indexed = (index: string, condition: string, more: string[]): Walk[] => {
    const along = `event e INDEXED BY ${index} WHERE e.account_no = ? ${condition}`;
    return [{ ...all, seq: 'e.seq', along, counted: along, alongValues: [accountNo, ...more] }];
  };
  if (idempotencyKey !== undefined) {
    const along =
      'idempotency i CROSS JOIN event e ON e.seq = i.event_seq WHERE i.account_no = ? AND i.key = ?';
    return [{ ...all, seq: 'e.seq', along, counted: along, alongValues: [accountNo, idempotencyKey] }];
  }
  if (reference !== undefined) return indexed('event_reference', 'AND e.reference = ?', [reference]);
  if (source !== undefined) return indexed('event_source', 'AND e.source = ?', [source]);
  if (type === undefined || type.endsWith('*')) return indexed('event_account', '', []);
  db.readNode();
  const alongValues = [accountNo, type];
  const unlisted = 'event e NOT INDEXED WHERE e.account_no = ? AND e.type = ?';
  const listed = 'WHERE t.account_no = ? AND t.type = ?';
  return [
    {
      ...all,
      seq: 'e.seq',
      along: unlisted,
      counted: null,
      alongValues,
      from: Math.max(all.from, db.listedSeq),
    },
    {
      ...all,
      seq: 't.seq',
      along: `event_of_type t CROSS JOIN event e ON e.seq = t.seq ${listed}`,
      counted: `event_of_type t ${listed}`,
      alongValues,
      until: Math.min(until, db.listedSeq),
    },
  ];
}

function* filteredDown(db: Database, walk: Walk): Generator<Step> {
  const { along, alongValues, conditions, values, until, seq } = walk;
  const { least, isCut } = reachOf(db, walk);
  if (least === null) return;
  const sql = `SELECT e.seq FROM ${along} AND ${seq} < ? AND ${seq} >= ? AND ${conditions} ORDER BY ${seq} DESC`;
  for (const row of db.rows(sql, ...alongValues, until, least, ...values))
    yield { kind: 'found', seq: row.seq as number };
  if (isCut) yield { kind: 'end', seq: least };
}

/** How far down a page may look; null when there is nothing. */
function reachOf(
  db: Database,
  { counted, alongValues, from, until, seq }: Walk,
): { least: number | null; isCut: boolean } {
  if (counted === null) return { least: from, isCut: false };
  const { least, n } = db.get(
    `SELECT min(seq) AS least, count(*) AS n FROM
       (SELECT ${seq} AS seq FROM ${counted} AND ${seq} < ? AND ${seq} >= ? ORDER BY ${seq} DESC LIMIT ?)`,
    ...alongValues,
    until,
    from,
    limits.filterRows,
  )!;
  return { least: least as number | null, isCut: n === limits.filterRows };
}

function* textDown(db: Database, walk: Walk, text: string): Generator<Step> {
  const { along, alongValues, conditions, values, from, until, seq: column } = walk;
  const search = holding(text);
  const sql = `SELECT e.seq, (${conditions} AND ${search.condition}) AS wanted, octet_length(e.data) AS bytes
    FROM ${along} AND ${column} < ? AND ${column} >= ? ORDER BY ${column} DESC`;
  let rowsLeft = limits.searchRows;
  let bytesLeft = limits.searchBytes;
  for (const row of db.rows(sql, ...values, ...search.values, ...alongValues, until, from)) {
    const seq = row.seq as number;
    if (row.wanted === 1) yield { kind: 'found', seq };
    else rowsLeft -= 1;
    bytesLeft -= row.bytes as number;
    if (rowsLeft > 0 && bytesLeft > 0) continue;
    yield { kind: 'end', seq };
    return;
  }
}

/** The condition that an event `e` holds what is searched for. JSON that SQLite finds too deep has no members. */
function holding(q: string): { condition: string; values: string[] } {
  const search = readSearch(q);
  if (search.kind === 'text') return { condition: 'instr(e.data, ?) > 0', values: [search.text] };
  const path = search.path.map((step) => (/^[0-9]+$/.test(step) ? `[${step}]` : `."${step}"`)).join('');
  return {
    condition:
      'CASE WHEN instr(e.data, ?) > 0 AND json_valid(e.data) THEN (e.data -> ?) IN (SELECT value FROM json_each(?)) END',
    values: [search.part, `$${path}`, JSON.stringify(search.written)],
  };
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

/** Positions from and up to which events of a span of time are, with room for clocks that were set back. */
export function spanOf(
  db: Database,
  { sinceMs, untilMs }: Pick<EventFilter, 'sinceMs' | 'untilMs'>,
): { from: number; until: number } {
  return {
    from: sinceMs === undefined ? 0 : seqAt(db, sinceMs - clockBackMs),
    until: untilMs === undefined ? Number.MAX_SAFE_INTEGER : seqAt(db, untilMs + clockBackMs),
  };
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
