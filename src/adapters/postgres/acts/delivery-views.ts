import type { Attempt } from '../../../core/attempt.ts';
import { type DeliveryView, eventSeqOf } from '../../../core/delivery.ts';
import { attemptOf, newest, open, places, viewOf } from '../../../ports/rows/delivery.ts';
import type { Row, Session } from '../session.ts';
import { amongSql, amongValues } from './among.ts';

/*
 * A delivery that was sent straight from its accept has no row until it ends: it is shown as `sending`, from its event's
 * targets. Such events are not older than their node's checkpoint, so they are few.
 */

export const eventPart = 'e.seq, e.id, e.type, e.reference, e.account_no, e.created_at, e.targets';
/** Named, so that a column more does not break the statement on a node of the version before. */
const attemptColumns = `n, at, duration, http_status, error, detail, url, request_headers, body_head, body_with_data, body_tail,
  response_headers, response_body, response_truncated, next_at, timings`;

export const deliveryPart = `d.key, d.state, d.lease, d.pulled_at, d.tries, d.attempts, d.due_at, d.last_at, d.last_status, d.last_error, d.ended_at`;
const endpointPart = 'p.id AS endpoint_id, p.status, p.deleted_at';
/** Without its event, which is read apart: to plan a join of two tables that are divided into eras takes longer than to run it. */
const rowSql = `SELECT ${deliveryPart}, ${endpointPart} FROM delivery d JOIN endpoint p ON p.no = d.endpoint_no`;

export async function getDelivery(
  session: Session,
  accountNo: number,
  key: number,
): Promise<{ delivery: DeliveryView; attempts: Attempt[]; data: string } | null> {
  const event = await session.get(
    `SELECT ${eventPart}, e.data FROM event e WHERE e.seq = ? AND e.account_no = ?`,
    eventSeqOf(key),
    accountNo,
  );
  if (event === undefined) return null;
  const row = await session.get(`${rowSql} WHERE d.key = ?`, key);
  const delivery =
    row === undefined
      ? (await begunViews(session, event)).find((view) => view.key === key)
      : viewOf({ ...event, ...row });
  if (delivery === undefined) return null;
  const attempts = await session.all(`SELECT ${attemptColumns} FROM attempt WHERE key = ? ORDER BY n`, key);
  return { delivery, attempts: attempts.map(attemptOf), data: event.data as string };
}

export async function deliveriesOfEvent(
  session: Session,
  accountNo: number,
  eventSeq: number,
  limit: number,
): Promise<DeliveryView[]> {
  const event = await session.get(
    `SELECT ${eventPart} FROM event e WHERE e.seq = ? AND e.account_no = ?`,
    eventSeq,
    accountNo,
  );
  return event === undefined ? [] : (await viewsOfEvent(session, event, limit)).reverse();
}

/** The deliveries of an event's first places, highest place first. */
async function viewsOfEvent(session: Session, event: Row, limit: number = places): Promise<DeliveryView[]> {
  const first = (event.seq as number) * places;
  const rows = await session.all(`${rowSql} WHERE d.key >= ? AND d.key < ?`, first, first + limit);
  const views = rows.map((row) => viewOf({ ...event, ...row }));
  if (views.length < Math.min(limit, (event.targets as number[]).length))
    views.push(...(await begunViews(session, event, limit)));
  return newest(views, views.length);
}

/** The events of these keys, in order, the newest first. */
export async function eventsOfKeys(session: Session, keys: readonly number[]): Promise<Row[]> {
  return await eventsAt(session, [...new Set(keys.map(eventSeqOf))]);
}

async function eventsAt(session: Session, seqs: readonly number[]): Promise<Row[]> {
  const sql = `SELECT ${eventPart} FROM event e WHERE ${amongSql('e.seq')} ORDER BY e.seq DESC`;
  return await session.all(sql, ...amongValues(seqs));
}

/** Those of the keys that have a row; `events` are theirs. */
export async function viewsOfKeys(
  session: Session,
  keys: readonly number[],
  events: readonly Row[],
): Promise<DeliveryView[]> {
  if (keys.length === 0) return [];
  const rows = await session.all(`${rowSql} WHERE ${amongSql('d.key')}`, ...amongValues(keys));
  const known = new Map(events.map((event) => [event.seq as number, event]));
  return rows.map((row) => viewOf({ ...known.get(eventSeqOf(row.key as number)), ...row }));
}

type Step<More = unknown> = { kind: 'found' | 'end'; seq: number } & More;

