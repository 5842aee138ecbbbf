import type { Owed } from '../../../core/delivery.ts';
import { lines } from '../../../core/lane.ts';
import * as limits from '../../../core/limits/dispatch.ts';
import { nodeDeadMs } from '../../../core/limits/store.ts';
import { owedOf } from '../../../ports/rows/delivery.ts';
import type { ClaimResult, DeliveryStore, Joined, LaneStart, LostDelivery } from '../../../ports/store.ts';
import type { Row, Session, Value } from '../session.ts';
import type { Holder } from './accept.ts';

type Input<K extends keyof DeliveryStore> = Omit<Parameters<DeliveryStore[K]>[0], 'epoch'>;

/** A node of its own; what nodes of the same name and those that are dead had under way becomes this one's. */
export async function join(
  session: Session,
  { nodeName, nowMs }: Parameters<DeliveryStore['join']>[0],
): Promise<Omit<Joined, 'beatEveryMs'>> {
  const rows = await session.all('SELECT * FROM join_nodes(?, ?, ?)', nodeName, nowMs, nowMs - nodeDeadMs);
  return { epoch: rows[0]!.epoch as number, lost: rows.slice(1).map(owedOf) };
}

/** `lowSeq`: nothing that this node took in before it is under way without a row. */
export async function beat(
  session: Session,
  epoch: number,
  { nowMs, lowSeq }: { nowMs: number; lowSeq: number },
): Promise<LostDelivery[]> {
  const deadSinceMs = nowMs - nodeDeadMs;
  const rows = await session.all('SELECT * FROM beat_node(?, ?, ?, ?)', epoch, nowMs, deadSinceMs, lowSeq);
  return rows.map(owedOf);
}

/** As if it had not said for long that it lives. */
export async function leave(session: Session, epoch: number): Promise<void> {
  await session.run('UPDATE node SET beat_at = 0 WHERE epoch = ?', epoch);
}

export async function claim(
  session: Session,
  holder: Holder,
  { requests, nowMs }: Input<'claim'>,
): Promise<ClaimResult[]> {
  const results: ClaimResult[] = requests.map(() => ({
    owed: [],
    nextAtMs: { first: null, retry: null, replayed: null },
  }));
  const rows = await session.all(
    'SELECT * FROM claim_due(?, ?, ?, ?, ?::bigint[], ?::int[], ?::int[], ?::int[], ?)',
    holder.epoch,
    holder.generation,
    nowMs,
    limits.rateBurstShare,
    requests.map(({ endpointNo }) => endpointNo),
    ...lines.map((line) => requests.map(({ take }) => take[line])),
    Math.floor(limits.claimBytes / Math.max(1, requests.length)),
  );
  for (const row of rows) {
    const result = results[(row.ord as number) - 1]!;
    if (row.key === null) result.nextAtMs = nextOf(row);
    else result.owed.push(owedOf(row));
  }
  return results;
}

export async function release(
  session: Session,
  holder: Holder,
  { owed, nowMs }: Input<'release'>,
): Promise<void> {
  const { keys, endpointNos, tries, attempts, startedAtMs } = columnsOf(owed);
  const fresh = owed.map((one) => one.fresh);
  await session.run(
    'SELECT release_leases(?, ?, ?, ?::bigint[], ?::bigint[], ?::bool[], ?::int[], ?::int[], ?::bigint[])',
    holder.epoch,
    holder.generation,
    nowMs,
    keys,
    endpointNos,
    fresh,
    tries,
    attempts,
    startedAtMs,
  );
}

export async function spill(
  session: Session,
  epoch: number,
  { owed, lowSeq, nowMs }: Input<'spill'>,
): Promise<void> {
  const { keys, endpointNos, tries, attempts, startedAtMs } = columnsOf(owed);
  await session.run(
    'SELECT spill_begun(?, ?, ?, ?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::bigint[])',
    epoch,
    nowMs,
    lowSeq,
    keys,
    endpointNos,
    tries,
    attempts,
    startedAtMs,
  );
}

/** The new generation: what this node sent before changes nothing any more. */
export async function reclaim(
  session: Session,
  epoch: number,
  { inHand, nowMs }: Input<'reclaim'>,
): Promise<number> {
  const row = await session.get(
    'SELECT reclaim_leases(?, ?, ?::bigint[]) AS generation',
    epoch,
    nowMs,
    inHand,
  );
  return row!.generation as number;
}

/** Goes from one endpoint with open work to the next in the index, so that the cost follows these and nothing else. */
export async function lanes(session: Session): Promise<LaneStart[]> {
  const rows = await session.all(
    `WITH RECURSIVE busy AS (
       (SELECT endpoint_no FROM open_delivery WHERE state = 0 AND lease IS NULL ORDER BY endpoint_no LIMIT 1)
       UNION ALL
       SELECT (SELECT o.endpoint_no FROM open_delivery o WHERE o.endpoint_no > b.endpoint_no AND o.state = 0 AND o.lease IS NULL
         ORDER BY o.endpoint_no LIMIT 1) FROM busy b WHERE b.endpoint_no IS NOT NULL)
     SELECT p.no, next_due(p.no, 0) AS first_at, next_due(p.no, 1) AS retry_at, next_due(p.no, 2) AS replayed_at
     FROM busy b JOIN endpoint p ON p.no = b.endpoint_no WHERE p.deleted_at IS NULL ORDER BY p.no`,
  );
  return rows
    .map((row) => ({ endpointNo: row.no as number, nextAtMs: nextOf(row) }))
    .filter(({ nextAtMs }) => lines.some((line) => nextAtMs[line] !== null));
}

function nextOf(row: Row): LaneStart['nextAtMs'] {
  return {
    first: row.first_at as number | null,
    retry: row.retry_at as number | null,
    replayed: row.replayed_at as number | null,
  };
}

function columnsOf(
  owed: Owed[],
): Record<'keys' | 'endpointNos' | 'tries' | 'attempts' | 'startedAtMs', Value> {
  return {
    keys: owed.map(({ key }) => key),
    endpointNos: owed.map(({ endpointNo }) => endpointNo),
    tries: owed.map(({ tries }) => tries),
    attempts: owed.map(({ attempts }) => attempts),
    startedAtMs: owed.map(({ startedAtMs }) => startedAtMs),
  };
}
