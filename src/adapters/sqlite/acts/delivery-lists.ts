import { type DeliveryStatus, type DeliveryView, eventSeqOf } from '../../../core/delivery.ts';
import * as bounds from '../../../core/limits/lists.ts';
import { typeRange } from '../../../core/match.ts';
import {
  eventFilterOf,
  isAsked,
  narrowed,
  newest,
  open,
  places,
  rowsToLookAt,
  states,
  viewOf,
} from '../../../ports/rows/delivery.ts';
import type { DeliveryFilter, Found, Page } from '../../../ports/store.ts';
import type { Database, Row } from '../database.ts';
import { begunViews, eventPart, rowsFrom, viewsOfEvent } from './delivery-views.ts';
import { eventConditions, eventsDown, spanOf } from './events.ts';
import { type Shelf, shelvesOf } from './listing.ts';
import { lacksRows } from './rows.ts';

export function listDeliveries(
  db: Database,
  accountNo: number,
  asked: DeliveryFilter,
  page: Page,
): Found<DeliveryView> {
  const filter = narrowed(asked);
  const narrow = filter.statuses !== undefined && !filter.statuses.includes('delivered');
  const byEndpoint =
    filter.reference === undefined &&
    filter.q === undefined &&
    (narrow || (filter.endpointNo !== undefined && filter.eventType === undefined));
  return byEndpoint ? listByEndpoint(db, accountNo, filter, page) : listByEvent(db, accountNo, filter, page);
}

/** Along the account's events, newest first. */
function listByEvent(
  db: Database,
  accountNo: number,
  filter: DeliveryFilter,
  page: Page,
): Found<DeliveryView> {
  const before = page.before ?? Number.MAX_SAFE_INTEGER;
  const rows: DeliveryView[] = [];
  const endpointId = filter.endpointNo === undefined ? null : idOf(db, filter.endpointNo);
  let left = rowsToLookAt(filter);
  const { endpointNo } = filter;
  const events = { ...eventFilterOf(filter), ...(endpointNo !== undefined && { endpointNo }) };
  for (const step of eventsDown(db, accountNo, events, eventSeqOf(before - 1) + 1)) {
    if (step.kind === 'end') return { rows, next: step.seq * places };
    const event = db.get(`SELECT ${eventPart} FROM event e WHERE e.seq = ?`, step.seq)!;
    for (const view of event.targets === '[]' ? [] : viewsOfEvent(db, event)) {
      left -= 1;
      if (view.key >= before || (endpointId !== null && view.endpointId !== endpointId)) continue;
      if (!isAsked(view, filter)) continue;
      if (rows.length === page.limit) return { rows, next: rows.at(-1)!.key };
      rows.push(view);
    }
    left -= 1;
    if (left <= 0) return { rows, next: step.seq * places };
  }
  return { rows, next: null };
}

/** Along each endpoint's deliveries in the states that are asked for, keeping the newest of all. */
function listByEndpoint(
  db: Database,
  accountNo: number,
  filter: DeliveryFilter,
  page: Page,
): Found<DeliveryView> {
  const range = keyRange(db, filter, page);
  const one = filter.endpointNo ?? null;
  const searches = db
    .all(
      'SELECT no, status, deleted_at FROM endpoint WHERE account_no = ? AND (? IS NULL OR no = ?)',
      accountNo,
      one,
      one,
    )
    .flatMap((endpoint) =>
      searchesAt(endpoint, filter.statuses).flatMap((search) =>
        shelvesOf(db, search.state).map((shelf) => ({ endpointNo: endpoint.no as number, shelf, ...search })),
      ),
    );
  const wanted = page.limit + 1;
  const most = Math.max(wanted, Math.ceil(bounds.filterRows / Math.max(1, searches.length)));
  let kept: DeliveryView[] = begunMatching(db, accountNo, filter, range);
  // What is older than this was not looked at everywhere, so that nobody knows what comes next.
  let floor = range.from;
  for (const search of searches) {
    const least = Math.max(floor, search.shelf.least, kept.length >= wanted ? kept[wanted - 1]!.key + 1 : 0);
    const to = Math.min(range.to, search.shelf.most);
    const looked = lookedAt(db, search, { from: least, to }, most);
    if (looked === null) continue;
    const rows = matchingRows(db, search, filter, { from: looked.from, to }, wanted);
    if (looked.isCut && rows.length < wanted) floor = looked.from;
    if (rows.length > 0) kept = newest([...kept, ...rows.map(viewOf)], wanted);
  }
  const rows = newest(kept, wanted).filter((view) => view.key >= floor);
  if (rows.length === wanted) return { rows: rows.slice(0, -1), next: rows[wanted - 2]!.key };
  return { rows, next: floor > range.from ? floor : null };
}

