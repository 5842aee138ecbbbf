import type { Attempt } from '../../../core/attempt.ts';
import { type DeliveryView, eventSeqOf } from '../../../core/delivery.ts';
import { attemptOf, newest, open, places, viewOf } from '../../../ports/rows/delivery.ts';
import type { Database, Row } from '../database.ts';
import { attemptIds, targetsOf, targetsWithoutRow } from './rows.ts';

/*
 * A delivery that was sent straight from its accept has no row until it ends: it is shown as `sending`, from its event's
 * targets. Such events are not older than the checkpoint, so they are few.
 */

export const eventPart = 'e.seq, e.id, e.type, e.reference, e.account_no, e.created_at, e.targets';
export const rowsFrom = (
  deliveries: string,
): string => `SELECT d.*, ${eventPart}, p.id AS endpoint_id, p.status, p.deleted_at
  FROM ${deliveries} CROSS JOIN event e ON e.seq = d.key >> 16 CROSS JOIN endpoint p ON p.no = d.endpoint_no`;
const rowSql = rowsFrom('delivery d');

export function getDelivery(
  db: Database,
  accountNo: number,
  key: number,
): { delivery: DeliveryView; attempts: Attempt[]; data: string } | null {
  const event = db.get(
    `SELECT ${eventPart}, e.data FROM event e WHERE e.seq = ? AND e.account_no = ?`,
    eventSeqOf(key),
    accountNo,
  );
  if (event === undefined) return null;
  const row = db.get(`${rowSql} WHERE d.key = ?`, key);
  const delivery = row === undefined ? begunViews(db, event).find((view) => view.key === key) : viewOf(row);
  if (delivery === undefined) return null;
  const attempts = db.all(
    `SELECT id % ${attemptIds} AS n, at, duration, http_status, error, detail, url, request_headers, body_head, body_with_data, body_tail,
       response_headers, response_body, response_truncated, next_at, timings FROM attempt
     WHERE id >= CAST(? AS INTEGER) * ${attemptIds} AND id < (CAST(? AS INTEGER) + 1) * ${attemptIds} ORDER BY id`,
    key,
    key,
  );
  return { delivery, attempts: attempts.map((found) => attemptOf(found)), data: event.data as string };
}

export function deliveriesOfEvent(
  db: Database,
  accountNo: number,
  eventSeq: number,
  limit: number,
): DeliveryView[] {
  const event = db.get(
    `SELECT ${eventPart} FROM event e WHERE e.seq = ? AND e.account_no = ?`,
    eventSeq,
    accountNo,
  );
  return event === undefined ? [] : viewsOfEvent(db, event, limit).reverse();
}

/** The deliveries of an event's first places, highest place first. */
export function viewsOfEvent(db: Database, event: Row, limit: number = places): DeliveryView[] {
  const first = (event.seq as number) * places;
  const views = db.all(`${rowSql} WHERE d.key >= ? AND d.key < ?`, first, first + limit).map(viewOf);
  if (views.length < Math.min(limit, targetsOf(event).length))
    for (const view of begunViews(db, event, limit)) views.push(view);
  return newest(views, views.length);
}

export function begunViews(db: Database, event: Row, limit: number = places): DeliveryView[] {
  const before = (event.seq as number) * places + limit;
  const begun = targetsWithoutRow(db, event).filter(({ key }) => key < before);
  return begun.map(({ key, endpointNo }) => {
    const endpoint = db.get(
      'SELECT id AS endpoint_id, status, deleted_at FROM endpoint WHERE no = ?',
      endpointNo,
    )!;
    const row = {
      key,
      state: open,
      lease: 0,
      pulled_at: null,
      tries: 0,
      attempts: 0,
      due_at: 0,
      last_at: null,
      last_status: null,
      last_error: null,
      ended_at: null,
    };
    return viewOf({ ...event, ...endpoint, ...row });
  });
}
