import { type DeliveryStatus, type DeliveryView, eventSeqOf } from '../../../core/delivery.ts';
import { matchesType } from '../../../core/match.ts';
import {
  eventFilterOf,
  isAsked,
  isTried,
  narrowed,
  newest,
  places,
  rowsToLookAt,
  states,
} from '../../../ports/rows/delivery.ts';
import type { DeliveryFilter, Found, Page } from '../../../ports/store.ts';
import type { Row, Session } from '../session.ts';
import {
  begunViews,
  eventPart,
  eventsOfKeys,
  lackingRows,
  viewsDown,
  viewsOfKeys,
} from './delivery-views.ts';
import { eventConditions, eventsDown, spanOf } from './events.ts';

/** How many deliveries are read at once, at most: at first as many as a page shows, then as many as before, for often only a few are lacking. */
const rowsAtOnce = 200;
/** How many keys a page looks at, over all endpoints and states: fewer than `filterRows`, for each costs more here than a row does in a file. */
const keysAtOnce = 150;
/** How many of the newest eras are looked at before all. */
const newestEras = 2;

export async function listDeliveries(
  session: Session,
  accountNo: number,
  asked: DeliveryFilter,
  page: Page,
): Promise<Found<DeliveryView>> {
  const filter = narrowed(asked);
  const narrow = filter.statuses !== undefined && !filter.statuses.includes('delivered');
  const byEndpoint =
    filter.reference === undefined &&
    filter.q === undefined &&
    (narrow || (filter.endpointNo !== undefined && filter.eventType === undefined));
  return await (byEndpoint ? listByEndpoint : listByEvent)(session, accountNo, filter, page);
}

/** Along the account's events, newest first. */
async function listByEvent(
  session: Session,
  accountNo: number,
  filter: DeliveryFilter,
  page: Page,
): Promise<Found<DeliveryView>> {
  const before = page.before ?? Number.MAX_SAFE_INTEGER;
  const { endpointNo } = filter;
  const events = { ...eventFilterOf(filter), ...(endpointNo !== undefined && { endpointNo }) };
  const steps = eventsDown(session, accountNo, events, Math.floor((before - 1) / places) + 1);
  const rows: DeliveryView[] = [];
  let left = rowsToLookAt(filter);
  for await (const step of viewsDown(session, steps, endpointNo ?? null)) {
    if (step.kind === 'end') return { rows, next: step.seq * places };
    for (const view of step.views) {
      left -= 1;
      if (view.key >= before) continue;
      if (!isAsked(view, filter)) continue;
      if (rows.length === page.limit) return { rows, next: rows.at(-1)!.key };
      rows.push(view);
    }
    left -= 1;
    if (left <= 0) return { rows, next: step.seq * places };
  }
  return { rows, next: null };
}

/** Along each endpoint's deliveries in the states that are asked for, the newest of all first. */
async function listByEndpoint(
  session: Session,
  accountNo: number,
  filter: DeliveryFilter,
  page: Page,
): Promise<Found<DeliveryView>> {
  const range = await rangeOf(session, filter, page);
  const one = filter.endpointNo ?? null;
  const endpoints = await session.all(
    'SELECT no, status, deleted_at FROM endpoint WHERE account_no = ? AND (?::bigint IS NULL OR no = ?)',
    accountNo,
    one,
    one,
  );
  const searches = endpoints.flatMap((endpoint) =>
    statesAt(endpoint, filter.statuses).map((state) => ({ endpointNo: endpoint.no as number, state })),
  );
  const wanted = page.limit + 1;
  const most = Math.max(wanted, Math.ceil(keysAtOnce / Math.max(1, searches.length)));
  const looked = await newestAlong(session, { searches, filter, most, wanted }, range);
  const kept = await begunMatching(session, accountNo, filter, range);
  let { floor } = looked;
  let read = 0;
  while (read < looked.keys.length) {
    const keys = looked.keys.slice(read, Math.max(wanted, read + Math.min(read, rowsAtOnce)));
    read += keys.length;
    kept.push(...(await viewsFitting(session, keys, filter)));
    if (kept.filter(({ key }) => key >= keys.at(-1)!).length < wanted) continue;
    floor = keys.at(-1)!;
    break;
  }
  const rows = newest(kept, wanted).filter((view) => view.key >= floor);
  if (rows.length === wanted) return { rows: rows.slice(0, -1), next: rows[wanted - 2]!.key };
  return { rows, next: floor > range.from ? floor : null };
}

/** Keys that are looked at, and from where on there may be some without a row: no node's checkpoint is beyond one. */
interface Range {
  from: number;
  to: number;
  begunFrom: number;
}

interface Along {
  searches: { endpointNo: number; state: number }[];
  filter: DeliveryFilter;
  /** Of each search. */
  most: number;
  wanted: number;
}

/** What is older than `floor` was not looked at everywhere, so that nobody knows what comes next. */
interface Looked {
  keys: number[];
  floor: number;
}

