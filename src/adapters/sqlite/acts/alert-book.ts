import type { AlertRule } from '../../../core/alert.ts';
import { channelOf, ruleOf } from '../../../ports/rows/alert.ts';
import type { SealedChannel, SealedStore } from '../../../ports/sealed.ts';
import type { Database } from '../database.ts';

export function alertBook(db: Database): Awaited<ReturnType<SealedStore['alertBook']>> {
  const rules = db.all('SELECT * FROM alert_rule ORDER BY account_no, created_at, id').map(ruleOf);
  const channels = db.all('SELECT * FROM alert_channel ORDER BY account_no, created_at, id').map(channelOf);
  return { rules, channels };
}

export function putAlertRule(db: Database, rule: AlertRule): void {
  db.run(
    'INSERT OR REPLACE INTO alert_rule (account_no, id, name, kinds, channels, publish, enabled, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    rule.accountNo,
    rule.id,
    rule.name,
    JSON.stringify(rule.kinds),
    JSON.stringify(rule.channels),
    rule.publish,
    rule.enabled ? 1 : 0,
    rule.createdAtMs,
    rule.updatedAtMs,
  );
}

export function deleteAlertRule(db: Database, accountNo: number, id: string): boolean {
  return db.run('DELETE FROM alert_rule WHERE account_no = ? AND id = ?', accountNo, id) > 0;
}

export function putAlertChannel(db: Database, channel: SealedChannel): void {
  db.run(
    'INSERT OR REPLACE INTO alert_channel (account_no, id, name, target, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)',
    channel.accountNo,
    channel.id,
    channel.name,
    channel.target,
    channel.createdAtMs,
    channel.updatedAtMs,
  );
}

export function deleteAlertChannel(db: Database, accountNo: number, id: string): boolean {
  return db.run('DELETE FROM alert_channel WHERE account_no = ? AND id = ?', accountNo, id) > 0;
}