/** Deliveries that are read at once. */
const viewsAtOnce = 1000;

/** The same steps, each with the deliveries of its event, highest place first; only those to one endpoint where it is given. `atOnce`: how many events are read at first, then, and from then on. */
export async function* viewsDown(
  session: Session,
  steps: AsyncIterable<Step>,
  endpointNo: number | null,
  atOnce: readonly number[],
): AsyncGenerator<Step<{ views: DeliveryView[] }>> {
  let seqs: number[] = [];
  let group = 0;
  for await (const { kind, seq } of steps) {
    if (kind === 'found' && seqs.push(seq) < (atOnce[group] ?? atOnce.at(-1)!)) continue;
    yield* viewsOfEvents(session, seqs, endpointNo);
    seqs = [];
    group += 1;
    if (kind === 'end') yield { kind, seq, views: [] };
  }
  yield* viewsOfEvents(session, seqs, endpointNo);
}

async function* viewsOfEvents(
  session: Session,
  seqs: readonly number[],
  endpointNo: number | null,
): AsyncGenerator<Step<{ views: DeliveryView[] }>> {
  if (seqs.length === 0) return;
  const events = (await eventsAt(session, seqs)).map((event) => ({ event, keys: keysOf(event, endpointNo) }));
  for (const group of groupsOf(events)) {
    const views = await viewsOfKeys(
      session,
      group.flatMap(({ keys }) => keys),
      group.map(({ event }) => event),
    );
    const byEvent = Map.groupBy(views, ({ key }) => eventSeqOf(key));
    for (const { event, keys } of group) {
      const seq = event.seq as number;
      const own = byEvent.get(seq) ?? [];
      const wanted = new Set(keys);
      if (own.length < keys.length)
        own.push(...(await begunViews(session, event)).filter(({ key }) => wanted.has(key)));
      yield { kind: 'found', seq, views: newest(own, own.length) };
    }
  }
}

/** As many as have `viewsAtOnce` keys together; at least one. */
function* groupsOf<One extends { keys: number[] }>(all: readonly One[]): Generator<One[]> {
  let group: One[] = [];
  let count = 0;
  for (const one of all) {
    if (group.length > 0 && count + one.keys.length > viewsAtOnce) {
      yield group;
      group = [];
      count = 0;
    }
    group.push(one);
    count += one.keys.length;
  }
  if (group.length > 0) yield group;
}

function keysOf(event: Row, endpointNo: number | null): number[] {
  const first = (event.seq as number) * places;
  return (event.targets as number[]).flatMap((no, place) =>
    endpointNo === null || no === endpointNo ? [first + place] : [],
  );
}

/** Of the keys of these events those without a row, by event; only those to one endpoint where it is given. */
export async function lackingRows(
  session: Session,
  events: readonly Row[],
  endpointNo: number | null,
): Promise<{ event: Row; keys: number[] }[]> {
  if (events.length === 0) return [];
  const all = events.map((event) => ({ event, keys: keysOf(event, endpointNo) }));
  const rows = await session.all(
    `SELECT key FROM delivery d WHERE ${amongSql('d.key')}`,
    ...amongValues(all.flatMap(({ keys }) => keys)),
  );
  const there = new Set(rows.map(({ key }) => key as number));
  return all
    .map(({ event, keys }) => ({ event, keys: keys.filter((key) => !there.has(key)) }))
    .filter(({ keys }) => keys.length > 0);
}

/** The targets of an event that are under way without a row. */
export async function begunViews(
  session: Session,
  event: Row,
  limit: number = places,
): Promise<DeliveryView[]> {
  const first = (event.seq as number) * places;
  const rows = await session.all(
    `SELECT t.place - 1 AS place, ${endpointPart} FROM event e CROSS JOIN unnest(e.targets) WITH ORDINALITY AS t (endpoint_no, place)
     JOIN endpoint p ON p.no = t.endpoint_no
     WHERE e.seq = ? AND t.place <= ? AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.key = e.seq * ${places} + t.place - 1)
     ORDER BY t.place`,
    event.seq as number,
    limit,
  );
  const begun = { state: open, lease: 0, pulled_at: null, tries: 0, attempts: 0, due_at: 0, ended_at: null };
  const untried = { last_at: null, last_status: null, last_error: null };
  return rows.map((row) =>
    viewOf({ ...event, ...row, ...begun, ...untried, key: first + (row.place as number) }),
  );
}
