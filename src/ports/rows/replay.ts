import { matchesType } from '../../core/match.ts';
import type { Replay, ReplayFilter, ReplayRate, ReplayStatus } from '../../core/replay.ts';
import { isTried } from './delivery.ts';
import type { Row } from './row.ts';

/** Whether a replay with this filter takes the delivery of this row. */
export function isReplayed(row: Row, filter: ReplayFilter): boolean {
  return isOfEvents(row, filter) && isTried(triesOf(row), filter);
}

/**
 * Whether a replay that runs takes it: also what it took back when it was paused, whatever that was answered meanwhile. What was
 * attempted and taken back has ended when the replay began.
 */
export function isFed(row: Row, { filter, startedAtMs }: Replay): boolean {
  const isAgain = row.ended_at === startedAtMs;
  return isOfEvents(row, filter) && (isAgain || isTried(triesOf(row), filter));
}

function triesOf(row: Row): { httpStatus: number | null; attempts: number } {
  return { httpStatus: row.last_status as number | null, attempts: row.attempts as number };
}

function isOfEvents(row: Row, { eventTypes, sinceMs, untilMs }: ReplayFilter): boolean {
  const atMs = row.created_at as number;
  if (eventTypes !== null && !matchesType(eventTypes, row.type as string)) return false;
  return (sinceMs === null || atMs >= sinceMs) && (untilMs === null || atMs < untilMs);
}

/** A replay as its row tells it. */
export function replayOf(row: Row): Replay {
  return {
    no: row.no as number,
    id: row.id as string,
    accountNo: row.account_no as number,
    filter: JSON.parse(row.filter as string) as ReplayFilter,
    status: row.status as ReplayStatus,
    total: row.total as number,
    done: row.done as number,
    failed: row.failed as number,
    perSecond: row.per_second as number | null,
    feeding: Boolean(row.feeding),
    startedAtMs: row.started_at as number,
    finishedAtMs: row.finished_at as number | null,
  };
}

/** The rate of a replay as its row tells it; null when it has none. */
export function replayRateOf(row: Row): ReplayRate | null {
  const perSecond = row.per_second as number | null;
  return perSecond === null ? null : { perSecond, usedUntilMs: row.used_until as number };
}

/** Where a replay that goes on has to begin, for the rows of what was taken back to be put back again; null when there are none. */
export function feedsAgainFrom(
  { keys }: ReplayFilter,
  taken: readonly Row[],
): { endpoint: number; key: number } | null {
  if (taken.length === 0) return null;
  if (keys !== null) return { endpoint: 0, key: 0 };
  const endpoint = Math.min(...taken.map((row) => row.endpoint_no as number));
  const there = taken.filter((row) => row.endpoint_no === endpoint);
  return { endpoint, key: Math.min(...there.map((row) => row.key as number)) - 1 };
}
