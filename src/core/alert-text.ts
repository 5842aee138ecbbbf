import type { Alert, AlertMessage } from './alert.ts';
import * as limits from './limits/alerts.ts';
import { timeText } from './time-text.ts';

/** What one message is about: several things of one kind and phase go out together. */
export interface MessageText {
  subject: string;
  text: string;
}

interface Place {
  account: string;
  /** The address of the installation. */
  where: string;
}

/** A message for people, in plain text. `alerts`: of one kind, at least one. */
export function messageText(
  alerts: readonly Alert[],
  phase: AlertMessage['phase'],
  { account, where }: Place,
): MessageText {
  const { kind, summary } = alerts[0]!;
  const head = phase === 'recovered' ? `Over: ${kind}` : kind;
  const subject =
    alerts.length === 1 ? `[Surehook] ${head}: ${summary}` : `[Surehook] ${head}: ${alerts.length} of them`;
  const named = alerts.slice(0, limits.alertNamed);
  const lines = named.flatMap((alert) => linesOf(alert, phase, { account, where }));
  if (alerts.length > named.length) lines.push(`… and ${alerts.length - named.length} more.`, '');
  lines.push(`Account: ${account}`, `Installation: ${where}`);
  return { subject: oneLine(subject).slice(0, 200), text: lines.join('\n').slice(0, limits.messageChars) };
}

function linesOf(alert: Alert, phase: AlertMessage['phase'], { account, where }: Place): string[] {
  const { id, summary, count, raisedAtMs, resolvedAtMs } = alert;
  const lines = [oneLine(summary)];
  if (count > 1) lines.push(`Happened ${count} times since ${new Date(raisedAtMs).toISOString()}.`);
  if (phase === 'recovered' && resolvedAtMs !== null)
    lines.push(`Over since ${new Date(resolvedAtMs).toISOString()}.`);
  return [...lines, `Look at it: ${where}/alerts/${id}?account=${encodeURIComponent(account)}`, ''];
}

/** Nothing in it can begin another header or line. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

/** An alert as the API and operational webhooks show it. */
export function alertView(alert: Alert): Record<string, unknown> {
  const { id, kind, subject, summary, detail, count, resolvedAtMs } = alert;
  return {
    id,
    kind,
    subject,
    summary,
    status: resolvedAtMs === null ? 'open' : 'resolved',
    count,
    detail,
    raisedAt: timeText(alert.raisedAtMs),
    lastAt: timeText(alert.lastAtMs),
    resolvedAt: resolvedAtMs === null ? null : timeText(resolvedAtMs),
  };
}

/** A message as the API shows it beside its alert. */
export function messageView(message: AlertMessage): Record<string, unknown> {
  const { ruleId, channelId, phase, tries, dueAtMs, sentAtMs, failedAtMs, error } = message;
  const status = sentAtMs !== null ? 'sent' : failedAtMs !== null ? 'failed' : 'waiting';
  const maybe = (ms: number | null): string | null => (ms === null ? null : timeText(ms));
  return {
    ruleId,
    channelId,
    phase,
    status,
    tries,
    error,
    sentAt: maybe(sentAtMs),
    nextTryAt: maybe(dueAtMs),
  };
}
