import type { AlertRule } from '../../../core/alert.ts';
import { channelOf, ruleOf } from '../../../ports/rows/alert.ts';
import type { SealedChannel, SealedStore } from '../../../ports/sealed.ts';
import type { Session } from '../session.ts';

export async function alertBook(session: Session): ReturnType<SealedStore['alertBook']> {
  const rules = (await session.all('SELECT * FROM alert_rule ORDER BY account_no, created_at, id')).map(
    ruleOf,
  );
  const channels = (await session.all('SELECT * FROM alert_channel ORDER BY account_no, created_at, id')).map(
    channelOf,
  );
  return { rules, channels };
}

export async function putAlertRule(session: Session, rule: AlertRule): Promise<void> {
  await session.run(
    `INSERT INTO alert_rule (account_no, id, name, kinds, channels, publish, enabled, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (account_no, id) DO UPDATE SET name = excluded.name, kinds = excluded.kinds, channels = excluded.channels, publish = excluded.publish, enabled = excluded.enabled, created_at = excluded.created_at, updated_at = excluded.updated_at`,
    rule.accountNo,
    rule.id,
    rule.name,
    JSON.stringify(rule.kinds),
    JSON.stringify(rule.channels),
    rule.publish,
    rule.enabled,
    rule.createdAtMs,
    rule.updatedAtMs,
  );
}

export async function deleteAlertRule(session: Session, accountNo: number, id: string): Promise<boolean> {
  return (await session.run('DELETE FROM alert_rule WHERE account_no = ? AND id = ?', accountNo, id)) > 0;
}

export async function putAlertChannel(session: Session, channel: SealedChannel): Promise<void> {
  await session.run(
    `INSERT INTO alert_channel (account_no, id, name, target, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (account_no, id) DO UPDATE SET name = excluded.name, target = excluded.target, created_at = excluded.created_at, updated_at = excluded.updated_at`,
    channel.accountNo,
    channel.id,
    channel.name,
    channel.target,
    channel.createdAtMs,
    channel.updatedAtMs,
  );
}

export async function deleteAlertChannel(session: Session, accountNo: number, id: string): Promise<boolean> {
  return (await session.run('DELETE FROM alert_channel WHERE account_no = ? AND id = ?', accountNo, id)) > 0;
}
