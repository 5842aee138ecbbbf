import { matchesType } from '../../core/match.ts';
import type { Replay, ReplayFilter, ReplayStatus } from '../../core/replay.ts';
import type { Row } from './row.ts';

/** Whether a replay takes the delivery of this row, by the type and the time of its event. */
export function isReplayed(row: Row, { eventTypes, sinceMs, untilMs }: ReplayFilter): boolean {
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
    feeding: Boolean(row.feeding),
    startedAtMs: row.started_at as number,
    finishedAtMs: row.finished_at as number | null,
  };
}
