import { deliveryKey, eventSeqOf, placeOf } from '../../../core/delivery.ts';
import type { Database } from '../database.ts';
import { targetsOf } from './rows.ts';

export function keysOfEvent(
  db: Database,
  accountNo: number,
  eventSeq: number,
  endpointNo: number | null,
): number[] {
  return targetsAt(db, accountNo, eventSeq).flatMap((no, place) =>
    endpointNo === null || no === endpointNo ? [deliveryKey(eventSeq, place)] : [],
  );
}

export function ownedKeys(
  db: Database,
  accountNo: number,
  keys: readonly number[],
): { key: number; endpointNo: number }[] {
  const targets = new Map<number, number[]>();
  return keys.flatMap((key) => {
    const seq = eventSeqOf(key);
    if (!targets.has(seq)) targets.set(seq, targetsAt(db, accountNo, seq));
    const endpointNo = targets.get(seq)![placeOf(key)];
    return endpointNo === undefined ? [] : [{ key, endpointNo }];
  });
}

function targetsAt(db: Database, accountNo: number, eventSeq: number): number[] {
  const row = db.get('SELECT targets FROM event WHERE seq = ? AND account_no = ?', eventSeq, accountNo);
  return row === undefined ? [] : targetsOf(row);
}
