import {
  type AlertKind,
  isLasting,
  type OpenAlert,
  type Raise,
  type Resolve,
  type Signal,
  type SlowEndpoint,
  type Tell,
} from './alert.ts';
import type { Endpoint } from './endpoint.ts';
import * as limits from './limits/alerts.ts';

/** What came through a source lately, and how often something comes usually. */
export interface SourceFigures {
  accountNo: number;
  sourceId: string;
  name: string;
  /** Of the last `limits.alertFiguresMs`. */
  accepted: number;
  rejected: number;
  lastAtMs: number | null;
  /** Of `limits.alertSilenceSpanMs`; null: too few came to say. */
  medianGapMs: number | null;
}

/** A state of affairs that people are told of while it lasts. */
export interface Condition {
  accountNo: number;
  kind: AlertKind;
  subject: string;
  summary: string;
  detail: Record<string, unknown>;
  /** When it began, where that is known: it is the same one as long as this is the same. */
  sinceMs: number | null;
}

/** What there is to be looked at. */
export interface Surroundings {
  endpoints: readonly Endpoint[];
  slow: readonly SlowEndpoint[];
  sources: readonly SourceFigures[];
  oldestDueAtMs: number | null;
  /** Whose alert a late queue is. */
  defaultAccountNo: number;
  nowMs: number;
}

/** Whether the endpoint was stopped by the platform, not by a person. */
export function stoppedByPlatform({
  status,
  statusReason,
}: Pick<Endpoint, 'status' | 'statusReason'>): boolean {
  return status !== 'active' && (statusReason ?? '').startsWith(`${status} by the platform`);
}

/** More than a twentieth of at least so many refused calls, and at least `limits.alertRejected` of them. */
export function isRejected({ accepted, rejected }: Pick<SourceFigures, 'accepted' | 'rejected'>): boolean {
  return rejected >= limits.alertRejected && rejected > (accepted + rejected) * limits.alertRejectedShare;
}

/** Nothing came for longer than `limits.alertSilenceGaps` of the usual gaps, and for at least an hour. */
export function isSilent(
  { lastAtMs, medianGapMs }: Pick<SourceFigures, 'lastAtMs' | 'medianGapMs'>,
  nowMs: number,
): boolean {
  if (lastAtMs === null || medianGapMs === null) return false;
  return nowMs - lastAtMs > Math.max(limits.alertSilenceGaps * medianGapMs, limits.alertSilenceMinMs);
}

/** The middle of the gaps between moments, newest first; null with fewer than two gaps. */
export function medianGapMs(momentsMs: readonly number[]): number | null {
  const gaps = momentsMs.slice(1).map((atMs, i) => momentsMs[i]! - atMs);
  if (gaps.length < 2) return null;
  gaps.sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)]!;
}

/** Every state of affairs that lasts at this moment. */
export function conditionsOf(around: Surroundings): Condition[] {
  const byNo = new Map(around.endpoints.map((endpoint) => [endpoint.no, endpoint]));
  return [
    ...around.endpoints.flatMap(stopOf),
    ...around.slow.flatMap((figures) => slownessOf(byNo.get(figures.endpointNo), figures)),
    ...around.sources.flatMap((figures) => troubleOf(figures, around.nowMs)),
    ...lagOf(around),
  ];
}

/** What it takes to plan: how whoever is to be told is found, and new ids. */
export interface PlanRules {
  endpoints: readonly Endpoint[];
  /** What the owner calls the source; null when it is gone. */
  sourceName(id: string): string | null;
  /** Whom the rules of the account tell of this kind about this subject. */
  tellOf(accountNo: number, kind: AlertKind, subject: string): Tell[];
  newId(): string;
  nowMs: number;
}

