import { blocked } from '../../../ports/rows/delivery.ts';
import type { Row, Session } from '../session.ts';
import { hasOpen, lockOrder, positionAtEnd } from './order.ts';

/** What is needed of a delivery to put it back: its row, its event's reference, and whether its endpoint is ordered. */
export const puttableSql = `SELECT d.key, d.endpoint_no, d.state, d.lease, d.pulled_at, d.due_at, d.attempts, d.last_status, d.ended_at, d.replay_no, d.order_ref, e.account_no, e.type,
    e.reference, e.created_at, p.deleted_at, p.ordered
  FROM delivery d JOIN event e ON e.seq = d.key >> 16 JOIN endpoint p ON p.no = d.endpoint_no`;

/** What is needed of one that has ended, and takes no more to read. */
export const endedSql = `SELECT d.key, d.endpoint_no, d.attempts, d.last_status, d.ended_at, e.type, e.reference, e.created_at, p.ordered
  FROM ended_delivery d JOIN event e ON e.seq = d.key >> 16 JOIN endpoint p ON p.no = d.endpoint_no`;

/**
 * Gives an ended delivery a fresh schedule, due at once; behind what is open for its reference when its endpoint is ordered.
 * False: somebody else did so at the same moment.
 */
export async function putBack(
  session: Session,
  row: Row,
  replayNo: number | null,
  nowMs: number,
): Promise<boolean> {
  const endpointNo = row.endpoint_no as number;
  const reference = row.ordered === true ? (row.reference as string | null) : null;
  if (reference !== null) await lockOrder(session, endpointNo, reference);
  const waits = reference !== null && (await hasOpen(session, endpointNo, reference));
  const moved = await session.run(
    `WITH back AS (DELETE FROM ended_delivery WHERE key = ? RETURNING *)
     INSERT INTO open_delivery (key, account_no, endpoint_no, state, before, line, tries, attempts, due_at, replay_no, started_at,
       last_at, last_status, last_error, ended_at, order_ref, order_position)
     SELECT key, account_no, endpoint_no, 0, state, ?::smallint, 0, attempts, ?::bigint, ?::bigint, ?::bigint,
       last_at, last_status, last_error, ended_at, ?::text, ?::bigint FROM back`,
    row.key as number,
    replayNo === null ? 0 : 2,
    waits ? blocked : nowMs,
    replayNo,
    nowMs,
    reference,
    reference === null ? null : await positionAtEnd(session),
  );
  return moved === 1;
}

/** An open delivery that ends without another attempt: cancelled, held for too long, or taken back by its replay. */
export async function endOpen(
  session: Session,
  keys: readonly number[],
  state: number | 'as before',
  nowMs: number,
): Promise<Row[]> {
  return await session.all(
    `WITH gone AS (DELETE FROM open_delivery WHERE key = ANY (?::bigint[]) AND lease IS NULL RETURNING *),
     put AS (INSERT INTO ended_delivery (key, account_no, endpoint_no, state, tries, attempts, started_at, last_at, ended_at, last_status, last_error)
       SELECT key, account_no, endpoint_no, ${state === 'as before' ? 'coalesce(before, 2)' : state}, tries, attempts, started_at, last_at,
         ${state === 'as before' ? 'coalesce(ended_at, ?::bigint)' : '?::bigint'}, last_status, last_error FROM gone)
     SELECT key, account_no, endpoint_no, order_ref, replay_no FROM gone`,
    keys,
    nowMs,
  );
}
