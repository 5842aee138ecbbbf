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
import type { AlertFilter, AlertStore } from '../../../ports/alert-store.ts';
import { alertOf, messageOf } from '../../../ports/rows/alert.ts';
import { bucketBoundsMs, bucketColumns } from '../../../ports/rows/numbers.ts';
import type { Found, Page } from '../../../ports/store.ts';
import type { Database } from '../database.ts';
import { consume } from './signals.ts';

type Input<Name extends keyof AlertStore> = Parameters<AlertStore[Name]>[0];
type Output<Name extends keyof AlertStore> = Awaited<ReturnType<AlertStore[Name]>>;

export function recordAlerts(db: Database, { raised, resolved, nowMs }: Input<'recordAlerts'>): void {
  for (const one of resolved) resolve(db, one, nowMs);
  for (const one of raised) raiseAlert(db, one, nowMs);
}

export function openAlerts(db: Database, limit: number): OpenAlert[] {
  const rows = db.all(
    `SELECT a.*, (SELECT json_group_array(json_object('ruleId', t.rule_id, 'channelId', t.channel_id))
       FROM (SELECT DISTINCT rule_id, channel_id FROM alert_message WHERE alert_no = a.no AND phase = 'raised') t) AS told
     FROM alert a WHERE a.resolved_at IS NULL ORDER BY a.no LIMIT ?`,
    limit,
  );
  return rows.map((row) => ({ ...alertOf(row), told: JSON.parse(row.told as string) as Tell[] }));
}

export function claimMessages(
  db: Database,
  { nowMs, leaseMs, limit }: Input<'claimMessages'>,
): Output<'claimMessages'> {
  const rows = db.all(
    `UPDATE alert_message SET due_at = ? WHERE no IN (SELECT no FROM alert_message WHERE due_at <= ? ORDER BY due_at LIMIT ?) RETURNING *`,
    nowMs + leaseMs,
    nowMs,
    limit,
  );
  const due = rows.map(messageOf).flatMap((message) => {
    const alert = db.get('SELECT * FROM alert WHERE no = ?', message.alertNo);
    return alert === undefined ? [] : [{ message, alert: alertOf(alert) }];
  });
  const next = db.get('SELECT min(due_at) AS at FROM alert_message WHERE due_at IS NOT NULL');
  return {
    due: due.sort((a, b) => a.message.no - b.message.no),
    nextAtMs: (next?.at ?? null) as number | null,
  };
}

export function noteMessages(db: Database, { results, nowMs }: Input<'noteMessages'>): void {
  for (const { no, error, dueAtMs } of results) {
    db.run(
      'UPDATE alert_message SET tries = tries + 1, due_at = ?, error = ?, sent_at = ?, failed_at = ? WHERE no = ?',
      error === null ? null : dueAtMs,
      error,
      error === null ? nowMs : null,
      error !== null && dueAtMs === null ? nowMs : null,
      no,
    );
  }
}

export function listAlerts(db: Database, accountNo: number, filter: AlertFilter, page: Page): Found<Alert> {
  const where = ['account_no = ?', 'no < ?'];
  const values: (string | number)[] = [accountNo, page.before ?? Number.MAX_SAFE_INTEGER];
  if (filter.kind !== undefined) {
    where.push('kind = ?');
    values.push(filter.kind);
  }
  if (filter.open !== undefined) where.push(`resolved_at IS ${filter.open ? '' : 'NOT '}NULL`);
  const sql = `SELECT * FROM alert WHERE ${where.join(' AND ')} ORDER BY no DESC LIMIT ?`;
  const rows = db.all(sql, ...values, page.limit + 1);
  const shown = rows.slice(0, page.limit).map(alertOf);
  return { rows: shown, next: rows.length > page.limit ? shown.at(-1)!.no : null };
}

export function getAlert(db: Database, accountNo: number, id: string): Output<'getAlert'> {
  const row = db.get('SELECT * FROM alert WHERE id = ? AND account_no = ?', id, accountNo);
  if (row === undefined) return null;
  const sql = 'SELECT * FROM alert_message WHERE alert_no = ? ORDER BY no DESC LIMIT ?';
  return { alert: alertOf(row), messages: db.all(sql, row.no!, limits.messagesOfAlert).map(messageOf) };
}

