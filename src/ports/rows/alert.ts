import type { Alert, AlertKind, AlertMessage, AlertRule, Signal } from '../../core/alert.ts';
import type { SealedChannel } from '../sealed.ts';
import type { Row } from './row.ts';

/** An alert as its row tells it. */
export function alertOf(row: Row): Alert {
  return {
    no: row.no as number,
    id: row.id as string,
    accountNo: row.account_no as number,
    kind: row.kind as AlertKind,
    subject: row.subject as string,
    summary: row.summary as string,
    detail: JSON.parse(row.detail as string) as Alert['detail'],
    count: row.count as number,
    raisedAtMs: row.raised_at as number,
    lastAtMs: row.last_at as number,
    resolvedAtMs: row.resolved_at as number | null,
  };
}

/** A signal as a row tells it that sums up those of the same thing. */
export function signalOf(row: Row): Signal {
  return {
    accountNo: row.account_no as number,
    kind: row.kind as AlertKind,
    subject: row.subject as string,
    detail: JSON.parse(row.detail as string) as Signal['detail'],
    count: row.count as number,
    atMs: row.at as number,
    firstNo: row.first_no as number,
    lastNo: row.last_no as number,
  };
}

/** A message as its row tells it. */
export function messageOf(row: Row): AlertMessage {
  return {
    no: row.no as number,
    accountNo: row.account_no as number,
    alertNo: row.alert_no as number,
    ruleId: row.rule_id as string,
    channelId: row.channel_id as string,
    phase: row.phase as AlertMessage['phase'],
    dueAtMs: row.due_at as number | null,
    tries: row.tries as number,
    sentAtMs: row.sent_at as number | null,
    failedAtMs: row.failed_at as number | null,
    error: row.error as string | null,
    createdAtMs: row.created_at as number,
  };
}

/** A rule of alerts as its row tells it. */
export function ruleOf(row: Row): AlertRule {
  return {
    id: row.id as string,
    accountNo: row.account_no as number,
    name: row.name as string,
    kinds: JSON.parse(row.kinds as string) as AlertKind[],
    channels: JSON.parse(row.channels as string) as string[],
    publish: row.publish as string | null,
    enabled: Boolean(row.enabled),
    createdAtMs: row.created_at as number,
    updatedAtMs: row.updated_at as number,
  };
}

/** A channel of alerts as its row tells it. */
export function channelOf(row: Row): SealedChannel {
  return {
    id: row.id as string,
    accountNo: row.account_no as number,
    name: row.name as string,
    target: row.target as Uint8Array,
    createdAtMs: row.created_at as number,
    updatedAtMs: row.updated_at as number,
  };
}