/** Compares what lasts and what happened with what is open: what is to be raised, and what is over. */
export function planAlerts(
  seen: { conditions: readonly Condition[]; signals: readonly Signal[]; open: readonly OpenAlert[] },
  rules: PlanRules,
): { raised: Raise[]; resolved: Resolve[] } {
  const keyOf = (one: Pick<Condition, 'accountNo' | 'kind' | 'subject'>): string =>
    `${one.accountNo} ${one.kind} ${one.subject}`;
  const lasts = new Set(seen.conditions.map(keyOf));
  const open = new Map(seen.open.map((one) => [keyOf(one), one]));
  const raised = seen.conditions.filter((one) => !open.has(keyOf(one))).map((one) => raiseOf(one, [], rules));
  for (const group of grouped(seen.signals)) {
    const key = keyOf({ ...group[0]!, subject: subjectOf(group[0]!) });
    raised.push(raiseOf(happeningOf(group, open.get(key)?.count ?? 0, rules), group, rules));
  }
  const resolved: Resolve[] = [];
  for (const alert of seen.open) {
    if (isLasting(alert.kind) ? lasts.has(keyOf(alert)) : alert.lastAtMs + limits.alertQuietMs > rules.nowMs)
      continue;
    const recovered = recoveryOf(alert, rules);
    // What recovered has an alert of its own that says so; what is gone has nothing to say.
    resolved.push({
      no: alert.no,
      accountNo: alert.accountNo,
      tell: isLasting(alert.kind) && !isStop(alert.kind),
    });
    if (recovered !== null) raised.push(recovered);
  }
  return { raised, resolved };
}

function isStop(kind: AlertKind): boolean {
  return kind === 'endpoint.paused' || kind === 'endpoint.disabled';
}

/** A stopped endpoint works again: whoever was told, and whoever wants to hear of it, each once. */
function recoveryOf(alert: OpenAlert, rules: PlanRules): Raise | null {
  if (!isStop(alert.kind)) return null;
  const endpoint = rules.endpoints.find(({ id }) => id === alert.subject);
  if (endpoint === undefined || endpoint.status !== 'active') return null;
  const { accountNo, subject } = alert;
  const tell = new Map<string, Tell>();
  for (const one of [...alert.told, ...rules.tellOf(accountNo, 'endpoint.recovered', subject)])
    if (!tell.has(one.channelId)) tell.set(one.channelId, one);
  return {
    id: rules.newId(),
    accountNo,
    kind: 'endpoint.recovered',
    subject,
    summary: `The endpoint ${nameOf(endpoint)} is active again.`,
    detail: { endpointId: subject, url: endpoint.url },
    tell: [...tell.values()],
    cause: alert.id,
    signals: [],
  };
}

function raiseOf({ sinceMs, ...about }: Condition, signals: Signal[], rules: PlanRules): Raise {
  const { accountNo, kind, subject } = about;
  // What has no known beginning counts as one for as long as nobody is told of it twice.
  const since = sinceMs ?? Math.floor(rules.nowMs / limits.alertQuietMs);
  const cause = `${subject}-${kind}-${since}`;
  return { id: rules.newId(), ...about, tell: rules.tellOf(accountNo, kind, subject), cause, signals };
}

/** Names one of the things that an alert comes from. Orders and events happen once; what is counted happens again. */
export function causeOf({ kind, subject, firstNo }: Signal): string {
  return isCounted(kind) ? `${subject}-${firstNo}` : subject;
}

function isCounted(kind: AlertKind): boolean {
  return kind === 'delivery.dead' || kind === 'source.unreachable';
}

