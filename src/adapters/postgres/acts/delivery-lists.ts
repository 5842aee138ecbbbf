import type { DeliveryStatus, DeliveryView } from '../../../core/delivery.ts';
import { typeRange } from '../../../core/match.ts';
import {
  eventFilterOf,
  isAsked,
  narrowed,
  newest,
  places,
  rowsToLookAt,
  states,
} from '../../../ports/rows/delivery.ts';
import type { DeliveryFilter, Found, Page } from '../../../ports/store.ts';
import type { Row, Session } from '../session.ts';
import { begunViews, eventPart, eventsOfKeys, viewsDown, viewsOfKeys } from './delivery-views.ts';
import { eventConditions, eventsDown, spanOf } from './events.ts';
import { lacksRows } from './rows.ts';

/** How many deliveries are read at once, after the first ones: these are as many as a page shows. */
const rowsAtOnce = 200;
/** How many keys a page looks at, over all endpoints and states: fewer than `filterRows`, for each costs more here than a row does in a file. */
const keysAtOnce = 150;

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
  const range = await keyRange(session, filter, page);
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
  const looked = await keysAlong(session, searches, range, most);
  const kept = await begunMatching(session, accountNo, filter, range);
  let { floor } = looked;
  const fitting = await keysFitting(session, looked.keys, filter);
  let read = 0;
  while (read < fitting.length) {
    const keys = fitting.slice(read, read + (read === 0 ? wanted : rowsAtOnce));
    read += keys.length;
    const views = await viewsOfKeys(session, keys, await eventsOfKeys(session, keys));
    kept.push(...views.filter((view) => isAsked(view, filter)));
    if (kept.filter(({ key }) => key >= keys.at(-1)!).length < wanted) continue;
    floor = keys.at(-1)!;
    break;
  }
  const rows = newest(kept, wanted).filter((view) => view.key >= floor);
  if (rows.length === wanted) return { rows: rows.slice(0, -1), next: rows[wanted - 2]!.key };
  return { rows, next: floor > range.from ? floor : null };
}

/**
 * The newest keys of each endpoint in each state, all together from the newest on; what is older than `floor` was not looked at
 * everywhere, so that nobody knows what comes next.
 */
async function keysAlong(
  session: Session,
  searches: { endpointNo: number; state: number }[],
  range: { from: number; to: number },
  most: number,
): Promise<{ keys: number[]; floor: number }> {
  // Compared as rows, and in the order of rows: so the planner has only the index that begins with endpoint and state, and cannot
  // walk down all deliveries for the few that are in a rare one.
  const rows = await session.all(
    `SELECT s.n, x.key FROM unnest(?::bigint[], ?::smallint[]) WITH ORDINALITY AS s (endpoint_no, state, n)
     CROSS JOIN LATERAL (SELECT key FROM delivery d
       WHERE (d.endpoint_no, d.state, d.key) >= (s.endpoint_no, s.state, ?::bigint)
         AND (d.endpoint_no, d.state, d.key) < (s.endpoint_no, s.state, ?::bigint)
       ORDER BY d.endpoint_no DESC, d.state DESC, d.key DESC LIMIT ?) x`,
    searches.map(({ endpointNo }) => endpointNo),
    searches.map(({ state }) => state),
    range.from,
    range.to,
    most,
  );
  const found = Map.groupBy(rows, (row) => row.n as number);
  let floor = range.from;
  for (const each of found.values())
    if (each.length === most) floor = Math.max(floor, Math.min(...each.map((row) => row.key as number)));
  const keys = rows.map((row) => row.key as number).filter((key) => key >= floor);
  return { keys: keys.sort((a, b) => b - a), floor };
}

/** Those whose event is of the type and time that are asked for, found without reading the deliveries. */
async function keysFitting(
  session: Session,
  keys: number[],
  { eventType, sinceMs, untilMs }: DeliveryFilter,
): Promise<number[]> {
  if (keys.length === 0 || (eventType === undefined && sinceMs === undefined && untilMs === undefined))
    return keys;
  const types = typeRange(eventType ?? '*');
  // The conditions stand around the positions: beside them, the planner may walk along a type's events instead.
  const rows = await session.all(
    `SELECT seq FROM (SELECT seq, type, created_at FROM event WHERE seq = ANY (?::bigint[]) OFFSET 0) e
     WHERE type BETWEEN ? AND ? AND created_at >= ? AND created_at < ?`,
    [...new Set(keys.map((key) => Math.floor(key / places)))],
    types.from,
    types.to,
    sinceMs ?? 0,
    untilMs ?? Number.MAX_SAFE_INTEGER,
  );
  const seqs = new Set(rows.map((row) => row.seq as number));
  return keys.filter((key) => seqs.has(Math.floor(key / places)));
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
  range: { from: number; to: number },
): Promise<DeliveryView[]> {
  if (
    filter.statuses !== undefined &&
    !filter.statuses.includes('sending') &&
    !filter.statuses.includes('cancelled')
  )
    return [];
  const { conditions, values } = eventConditions(accountNo, eventFilterOf(filter));
  const endpointId = filter.endpointNo === undefined ? null : await idOf(session, filter.endpointNo);
  const events = await session.all(
    `SELECT ${eventPart} FROM event e WHERE ${conditions.join(' AND ')} AND ${lacksRows} ORDER BY e.seq DESC`,
    ...values,
  );
  const views: DeliveryView[] = [];
  for (const event of events) views.push(...(await begunViews(session, event)).reverse());
  return views
    .filter((view) => view.key >= range.from && view.key < range.to)
    .filter((view) => endpointId === null || view.endpointId === endpointId)
    .filter((view) => isAsked(view, filter));
}

async function keyRange(
  session: Session,
  filter: DeliveryFilter,
  page: Page,
): Promise<{ from: number; to: number }> {
  const { from, until } = await spanOf(session, filter);
  const to = Math.min(until, Math.floor(Number.MAX_SAFE_INTEGER / places)) * places;
  return { from: from * places, to: Math.min(to, page.before ?? Number.MAX_SAFE_INTEGER) };
}

async function idOf(session: Session, endpointNo: number): Promise<string> {
  return String((await session.get('SELECT id FROM endpoint WHERE no = ?', endpointNo))?.id ?? '');
}
