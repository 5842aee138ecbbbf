import { places } from '../../../ports/rows/delivery.ts';
import type { Session } from '../session.ts';

/*
 * Ordered endpoints: of the open deliveries of one reference only the first is due, the others are blocked, so that a claim
 * costs the same however many wait behind. When the first ends, the next becomes due. Who adds or ends one holds the lock of
 * its reference until the commit, and takes it before any row.
 */

export async function lockOrder(session: Session, endpointNo: number, reference: string): Promise<void> {
  await session.run('SELECT pg_advisory_xact_lock(order_lock(?, ?))', endpointNo, reference);
}

/** Where something that is put back stands: behind everything accepted so far, before everything to come. */
export async function positionAtEnd(session: Session): Promise<number> {
  return (await nextSeq(session)) * places - 1;
}

/** A position that no event has or had; later events have later ones. */
export async function nextSeq(session: Session): Promise<number> {
  return (await session.get("SELECT nextval('event_seq') AS seq"))!.seq as number;
}

export async function hasOpen(session: Session, endpointNo: number, reference: string): Promise<boolean> {
  return (await session.get('SELECT has_open(?, ?) AS has', endpointNo, reference))!.has as boolean;
}

/** Makes the first open delivery of a reference due if it is blocked. To be called whenever one of them ended. */
export async function freeNext(
  session: Session,
  endpointNo: number,
  reference: string,
  nowMs: number,
): Promise<void> {
  await session.run('SELECT free_next(?, ?, ?)', endpointNo, reference, nowMs);
}
