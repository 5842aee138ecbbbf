import * as limits from '../../../core/limits/store.ts';
import { states } from '../../../ports/rows/delivery.ts';
import type { Settlement, SettleResult } from '../../../ports/store.ts';
import type { Session, Value } from '../session.ts';
import { headerLines, storable } from './rows.ts';

export interface SettleBatch {
  epoch: number;
  nowMs: number;
  settlements: Settlement[];
}

/** Ends of attempts, in one statement. A settlement whose lease is gone changes nothing and says so. */
export async function settle(
  session: Session,
  { epoch, nowMs, settlements }: SettleBatch,
): Promise<SettleResult[]> {
  const timings = settlements.map(({ attempt }) => attempt.timings);
  const values = [...columnsOf(settlements), ...healthOf(settlements), limits.attemptsKept, timings];
  const { others } = (await session.get(settleSql, epoch, nowMs, ...values))!;
  const results: SettleResult[] = settlements.map(() => 'settled');
  for (const { ord, settled, stop_at, stop_version } of (others ?? []) as Other[])
    results[ord - 1] = settled ? { statusAtMs: stop_at, version: stop_version } : 'lost';
  return results;
}

/** Of a settlement that is more than settled, or less. */
interface Other {
  ord: number;
  settled: boolean;
  stop_at: number;
  stop_version: number;
}

const casts = [
  'bigint[]',
  'bigint[]',
  'bool[]',
  'bigint[]',
  'int[]',
  'smallint[]',
  'bigint[]',
  'int[]',
  'bigint[]',
  'float8[]',
  'int[]',
  ...Array(5).fill('text[]'),
  'bool[]',
  ...Array(3).fill('text[]'),
  'bool[]',
  'bigint[]',
  'int[]',
  'bigint[]',
  'bigint[]',
  'text[]',
  'text[]',
  'bigint[]',
];
/** One row, which tells only of what was not simply settled. */
const settleSql = `SELECT json_agg(r) FILTER (WHERE NOT r.settled OR r.stop_at IS NOT NULL) AS others
  FROM settle_attempts(?, ?, ${casts.map((type) => `?::${type}`).join(', ')}, ?, ?::text[]) r`;

/** The parameters of `settle_attempts`, a column each. */
function columnsOf(settlements: Settlement[]): Value[] {
  const attempts = settlements.map(({ attempt }) => attempt);
  return [
    settlements.map(({ key }) => key),
    settlements.map(({ endpointNo }) => endpointNo),
    settlements.map(({ fresh }) => fresh),
    settlements.map(({ startedAtMs }) => startedAtMs),
    settlements.map(({ tries }) => tries),
    settlements.map(({ next }) => states.indexOf(next.state)),
    settlements.map(({ next }) => (next.state === 'open' ? next.dueAtMs : 0)),
    attempts.map(({ n }) => n),
    attempts.map(({ atMs }) => atMs),
    attempts.map(({ durationMs }) => durationMs),
    attempts.map(({ httpStatus }) => httpStatus),
    attempts.map(({ error }) => error),
    attempts.map(({ detail }) => storable(detail)),
    attempts.map(({ url }) => storable(url)),
    attempts.map(({ requestHeaders }) => headerLines(requestHeaders)),
    attempts.map(({ bodyHead }) => storable(bodyHead)),
    attempts.map(({ bodyWithData }) => bodyWithData),
    attempts.map(({ bodyTail }) => storable(bodyTail)),
    attempts.map(({ responseHeaders }) => headerLines(responseHeaders)),
    attempts.map(({ responseBody }) => storable(responseBody)),
    attempts.map(({ responseTruncated }) => responseTruncated),
    attempts.map(({ nextAttemptAtMs }) => nextAttemptAtMs),
  ];
}

/** What attempts make of their endpoints' records, where they make anything. */
function healthOf(settlements: Settlement[]): Value[] {
  const changing = settlements.flatMap(({ health }, i) => (health === null ? [] : [{ ord: i + 1, health }]));
  return [
    changing.map(({ ord }) => ord),
    changing.map(({ health }) => health.failingSinceMs),
    changing.map(({ health }) => health.failures),
    changing.map(({ health }) => health.status),
    changing.map(({ health }) => health.reason),
    changing.map(({ health }) => health.statusAtMs),
  ];
}
