import * as limits from './limits/alerts.ts';
import type { Order, OrderSignal } from './order.ts';

/** What people can be told of (contract §8; `source.unreachable` is ours). */
export const alertKinds = [
  'endpoint.paused',
  'endpoint.disabled',
  'endpoint.recovered',
  'endpoint.slow',
  'delivery.dead',
  'order.failed',
  'order.overdue',
  'order.stuck',
  'order.unknown',
  'balance.low',
  'source.rejected',
  'source.silent',
  'source.unreachable',
  'queue.lag',
] as const;
/** One of `alertKinds`. */
export type AlertKind = (typeof alertKinds)[number];

/** Kinds that are a state of affairs: raised while it lasts, and over when it is. The others happen at a moment. */
const lasting: ReadonlySet<AlertKind> = new Set([
  'endpoint.paused',
  'endpoint.disabled',
  'endpoint.slow',
  'source.rejected',
  'source.silent',
  'queue.lag',
]);

/** Whether the kind is a state of affairs, which ends with a message of its own. */
export function isLasting(kind: AlertKind): boolean {
  return lasting.has(kind);
}

/** Where messages go. `email` without `to`: to the endpoint's, the account's or the installation's recipient, the first there is. */
export type ChannelTarget =
  | { type: 'email'; to: string | null }
  | { type: 'slack'; url: string }
  | { type: 'endpoint'; endpointId: string };

/** A way to people. The target may be a credential: it is plain here and sealed by the store. */
export interface AlertChannel {
  id: string;
  accountNo: number;
  name: string;
  target: ChannelTarget;
  createdAtMs: number;
  updatedAtMs: number;
}

/** Who is told of what, and which event follows from it. */
export interface AlertRule {
  id: string;
  accountNo: number;
  name: string;
  kinds: AlertKind[];
  /** Ids of channels. */
  channels: string[];
  /** Type of an event that is published for each thing that happens; null: none. */
  publish: string | null;
  enabled: boolean;
  createdAtMs: number;
  updatedAtMs: number;
}

/** Id of the rule and of the channel that every account has from the start. */
export const defaultId = 'default';

/** The rule that mails about stopped endpoints and dead letters where mail is set up. */
export function defaultRule(accountNo: number): AlertRule {
  return {
    id: defaultId,
    accountNo,
    name: 'Mail about stopped endpoints and dead letters',
    kinds: ['endpoint.paused', 'endpoint.disabled', 'endpoint.recovered', 'delivery.dead'],
    channels: [defaultId],
    publish: null,
    enabled: true,
    createdAtMs: 0,
    updatedAtMs: 0,
  };
}

/** The channel of `defaultRule`: mail to whoever the endpoint, the account or the installation names. */
export function defaultChannel(accountNo: number): AlertChannel {
  const target = { type: 'email', to: null } as const;
  return { id: defaultId, accountNo, name: 'Mail', target, createdAtMs: 0, updatedAtMs: 0 };
}

/** An account's rules with the default one, unless the account has put its own in its place. */
export function rulesOf(accountNo: number, stored: readonly AlertRule[]): AlertRule[] {
  const own = stored.filter((rule) => rule.accountNo === accountNo);
  return own.some(({ id }) => id === defaultId) ? own : [...own, defaultRule(accountNo)];
}

/** What was raised: a thing that happened or a state of affairs, with how often since. */
export interface Alert {
  no: number;
  id: string;
  accountNo: number;
  kind: AlertKind;
  /** What it is about: an id of an endpoint or source, `api`, or `queue`. */
  subject: string;
  /** One line for people. */
  summary: string;
  /** What a program may want to know. */
  detail: Record<string, unknown>;
  count: number;
  raisedAtMs: number;
  lastAtMs: number;
  resolvedAtMs: number | null;
}

/** A fact that an alert comes from, written in the act that made it one. The same one again is counted. */
export interface Fact {
  accountNo: number;
  kind: AlertKind;
  subject: string;
  detail: Record<string, unknown>;
  count: number;
  atMs: number;
}

