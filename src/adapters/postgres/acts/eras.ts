import * as limits from '../../../core/limits/store.ts';
import { places } from '../../../ports/rows/delivery.ts';
import type { Upkeep } from '../../../ports/store.ts';
import type { Row, Session } from '../session.ts';

type Input = Parameters<Upkeep['sweep']>[0];

/*
 * What only grows lies in eras. One takes in what is new; the next is there already. An era is closed after a share of the
 * retention, and dropped as a whole once it is older than that and nothing in it is owed or young.
 */

/** Closes the present era when it is long enough, and sees to it that there is one to go on with. */
export async function turnEras(session: Session, { nowMs, keepSinceMs }: Input): Promise<void> {
  const open = await session.all('SELECT * FROM era WHERE closed_at IS NULL ORDER BY no');
  const [present, next] = open;
  const { seq } = (await session.get('SELECT last_value AS seq FROM event_seq'))!;
  if (next === undefined || open.length < limits.erasAhead)
    await session.run('SELECT add_era(?)', limits.eraEvents);
  if (present === undefined || next === undefined) return;
  const lengthMs = Math.min(
    Math.max((nowMs - keepSinceMs) / limits.erasInRetention, limits.eraMinMs),
    limits.eraMaxMs,
  );
  const isFull = (seq as number) >= (present.until_seq as number);
  const isLong = nowMs - ((present.began_at as number | null) ?? nowMs) >= lengthMs;
  if (!isFull && !isLong) return;
  // Positions that are taken in this moment are of either era; both are there.
  if (!isFull) await session.run("SELECT setval('event_seq', ?, false)", next.from_seq as number);
  await session.run('UPDATE era SET closed_at = ? WHERE no = ?', nowMs, present.no as number);
  await session.run('UPDATE era SET began_at = ? WHERE no = ?', nowMs, next.no as number);
}

/** Drops the oldest era that is over; true when there was one. */
export async function dropOldEra(session: Session, input: Input): Promise<boolean> {
  const old = await session.all('SELECT * FROM era WHERE closed_at < ? ORDER BY no', input.keepSinceMs);
  for (const era of old) {
    if (!(await isOver(session, era, input))) continue;
    await rememberNothing(session, era, input);
    // Others go on meanwhile: whoever holds one of the tables for long is not waited for, and the next sweep tries again.
    await session.run(`SELECT set_config('lock_timeout', '${limits.dropWaitMs}', true)`);
    for (const table of ['attempt', 'ended_delivery', 'event'])
      await session.exec(`DROP TABLE ${table}_${Number(era.no)}`);
    await session.run('DELETE FROM era WHERE no = ?', era.no as number);
    return true;
  }
  return false;
}

/** Parts of the past, as ranges of positions, in which single events may be deleted: the present era, and old ones that cannot be dropped. */
export async function sweptRanges(
  session: Session,
  { keepSinceMs }: Input,
): Promise<{ from: number; to: number }[]> {
  const eras = await session.all(
    'SELECT from_seq, until_seq FROM era WHERE closed_at IS NULL OR closed_at < ? ORDER BY no',
    keepSinceMs,
  );
  return eras.map((era) => ({ from: era.from_seq as number, to: era.until_seq as number }));
}

async function isOver(session: Session, era: Row, { keepSinceMs }: Input): Promise<boolean> {
  const from = era.from_seq as number;
  const to = era.until_seq as number;
  const left = await session.get(
    `SELECT EXISTS (SELECT 1 FROM open_delivery WHERE key >= ? AND key < ?)
       OR EXISTS (SELECT 1 FROM node WHERE low_seq < ?)
       OR EXISTS (SELECT 1 FROM ended_delivery WHERE key >= ? AND key < ? AND ended_at >= ?)
       OR EXISTS (SELECT 1 FROM event WHERE seq >= ? AND seq < ? AND created_at >= ?) AS owed`,
    from * places,
    to * places,
    to,
    from * places,
    to * places,
    keepSinceMs,
    from,
    to,
    keepSinceMs,
  );
  return left!.owed === false;
}

/** Ids that need not be known any more go with their events; the others stay until they are old enough. */
async function rememberNothing(session: Session, era: Row, { nowMs }: Input): Promise<void> {
  await session.run(
    'DELETE FROM event_id WHERE seq >= ? AND seq < ? AND created_at <= ?',
    era.from_seq as number,
    era.until_seq as number,
    nowMs - limits.eventIdKeepMs,
  );
}