export function slowEndpoints(db: Database, { sinceMs, attempts }: Input<'slowEndpoints'>): SlowEndpoint[] {
  const slow = bucketColumns.filter((_, i) => (bucketBoundsMs[i - 1] ?? 0) >= limits.alertSlowMs).join(' + ');
  const rows = db.all(
    `SELECT endpoint_no, sum(delivered + failed) AS attempts, sum(${slow}) AS slow FROM stat WHERE minute >= ?
     GROUP BY endpoint_no HAVING attempts >= ? AND slow * 20 > attempts`,
    Math.floor(sinceMs / 60_000),
    attempts,
  );
  return rows.map((row) => ({
    endpointNo: Number(row.endpoint_no),
    attempts: Number(row.attempts),
    slow: Number(row.slow),
  }));
}

function raiseAlert(db: Database, raised: Raise, nowMs: number): void {
  const { accountNo, kind, subject, summary, signals } = raised;
  const count = signals.length === 0 ? 1 : signals.reduce((sum, one) => sum + consume(db, one), 0);
  if (count === 0) return;
  const detail = JSON.stringify(raised.detail);
  const open = db.get(
    'SELECT no FROM alert WHERE account_no = ? AND kind = ? AND subject = ? AND resolved_at IS NULL',
    accountNo,
    kind,
    subject,
  );
  // A state of affairs is raised once, by whoever looks first.
  if (open !== undefined && isLasting(kind)) return;
  const no =
    open === undefined
      ? db.insert(
          'INSERT INTO alert (id, account_no, kind, subject, summary, detail, count, raised_at, last_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
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
    db.run(
      'UPDATE alert SET count = count + ?, summary = ?, detail = ?, last_at = ? WHERE no = ?',
      count,
      summary,
      detail,
      nowMs,
      no,
    );
  for (const one of raised.tell) tellRaised(db, raised, no, one, nowMs);
}

/** One message about the same thing at a time, and none too soon after the one before. */
function tellRaised(
  db: Database,
  about: Raise,
  alertNo: number,
  { ruleId, channelId }: Tell,
  nowMs: number,
): void {
  const last = db.get(
    `SELECT max(coalesce(m.sent_at, m.created_at)) AS at, count(*) FILTER (WHERE m.due_at IS NOT NULL AND m.tries = 0) AS waiting
     FROM alert a JOIN alert_message m ON m.alert_no = a.no
     WHERE a.account_no = ? AND a.kind = ? AND a.subject = ? AND m.rule_id = ? AND m.channel_id = ? AND m.phase = 'raised'`,
    about.accountNo,
    about.kind,
    about.subject,
    ruleId,
    channelId,
  )!;
  if (Number(last.waiting) > 0) return;
  const dueAtMs = messageDueAtMs(last.at as number | null, nowMs);
  insertMessage(
    db,
    { accountNo: about.accountNo, alertNo, ruleId, channelId, phase: 'raised', dueAtMs },
    nowMs,
  );
}

function resolve(db: Database, { no, tell }: Resolve, nowMs: number): void {
  const changed = db.run('UPDATE alert SET resolved_at = ? WHERE no = ? AND resolved_at IS NULL', nowMs, no);
  if (changed === 0) return;
  const row = db.get('SELECT account_no, kind FROM alert WHERE no = ?', no)!;
  if (!isLasting(row.kind as AlertKind)) return;
  db.run(
    'DELETE FROM alert_message WHERE alert_no = ? AND due_at IS NOT NULL AND tries = 0 AND due_at > ?',
    no,
    nowMs,
  );
  if (!tell) return;
  const accountNo = Number(row.account_no);
  for (const { ruleId, channelId } of toldOf(db, no))
    insertMessage(
      db,
      { accountNo, alertNo: no, ruleId, channelId, phase: 'recovered', dueAtMs: nowMs },
      nowMs,
    );
}

type NewMessage = Pick<AlertMessage, 'accountNo' | 'alertNo' | 'ruleId' | 'channelId' | 'phase' | 'dueAtMs'>;

function insertMessage(db: Database, message: NewMessage, nowMs: number): void {
  db.run(
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
function toldOf(db: Database, alertNo: number): Tell[] {
  const sql = `SELECT DISTINCT rule_id, channel_id FROM alert_message WHERE alert_no = ? AND phase = 'raised'`;
  return db.all(sql, alertNo).map((row) => ({
    ruleId: row.rule_id as string,
    channelId: row.channel_id as string,
  }));
}