/**
 * Facts about the same thing as they were read. Read again before it is taken away, it begins with the same number, whatever was
 * counted meanwhile; what comes after that begins with another.
 */
export interface Signal extends Fact {
  firstNo: number;
  lastNo: number;
}

/** A message that an alert was turned into: who is to be told, and what came of it. */
export interface AlertMessage {
  no: number;
  accountNo: number;
  alertNo: number;
  ruleId: string;
  channelId: string;
  /** `recovered`: the state of affairs is over. */
  phase: 'raised' | 'recovered';
  /** When it is to be sent; null: it was, or was given up. */
  dueAtMs: number | null;
  tries: number;
  sentAtMs: number | null;
  /** Given up: what was wrong the last time is in `error`. */
  failedAtMs: number | null;
  error: string | null;
  createdAtMs: number;
}

/** Whom to tell of an alert. */
export interface Tell {
  ruleId: string;
  channelId: string;
}

/** An alert that is raised, or happens again. */
export interface Raise {
  /** For an alert that is not open yet. */
  id: string;
  accountNo: number;
  kind: AlertKind;
  subject: string;
  summary: string;
  detail: Record<string, unknown>;
  tell: Tell[];
  /** Names what it comes from: the same however often that is looked at, also by another process. */
  cause: string;
  /** The signals that it comes from: they are gone with this. Those that are gone already count for nothing. */
  signals: Signal[];
}

/** An alert that is over. `tell`: whoever was told that it was raised is told. */
export interface Resolve {
  no: number;
  accountNo: number;
  tell: boolean;
}

/** An alert that is not over, and who was told of it. */
export interface OpenAlert extends Alert {
  told: Tell[];
}

/** An endpoint whose answers took long, in attempts of a span of time. */
export interface SlowEndpoint {
  endpointNo: number;
  attempts: number;
  /** How many of them took longer than `limits.alertSlowMs`. */
  slow: number;
}

/** Event types that are facts people want to hear of, whoever publishes them. */
const kindOfType: ReadonlyMap<string, AlertKind> = new Map([
  ['balance.low', 'balance.low'],
  ['order.failed', 'order.failed'],
]);

/** The alert that an event of this type is, null for most. */
export function alertKindOfEvent(type: string): AlertKind | null {
  return kindOfType.get(type) ?? null;
}

/** The signal that an event of such a type gives. */
export function signalOfEvent(
  kind: AlertKind,
  event: { accountNo: number; id: string; type: string; reference: string | null; source: string | null },
  nowMs: number,
): Fact {
  const { accountNo, id, type, reference, source } = event;
  const detail = { eventId: id, eventType: type, reference, sourceId: source };
  return { accountNo, kind, subject: id, detail, count: 1, atMs: nowMs };
}

/** The signal that an order gives. */
export function signalOfOrder(kind: OrderSignal, order: Omit<Order, 'no'>, nowMs: number): Fact {
  const { id, accountNo, sourceId, reference, orderId, state } = order;
  const detail = { sourceId, order: id, reference, orderId, state };
  return { accountNo, kind, subject: id, detail, count: 1, atMs: nowMs };
}

/** When a message about something may go: `limits.alertQuietMs` after the one before, or now. */
export function messageDueAtMs(lastMs: number | null, nowMs: number): number {
  return lastMs === null ? nowMs : Math.max(nowMs, lastMs + limits.alertQuietMs);
}

/** When a message that could not be sent is tried again; null: it is given up. `tries`: so far, this one included. */
export function nextTryAtMs(
  message: Pick<AlertMessage, 'createdAtMs'>,
  tries: number,
  nowMs: number,
): number | null {
  const waitMs = Math.min(limits.messageAgainMs * 2 ** Math.min(tries - 1, 20), limits.messageAgainMaxMs);
  return nowMs + waitMs > message.createdAtMs + limits.messageGiveUpMs ? null : nowMs + waitMs;
}