interface Search {
  endpointNo: number;
  state: number;
  shelf: Shelf;
  condition: string;
}

/** How far down the keys of a range one search may look; null when there is nothing. */
function lookedAt(
  db: Database,
  { endpointNo, state, shelf }: Search,
  range: { from: number; to: number },
  most: number,
): { from: number; isCut: boolean } | null {
  const row = db.get(
    `SELECT min(key) AS least, count(*) AS n FROM
       (SELECT ${shelf.key} AS key FROM ${shelf.from} WHERE ${shelf.where} AND ${shelf.key} >= ? AND ${shelf.key} < ? ORDER BY ${shelf.key} DESC LIMIT ?)`,
    endpointNo,
    state,
    range.from,
    range.to,
    most,
  )!;
  return row.least === null ? null : { from: row.least as number, isCut: row.n === most };
}

function matchingRows(
  db: Database,
  { endpointNo, state, shelf, condition }: Search,
  filter: DeliveryFilter,
  range: { from: number; to: number },
  limit: number,
): Row[] {
  const types = typeRange(filter.eventType ?? '*');
  const { httpStatus } = filter;
  const answer = httpStatus === undefined ? '' : 'd.last_status BETWEEN ? AND ? AND';
  return db.all(
    `${rowsFrom(shelf.from)} WHERE ${shelf.where} AND ${shelf.key} >= ? AND ${shelf.key} < ? AND ${answer} d.attempts >= ? AND e.type BETWEEN ? AND ?
       AND e.created_at >= ? AND e.created_at < ? ${condition} ORDER BY ${shelf.key} DESC LIMIT ?`,
    endpointNo,
    state,
    range.from,
    range.to,
    ...(httpStatus === undefined ? [] : [httpStatus.from, httpStatus.to]),
    filter.minAttempts ?? 0,
    types.from,
    types.to,
    filter.sinceMs ?? 0,
    filter.untilMs ?? Number.MAX_SAFE_INTEGER,
    limit,
  );
}

/** Nobody has it: neither a process that sends it nor a consumer that fetched it. */
const waiting = 'd.lease IS NULL AND d.pulled_at IS NULL';

/** The stored states behind the statuses at one endpoint. Open work of a deleted endpoint counts as cancelled. */
function searchesAt(
  endpoint: Row,
  statuses: DeliveryStatus[] | undefined,
): { state: number; condition: string }[] {
  const wants = (status: DeliveryStatus): boolean => statuses === undefined || statuses.includes(status);
  const searches = states.flatMap((name, state) =>
    name !== 'open' && wants(name) ? [{ state, condition: '' }] : [],
  );
  const openOnes: string[] = [];
  if (endpoint.deleted_at !== null) {
    if (wants('cancelled')) openOnes.push('1');
  } else {
    if (wants('sending')) openOnes.push(`NOT (${waiting})`);
    if (endpoint.status !== 'active') {
      if (wants('held')) openOnes.push(`(${waiting})`);
    } else {
      if (wants('pending')) openOnes.push(`(${waiting} AND d.tries = 0)`);
      if (wants('retrying')) openOnes.push(`(${waiting} AND d.tries > 0)`);
    }
  }
  if (openOnes.length > 0) searches.push({ state: open, condition: `AND (${openOnes.join(' OR ')})` });
  return searches;
}

function begunMatching(
  db: Database,
  accountNo: number,
  filter: DeliveryFilter,
  range: { from: number; to: number },
): DeliveryView[] {
  if (
    filter.statuses !== undefined &&
    !filter.statuses.includes('sending') &&
    !filter.statuses.includes('cancelled')
  )
    return [];
  const { conditions, values } = eventConditions(accountNo, eventFilterOf(filter));
  const endpointId = filter.endpointNo === undefined ? null : idOf(db, filter.endpointNo);
  db.readNode();
  return db
    .all(
      `SELECT ${eventPart} FROM event e WHERE ${conditions.join(' AND ')} AND ${lacksRows} ORDER BY e.seq DESC`,
      ...values,
      db.lowSeq,
    )
    .flatMap((event) => begunViews(db, event).reverse())
    .filter((view) => view.key >= range.from && view.key < range.to)
    .filter((view) => endpointId === null || view.endpointId === endpointId)
    .filter((view) => isAsked(view, filter));
}

function keyRange(db: Database, filter: DeliveryFilter, page: Page): { from: number; to: number } {
  const { from, until } = spanOf(db, filter);
  const to = Math.min(until, eventSeqOf(Number.MAX_SAFE_INTEGER)) * places;
  return { from: from * places, to: Math.min(to, page.before ?? Number.MAX_SAFE_INTEGER) };
}

function idOf(db: Database, endpointNo: number): string {
  return String(db.get('SELECT id FROM endpoint WHERE no = ?', endpointNo)?.id ?? '');
}
