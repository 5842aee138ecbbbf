import type { Attempt } from '../../../core/attempt.ts';
import { bucketBoundsMs, bucketColumns } from '../../../ports/rows/numbers.ts';
import type { Database, Tally } from '../database.ts';
import { raise } from './signals.ts';

/** Counts an attempt for its endpoint and minute. Written once an endpoint and minute when the batch ends. */
export function tallyAttempt(db: Database, endpointNo: number, attempt: Attempt): void {
  const tally = tallyFor(db, endpointNo, attempt.atMs);
  if (attempt.error === null) tally.delivered += 1;
  else tally.failed += 1;
  tally.durationSumMs += attempt.durationMs;
  const bucket = bucketBoundsMs.findIndex((bound) => attempt.durationMs <= bound);
  tally.buckets[bucket === -1 ? bucketBoundsMs.length : bucket]! += 1;
}

export function tallyDead(db: Database, endpointNo: number, atMs: number): void {
  tallyFor(db, endpointNo, atMs).dead += 1;
}

/** Adds what the batch counted to the table. */
export function writeTallies(db: Database): void {
  for (const tally of db.tallies.values()) {
    db.run(
      upsert,
      tally.endpointNo,
      tally.minute,
      accountOf(db, tally.endpointNo),
      tally.delivered,
      tally.failed,
      tally.dead,
      Math.round(tally.durationSumMs),
      ...tally.buckets,
    );
    if (tally.dead > 0) raiseDead(db, tally);
  }
  db.tallies.clear();
}

/** Dead letters are counted for their alert as they are counted for the figures. */
function raiseDead(db: Database, { endpointNo, minute, dead }: Tally): void {
  const id = db.get('SELECT id FROM endpoint WHERE no = ?', endpointNo)?.id as string | undefined;
  if (id === undefined) return;
  raise(db, {
    accountNo: accountOf(db, endpointNo),
    kind: 'delivery.dead',
    subject: id,
    detail: { endpointId: id },
    count: dead,
    atMs: minute * 60_000,
  });
}

export function accountOf(db: Database, endpointNo: number): number {
  let accountNo = db.accountOf.get(endpointNo);
  if (accountNo === undefined) {
    accountNo = Number(db.get('SELECT account_no FROM endpoint WHERE no = ?', endpointNo)?.account_no ?? 0);
    if (accountNo !== 0) db.accountOf.set(endpointNo, accountNo);
  }
  return accountNo;
}

function tallyFor(db: Database, endpointNo: number, atMs: number): Tally {
  const minute = Math.floor(atMs / 60_000);
  const key = endpointNo * 2 ** 26 + minute;
  let tally = db.tallies.get(key);
  if (tally === undefined) {
    tally = {
      endpointNo,
      minute,
      delivered: 0,
      failed: 0,
      dead: 0,
      durationSumMs: 0,
      buckets: bucketColumns.map(() => 0),
    };
    db.tallies.set(key, tally);
  }
  return tally;
}

const summed = ['delivered', 'failed', 'dead', 'duration_sum', ...bucketColumns];
const upsert = `INSERT INTO stat (endpoint_no, minute, account_no, ${summed.join(', ')})
  VALUES (?, ?, ?, ${summed.map(() => '?').join(', ')})
  ON CONFLICT DO UPDATE SET ${summed.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')}`;
