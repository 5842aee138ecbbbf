import { type DeliveryStatus, type DeliveryView, eventSeqOf } from '../../../core/delivery.ts';
import { filterRows } from '../../../core/limits/lists.ts';
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
import type { Row, Session } from '../session.ts';
import { amongSql, amongValues } from './among.ts';
import { begunViews, deliveryPart, eventPart, lackingRows, viewsDown } from './delivery-views.ts';
import { eventConditions, eventsDown, spanOf } from './events.ts';

/** How many deliveries a page looks at along endpoints where some may not fit: fewer than `filterRows`, for each costs more here than a row does in a file. */
const rowsLookedAt = 150;
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
  const pageOfEvents = { limit: page.limit, before: Math.floor((before - 1) / places) + 1 };
  const steps = eventsDown(session, accountNo, events, pageOfEvents);
  const rows: DeliveryView[] = [];
  let left = rowsToLookAt(filter);
  // As many as fill a page though some do not fit, then few, for often only a few are lacking. Where few fit, all that are looked at;
  // an event with one delivery counts as two.
  const atOnce = left < filterRows ? [left / 2] : [page.limit + 20, 20, 40, 60];
  for await (const step of viewsDown(session, steps, endpointNo ?? null, atOnce)) {
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
    'SELECT no, id AS endpoint_id, status, deleted_at FROM endpoint WHERE account_no = ? AND (?::bigint IS NULL OR no = ?)',
    accountNo,
    one,
    one,
  );
  const searches = endpoints.flatMap((endpoint) =>
    statesAt(endpoint, filter.statuses).map((state) => ({ endpoint, state })),
  );
  const wanted = page.limit + 1;
  const most = allFit(filter) ? wanted : Math.max(wanted, rowsLookedAt);
  const looked = await newestOf(session, { searches, most, wanted }, range);
  const rows = looked.rows.filter((row) => isAsked(viewOf(row), filter));
  const events = await eventsFitting(session, accountNo, filter, { rows, wanted });
  const known = new Map(events.map((event) => [event.seq as number, event]));
  const views = rows.flatMap((row) => {
    const event = known.get(eventSeqOf(row.key as number));
    return event === undefined ? [] : [viewOf({ ...event, ...row })];
  });
  views.push(...(await begunMatching(session, accountNo, filter, range)));
  const floor =
    events.length === wanted ? Math.max(looked.floor, (events.at(-1)!.seq as number) * places) : looked.floor;
  const found = newest(views, wanted).filter((view) => view.key >= floor);
  if (found.length === wanted) return { rows: found.slice(0, -1), next: found[wanted - 2]!.key };
  return { rows: found, next: floor > range.from ? floor : null };
}

/** Whether all that is in the states behind the statuses is as the filter asks, but for what clocks that were set back put in its range. */
function allFit({ statuses = [], eventType = '*', httpStatus, minAttempts }: DeliveryFilter): boolean {
  const wholeStates =
    statuses.length > 0 && statuses.every((status) => status === 'dead' || status === 'delivered');
  return wholeStates && eventType === '*' && httpStatus === undefined && minAttempts === undefined;
}

/** Keys that are looked at, and from where on there may be some without a row: no node's checkpoint is beyond one. */
interface Range {
  from: number;
  to: number;
  begunFrom: number;
}

/** Where is looked, and how far. */
interface Look {
  searches: { endpoint: Row; state: number }[];
  /** Of all searches together. */
  most: number;
  wanted: number;
}

/** Deliveries with their endpoints. What is older than `floor` was not looked at everywhere, so that nobody knows what comes next. */
interface Looked {
  rows: Row[];
  floor: number;
}

/** In the newest eras first: into all that there are, each search has to look by itself, also where it finds nothing. */
async function newestOf(session: Session, look: Look, range: Range): Promise<Looked> {
  if (look.searches.length === 0) return { rows: [], floor: range.from };
  // Open ones lie in no era.
  if (look.searches.every(({ state }) => state === open))
    return await rowsAlong(session, 'open_delivery', look, range);
  const era = await session.get(
    'SELECT min(from_seq) AS from_seq FROM (SELECT from_seq FROM era WHERE from_seq < ? ORDER BY from_seq DESC LIMIT ?) e',
    Math.ceil(range.to / places),
    newestEras,
  );
  const from = ((era?.from_seq as number | null | undefined) ?? 0) * places;
  if (from > range.from) {
    const looked = await rowsAlong(session, 'delivery', look, { ...range, from });
    if (looked.floor > from || looked.rows.length >= look.wanted) return looked;
  }
  return await rowsAlong(session, 'delivery', look, range);
}

/** The newest deliveries of each endpoint in each state, all together from the newest on. */
async function rowsAlong(
  session: Session,
  table: 'delivery' | 'open_delivery',
  { searches, most, wanted }: Look,
  range: Range,
): Promise<Looked> {
  const each = Math.max(wanted, Math.ceil(most / searches.length));
  // In the order of endpoints and keys, which `= ANY` lets stand where `=` would make it one of keys: so the planner has only the index
  // that begins with endpoint and state, and cannot walk down all deliveries for the few that are in a rare one. By the key it leaves
  // out eras. How many are wanted it does not see: it would make another plan each time, which takes longer than the work.
  const rows = await session.all(
    `SELECT s.n, x.* FROM unnest(?::bigint[], ?::smallint[]) WITH ORDINALITY AS s (endpoint_no, state, n)
     CROSS JOIN LATERAL (SELECT ${deliveryPart} FROM ${table} d
       WHERE d.endpoint_no = ANY (ARRAY[s.endpoint_no]) AND d.state = s.state AND d.key >= ? AND d.key < ?
       ORDER BY d.endpoint_no DESC, d.key DESC LIMIT (SELECT ?::bigint)) x
     ORDER BY x.key DESC LIMIT (SELECT ?::bigint)`,
    searches.map(({ endpoint }) => endpoint.no as number),
    searches.map(({ state }) => state),
    range.from,
    range.to,
    each,
    most,
  );
  const ends = [...Map.groupBy(rows, ({ n }) => n).values()].filter(({ length }) => length === each);
  if (rows.length === most) ends.push(rows);
  const floor = Math.max(range.from, ...ends.map((end) => end.at(-1)!.key as number));
  return {
    rows: rows
      .filter(({ key }) => (key as number) >= floor)
      .map((row) => ({ ...row, ...searches[(row.n as number) - 1]!.endpoint })),
    floor,
  };
}

/** The newest events of these deliveries that are as the filter asks, as many as fill a page. */
async function eventsFitting(
  session: Session,
  accountNo: number,
  filter: DeliveryFilter,
  { rows, wanted }: { rows: Row[]; wanted: number },
): Promise<Row[]> {
  if (rows.length === 0) return [];
  const { conditions, values } = eventConditions(accountNo, eventFilterOf(filter));
  return await session.all(
    `SELECT ${eventPart} FROM event e WHERE ${conditions.join(' AND ')} AND ${amongSql('e.seq')} ORDER BY e.seq DESC LIMIT ?`,
    ...values,
    ...amongValues([...new Set(rows.map(({ key }) => eventSeqOf(key as number)))]),
    wanted,
  );
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