/** In the newest eras first: into all that there are, each search has to look by itself, also where it finds nothing. */
async function newestAlong(session: Session, along: Along, range: Range): Promise<Looked> {
  if (along.searches.length === 0) return { keys: [], floor: range.from };
  const era = await session.get(
    'SELECT min(from_seq) AS from_seq FROM (SELECT from_seq FROM era WHERE from_seq < ? ORDER BY from_seq DESC LIMIT ?) e',
    Math.ceil(range.to / places),
    newestEras,
  );
  const from = ((era?.from_seq as number | null | undefined) ?? 0) * places;
  if (from > range.from) {
    const looked = await keysAlong(session, along, { ...range, from });
    if (looked.floor > from || looked.keys.length >= along.wanted) return looked;
  }
  return await keysAlong(session, along, range);
}

/** The newest keys of each endpoint in each state, all together from the newest on, of those that were tried and answered as asked. */
async function keysAlong(session: Session, { searches, filter, most }: Along, range: Range): Promise<Looked> {
  // Compared as rows, and in the order of rows: so the planner has only the index that begins with endpoint and state, and cannot
  // walk down all deliveries for the few that are in a rare one. By the key alone it leaves out eras. How many are wanted it does
  // not see: it would make another plan each time, which takes longer than the work.
  const rows = (await session.all(
    `SELECT s.n, x.* FROM unnest(?::bigint[], ?::smallint[]) WITH ORDINALITY AS s (endpoint_no, state, n)
     CROSS JOIN LATERAL (SELECT key, attempts, last_status AS "httpStatus" FROM delivery d
       WHERE d.key >= ? AND (d.endpoint_no, d.state, d.key) >= (s.endpoint_no, s.state, ?::bigint)
         AND (d.endpoint_no, d.state, d.key) < (s.endpoint_no, s.state, ?::bigint)
       ORDER BY d.endpoint_no DESC, d.state DESC, d.key DESC LIMIT (SELECT ?::bigint)) x`,
    searches.map(({ endpointNo }) => endpointNo),
    searches.map(({ state }) => state),
    range.from,
    range.from,
    range.to,
    most,
  )) as { n: number; key: number; attempts: number; httpStatus: number | null }[];
  let floor = range.from;
  for (const each of Map.groupBy(rows, ({ n }) => n).values())
    if (each.length === most) floor = Math.max(floor, Math.min(...each.map(({ key }) => key)));
  const keys = rows.filter((row) => row.key >= floor && isTried(row, filter)).map(({ key }) => key);
  return { keys: keys.sort((a, b) => b - a), floor };
}

/** Those that are as the filter asks. */
async function viewsFitting(
  session: Session,
  keys: number[],
  filter: DeliveryFilter,
): Promise<DeliveryView[]> {
  const { eventType = '*', sinceMs = 0, untilMs = Number.MAX_SAFE_INTEGER } = filter;
  const events = (await eventsOfKeys(session, keys)).filter(({ type, created_at }) => {
    const atMs = created_at as number;
    return matchesType([eventType], type as string) && atMs >= sinceMs && atMs < untilMs;
  });
  const seqs = new Set(events.map(({ seq }) => seq as number));
  const fitting = keys.filter((key) => seqs.has(eventSeqOf(key)));
  return (await viewsOfKeys(session, fitting, events)).filter((view) => isAsked(view, filter));
}

/** The stored states behind the statuses at one endpoint. Open work of a deleted endpoint counts as cancelled. */
function statesAt(endpoint: Row, statuses: DeliveryStatus[] | undefined): number[] {
  const openOnes: DeliveryStatus[] =
    endpoint.deleted_at !== null
      ? ['cancelled']
      : endpoint.status === 'active'
        ? ['sending', 'pending', 'retrying']
        : ['sending', 'held'];
  const wants = (status: DeliveryStatus): boolean => statuses === undefined || statuses.includes(status);
  return states.flatMap((name, state) =>
    (name === 'open' ? openOnes.some(wants) : wants(name)) ? [state] : [],
  );
}

async function begunMatching(
  session: Session,
  accountNo: number,
  filter: DeliveryFilter,
  range: Range,
): Promise<DeliveryView[]> {
  const { statuses } = filter;
  const isWanted = statuses === undefined || statuses.includes('sending') || statuses.includes('cancelled');
  if (!isWanted || range.begunFrom >= range.to) return [];
  const { conditions, values } = eventConditions(accountNo, eventFilterOf(filter));
  const events = await session.all(
    `SELECT ${eventPart} FROM event e WHERE ${conditions.join(' AND ')} AND e.seq >= ? ORDER BY e.seq DESC`,
    ...values,
    eventSeqOf(range.begunFrom),
  );
  const views: DeliveryView[] = [];
  for (const { event, keys } of await lackingRows(session, events, filter.endpointNo ?? null))
    views.push(...(await begunViews(session, event)).filter(({ key }) => keys.includes(key)));
  return views
    .filter((view) => view.key >= range.from && view.key < range.to)
    .filter((view) => isAsked(view, filter));
}

async function rangeOf(session: Session, filter: DeliveryFilter, page: Page): Promise<Range> {
  const { from, until } = await spanOf(session, filter);
  const now = (await session.get(
    'SELECT last_value AS newest, (SELECT min(low_seq) FROM node) AS low FROM event_seq',
  )) as { newest: number; low: number | null };
  return {
    from: from * places,
    to: Math.min(Math.min(until, now.newest + 1) * places, page.before ?? Number.MAX_SAFE_INTEGER),
    begunFrom: (now.low ?? now.newest + 1) * places,
  };
}
