import {
  type Alert,
  type AlertKind,
  type AlertMessage,
  isLasting,
  messageDueAtMs,
  type OpenAlert,
  type Raise,
  type Resolve,
  type SlowEndpoint,
  type Tell,
} from '../../../core/alert.ts';
import * as limits from '../../../core/limits/alerts.ts';
import type { AlertFilter, AlertStore, DueMessage } from '../../../ports/alert-store.ts';
import { alertOf, messageOf } from '../../../ports/rows/alert.ts';
import { bucketBoundsMs, bucketColumns } from '../../../ports/rows/numbers.ts';
import type { Found, Page } from '../../../ports/store.ts';
import type { Session, Value } from '../session.ts';
import { consume } from './signals.ts';

type Input<Name extends keyof AlertStore> = Parameters<AlertStore[Name]>[0];
type Output<Name extends keyof AlertStore> = ReturnType<AlertStore[Name]>;

export async function recordAlerts(
  session: Session,
  { raised, resolved, nowMs }: Input<'recordAlerts'>,
): Promise<void> {
  // One at a time over all nodes: what one raises the next finds open.
  await session.get('SELECT pg_advisory_xact_lock(7414)');
  for (const one of resolved) await resolve(session, one, nowMs);
  for (const one of raised) await raiseAlert(session, one, nowMs);
}

export async function openAlerts(session: Session, limit: number): Promise<OpenAlert[]> {
  const rows = await session.all(
    `SELECT a.*, (SELECT coalesce(json_agg(json_build_object('ruleId', t.rule_id, 'channelId', t.channel_id)), '[]')
       FROM (SELECT DISTINCT rule_id, channel_id FROM alert_message WHERE alert_no = a.no AND phase = 'raised') t) AS told
     FROM alert a WHERE a.resolved_at IS NULL ORDER BY a.no LIMIT ?`,
    limit,
  );
  return rows.map((row) => ({ ...alertOf(row), told: row.told as Tell[] }));
}

export async function claimMessages(
  session: Session,
  { nowMs, leaseMs, limit }: Input<'claimMessages'>,
): Output<'claimMessages'> {
  const rows = await session.all(
    `UPDATE alert_message SET due_at = ? WHERE no IN (SELECT no FROM alert_message WHERE due_at <= ? ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED) RETURNING *`,
    nowMs + leaseMs,
    nowMs,
    limit,
  );
  const messages = rows.map(messageOf);
  const alerts = await session.all(
    'SELECT * FROM alert WHERE no = ANY (?::bigint[])',
    messages.map(({ alertNo }) => alertNo),
  );
  const byNo = new Map(alerts.map(alertOf).map((alert) => [alert.no, alert]));
  const due = messages.flatMap((message): DueMessage[] => {
    const alert = byNo.get(message.alertNo);
    return alert === undefined ? [] : [{ message, alert }];
  });
  const next = await session.get('SELECT min(due_at) AS at FROM alert_message WHERE due_at IS NOT NULL');
  return {
    due: due.sort((a, b) => a.message.no - b.message.no),
    nextAtMs: (next?.at ?? null) as number | null,
  };
}

export async function noteMessages(
  session: Session,
  { results, nowMs }: Input<'noteMessages'>,
): Promise<void> {
  for (const { no, error, dueAtMs } of results) {
    await session.run(
      'UPDATE alert_message SET tries = tries + 1, due_at = ?, error = ?, sent_at = ?, failed_at = ? WHERE no = ?',
      error === null ? null : dueAtMs,
      error,
      error === null ? nowMs : null,
      error !== null && dueAtMs === null ? nowMs : null,
      no,
    );
  }
}

export async function listAlerts(
  session: Session,
  accountNo: number,
  filter: AlertFilter,
  page: Page,
): Promise<Found<Alert>> {
  const where = ['account_no = ?', 'no < ?'];
  const values: (string | number)[] = [accountNo, page.before ?? Number.MAX_SAFE_INTEGER];
  if (filter.kind !== undefined) {
    where.push('kind = ?');
    values.push(filter.kind);
  }
  if (filter.open !== undefined) where.push(`resolved_at IS ${filter.open ? '' : 'NOT '}NULL`);
  const sql = `SELECT * FROM alert WHERE ${where.join(' AND ')} ORDER BY no DESC LIMIT ?`;
  const rows = await session.all(sql, ...values, page.limit + 1);
  const shown = rows.slice(0, page.limit).map(alertOf);
  return { rows: shown, next: rows.length > page.limit ? shown.at(-1)!.no : null };
}

export async function getAlert(session: Session, accountNo: number, id: string): Output<'getAlert'> {
  const row = await session.get('SELECT * FROM alert WHERE id = ? AND account_no = ?', id, accountNo);
  if (row === undefined) return null;
  const sql = 'SELECT * FROM alert_message WHERE alert_no = ? ORDER BY no DESC LIMIT ?';
  const messages = await session.all(sql, row.no as number, limits.messagesOfAlert);
  return { alert: alertOf(row), messages: messages.map(messageOf) };
}

