import { deliveryKey, eventSeqOf, placeOf } from '../../../core/delivery.ts';
import type { Session } from '../session.ts';

export async function keysOfEvent(
  session: Session,
  accountNo: number,
  eventSeq: number,
  endpointNo: number | null,
): Promise<number[]> {
  const targets = (await targetsAt(session, accountNo, [eventSeq])).get(eventSeq) ?? [];
  return targets.flatMap((no, place) =>
    endpointNo === null || no === endpointNo ? [deliveryKey(eventSeq, place)] : [],
  );
}

export async function ownedKeys(
  session: Session,
  accountNo: number,
  keys: readonly number[],
): Promise<{ key: number; endpointNo: number }[]> {
  const seqs = new Set(keys.map((key) => eventSeqOf(key)));
  const targets = await targetsAt(session, accountNo, [...seqs]);
  return keys.flatMap((key) => {
    const endpointNo = targets.get(eventSeqOf(key))?.[placeOf(key)];
    return endpointNo === undefined ? [] : [{ key, endpointNo }];
  });
}

async function targetsAt(
  session: Session,
  accountNo: number,
  seqs: readonly number[],
): Promise<Map<number, number[]>> {
  const rows = await session.all(
    'SELECT seq, targets FROM event WHERE seq = ANY (?::bigint[]) AND account_no = ?',
    seqs,
    accountNo,
  );
  return new Map(rows.map((row) => [row.seq as number, row.targets as number[]]));
}