/** Signals about the same thing, as one alert is about it. */
function grouped(signals: readonly Signal[]): Signal[][] {
  const groups = new Map<string, Signal[]>();
  for (const signal of signals) {
    const key = `${signal.accountNo} ${signal.kind} ${subjectOf(signal)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [signal]);
    else group.push(signal);
  }
  return [...groups.values()];
}

/** Orders and events are told of by the source that they belong to. */
function subjectOf({ kind, subject, detail }: Signal): string {
  if (isCounted(kind)) return subject;
  return typeof detail.sourceId === 'string' ? detail.sourceId : 'api';
}

const words: Partial<Record<AlertKind, (count: number, where: string) => string>> = {
  'delivery.dead': (count, where) =>
    `${many(count, 'delivery', 'deliveries')} to ${where} used up all attempts.`,
  'order.failed': (count, where) => `${many(count, 'order', 'orders')} of ${where} failed.`,
  'order.overdue': (count, where) =>
    `${many(count, 'order', 'orders')} of ${where} took longer than the source allows.`,
  'order.stuck': (count, where) =>
    `${many(count, 'order', 'orders')} of ${where}: nobody says how they ended, asking was given up.`,
  'order.unknown': (count, where) =>
    `${many(count, 'order', 'orders')} of ${where} came up that nobody had registered.`,
  'balance.low': (_count, where) => `The balance at ${where} is low.`,
  'source.unreachable': (_count, where) => `The source ${where} does not answer when it is asked.`,
};

/** `before`: how often it had happened when it was looked at last, for an alert that is open. */
function happeningOf(
  group: readonly Signal[],
  before: number,
  { endpoints, sourceName }: PlanRules,
): Condition {
  const { accountNo, kind } = group[0]!;
  const subject = subjectOf(group[0]!);
  const count = group.reduce((sum, one) => sum + one.count, before);
  const endpoint = kind === 'delivery.dead' ? endpoints.find(({ id }) => id === subject) : undefined;
  const source = sourceName(subject);
  const where =
    endpoint !== undefined
      ? nameOf(endpoint)
      : source !== null
        ? `${source} (${subject})`
        : subject === 'api'
          ? 'the API'
          : subject;
  const named = group.slice(0, limits.alertNamed).map(({ detail }) => detail);
  const detail =
    kind === 'delivery.dead' ? { endpointId: subject, url: endpoint?.url ?? null } : { of: named };
  return { accountNo, kind, subject, summary: words[kind]?.(count, where) ?? kind, detail, sinceMs: null };
}

function stopOf(endpoint: Endpoint): Condition[] {
  if (!stoppedByPlatform(endpoint)) return [];
  const { accountNo, id, url, status, statusReason, statusAtMs } = endpoint;
  const kind = status === 'paused' ? 'endpoint.paused' : 'endpoint.disabled';
  const summary = `The endpoint ${nameOf(endpoint)} was ${statusReason}. Its deliveries are held.`;
  return [
    {
      accountNo,
      kind,
      subject: id,
      summary,
      detail: { endpointId: id, url, statusReason },
      sinceMs: statusAtMs,
    },
  ];
}

function slownessOf(endpoint: Endpoint | undefined, { attempts, slow }: SlowEndpoint): Condition[] {
  if (endpoint === undefined) return [];
  const { accountNo, id, url } = endpoint;
  const summary = `The endpoint ${nameOf(endpoint)} is slow: ${slow} of ${attempts} answers took longer than ${limits.alertSlowMs / 1000} s.`;
  return [
    {
      accountNo,
      kind: 'endpoint.slow',
      subject: id,
      summary,
      detail: { endpointId: id, url, attempts, slow },
      sinceMs: null,
    },
  ];
}

function troubleOf(figures: SourceFigures, nowMs: number): Condition[] {
  const { accountNo, sourceId: subject, name, accepted, rejected, lastAtMs, medianGapMs: gapMs } = figures;
  const conditions: Condition[] = [];
  if (isRejected(figures)) {
    const summary = `${rejected} of ${accepted + rejected} calls to the source ${name} were rejected in ${limits.alertFiguresMs / 60_000} minutes.`;
    conditions.push({
      accountNo,
      kind: 'source.rejected',
      subject,
      summary,
      detail: { sourceId: subject, accepted, rejected },
      sinceMs: null,
    });
  }
  if (isSilent(figures, nowMs)) {
    const summary = `Nothing came through the source ${name} since ${new Date(lastAtMs!).toISOString()}; usually something comes every ${Math.round(gapMs! / 1000)} s.`;
    conditions.push({
      accountNo,
      kind: 'source.silent',
      subject,
      summary,
      detail: { sourceId: subject, lastAtMs, gapMs },
      sinceMs: lastAtMs,
    });
  }
  return conditions;
}

function lagOf({ oldestDueAtMs, defaultAccountNo, nowMs }: Surroundings): Condition[] {
  if (oldestDueAtMs === null || nowMs - oldestDueAtMs <= limits.alertLagMs) return [];
  const waitedMs = nowMs - oldestDueAtMs;
  const summary = `The oldest due delivery has waited for ${Math.round(waitedMs / 1000)} s.`;
  return [
    {
      accountNo: defaultAccountNo,
      kind: 'queue.lag',
      subject: 'queue',
      summary,
      detail: { waitedMs },
      sinceMs: null,
    },
  ];
}

/** For people: what its owner calls it, and where it is as far as that is no secret: a path can be a credential (Slack's is), and messages travel. */
function nameOf({ url, id, description }: Pick<Endpoint, 'url' | 'id' | 'description'>): string {
  const place = `${/^https?:\/\/[^/?#]*/i.exec(url)?.[0] ?? url.split('?')[0]} (${id})`;
  return description === '' ? place : `“${description}” at ${place}`;
}

function many(count: number, one: string, more: string): string {
  return `${count} ${count === 1 ? one : more}`;
}