export async function slowEndpoints(
  session: Session,
  { sinceMs, attempts }: Input<'slowEndpoints'>,
): Promise<SlowEndpoint[]> {
  const slow = bucketColumns.filter((_, i) => (bucketBoundsMs[i - 1] ?? 0) >= limits.alertSlowMs).join(' + ');
  const rows = await session.all(
    `SELECT endpoint_no, sum(delivered + failed) AS attempts, sum(${slow}) AS slow FROM stat WHERE minute >= ?
     GROUP BY endpoint_no HAVING sum(delivered + failed) >= ? AND sum(${slow}) * 20 > sum(delivered + failed) ORDER BY endpoint_no`,
    Math.floor(sinceMs / 60_000),
    attempts,
  );
  return rows.map((row) => ({
    endpointNo: Number(row.endpoint_no),
    attempts: Number(row.attempts),
    slow: Number(row.slow),
  }));
}

async function raiseAlert(session: Session, raised: Raise, nowMs: number): Promise<void> {
  const { accountNo, kind, subject, summary, signals } = raised;
  let count = signals.length === 0 ? 1 : 0;
  for (const one of signals) count += await consume(session, one);
  if (count === 0) return;
  const detail = JSON.stringify(raised.detail);
  const open = await session.get(
    'SELECT no FROM alert WHERE account_no = ? AND kind = ? AND subject = ? AND resolved_at IS NULL',
    accountNo,
    kind,
    subject,
  );
  // A state of affairs is raised once, by whoever looks first.
  if (open !== undefined && isLasting(kind)) return;
  const no =
    open === undefined
      ? await insertNo(
          session,
          'INSERT INTO alert (id, account_no, kind, subject, summary, detail, count, raised_at, last_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING no',
          raised.id,
          accountNo,
          kind,
          subject,
          summary,
          detail,
          count,
          nowMs,
          nowMs,
        )
      : Number(open.no);
  if (open !== undefined)
    await session.run(
      'UPDATE alert SET count = count + ?, summary = ?, detail = ?, last_at = ? WHERE no = ?',
      count,
      summary,
      detail,
      nowMs,
      no,
    );
  for (const one of raised.tell) await tellRaised(session, raised, no, one, nowMs);
}

/** One message about the same thing at a time, and none too soon after the one before. */
async function tellRaised(
  session: Session,
  about: Raise,
  alertNo: number,
  { ruleId, channelId }: Tell,
  nowMs: number,
): Promise<void> {
  const last = (await session.get(
    `SELECT max(coalesce(m.sent_at, m.created_at)) AS at, count(*) FILTER (WHERE m.due_at IS NOT NULL AND m.tries = 0) AS waiting
     FROM alert a JOIN alert_message m ON m.alert_no = a.no
     WHERE a.account_no = ? AND a.kind = ? AND a.subject = ? AND m.rule_id = ? AND m.channel_id = ? AND m.phase = 'raised'`,
    about.accountNo,
    about.kind,
    about.subject,
    ruleId,
    channelId,
  ))!;
  if (Number(last.waiting) > 0) return;
  const dueAtMs = messageDueAtMs(last.at as number | null, nowMs);
  await insertMessage(
    session,
    { accountNo: about.accountNo, alertNo, ruleId, channelId, phase: 'raised', dueAtMs },
    nowMs,
  );
}

async function resolve(session: Session, { no, tell }: Resolve, nowMs: number): Promise<void> {
  const changed = await session.run(
    'UPDATE alert SET resolved_at = ? WHERE no = ? AND resolved_at IS NULL',
    nowMs,
    no,
  );
  if (changed === 0) return;
  const row = (await session.get('SELECT account_no, kind FROM alert WHERE no = ?', no))!;
  if (!isLasting(row.kind as AlertKind)) return;
  await session.run(
    'DELETE FROM alert_message WHERE alert_no = ? AND due_at IS NOT NULL AND tries = 0 AND due_at > ?',
    no,
    nowMs,
  );
  if (!tell) return;
  const accountNo = Number(row.account_no);
  for (const { ruleId, channelId } of await toldOf(session, no))
    await insertMessage(
      session,
      { accountNo, alertNo: no, ruleId, channelId, phase: 'recovered', dueAtMs: nowMs },
      nowMs,
    );
}

type NewMessage = Pick<AlertMessage, 'accountNo' | 'alertNo' | 'ruleId' | 'channelId' | 'phase' | 'dueAtMs'>;

async function insertMessage(session: Session, message: NewMessage, nowMs: number): Promise<void> {
  await session.run(
    'INSERT INTO alert_message (account_no, alert_no, rule_id, channel_id, phase, due_at, tries, created_at) VALUES (?, ?, ?, ?, ?, ?, 0, ?)',
    message.accountNo,
    message.alertNo,
    message.ruleId,
    message.channelId,
    message.phase,
    message.dueAtMs,
    nowMs,
  );
}

/** Who was told, or will be, that it was raised. */
async function toldOf(session: Session, alertNo: number): Promise<Tell[]> {
  const sql = `SELECT DISTINCT rule_id, channel_id FROM alert_message WHERE alert_no = ? AND phase = 'raised'`;
  return (await session.all(sql, alertNo)).map((row) => ({
    ruleId: row.rule_id as string,
    channelId: row.channel_id as string,
  }));
}

async function insertNo(session: Session, sql: string, ...values: Value[]): Promise<number> {
  return Number((await session.get(sql, ...values))!.no);
}
