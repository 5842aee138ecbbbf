import { matchesType, typeRange } from '../../core/match.ts';
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

/** A condition on deliveries `d` and events `e`, and what it is asked with. */
export interface Condition<V> {
  sql: string;
  values: V[];
}

/**
 * What a filter asks of deliveries and events, so that it can be counted where the rows are. `ofTypes` says in the words of its
 * database that an event's type lies in one of the ranges. `asksEvents` false: events need not be looked at.
 */
export function countedBy<V>(
  { eventTypes, sinceMs, untilMs, httpStatus, minAttempts }: ReplayFilter,
  ofTypes: (ranges: ReturnType<typeof typeRange>[]) => Condition<V>,
): Condition<V | number> & { asksEvents: boolean } {
  const asked: Condition<V | number>[] = [];
  const ask = (sql: string, ...values: number[]): void => void asked.push({ sql, values });
  if (httpStatus !== undefined) ask('d.last_status BETWEEN ? AND ?', httpStatus.from, httpStatus.to);
  if (minAttempts !== undefined) ask('d.attempts >= ?', minAttempts);
  if (eventTypes !== null) asked.push(ofTypes(eventTypes.map(typeRange)));
  if (sinceMs !== null) ask('e.created_at >= ?', sinceMs);
  if (untilMs !== null) ask('e.created_at < ?', untilMs);
  return {
    asksEvents: eventTypes !== null || sinceMs !== null || untilMs !== null,
    sql: asked.map(({ sql }) => ` AND ${sql}`).join(''),
    values: asked.flatMap(({ values }) => values),
  };
}

/** A replay as its row tells it. */
export function replayOf(row: Row): Replay {
  const { done, failed } = row as { done: number; failed: number };
  return {
    no: row.no as number,
    id: row.id as string,
    accountNo: row.account_no as number,
    filter: JSON.parse(row.filter as string) as ReplayFilter,
    status: row.status as ReplayStatus,
    // What another replay gave back meanwhile matches, and was not counted when this one was made.
    total: Math.max(row.total as number, done + failed),
    done,
    failed,
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
