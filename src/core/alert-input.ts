import { type AddressPolicy, checkUrl } from './address.ts';
import {
  type AlertChannel,
  type AlertKind,
  type AlertRule,
  alertKindOfEvent,
  alertKinds,
  type ChannelTarget,
} from './alert.ts';
import { BodyReader, notifyMust, readNotify, readText } from './body.ts';
import { isEventType } from './event.ts';
import * as limits from './limits/accounts.ts';
import { alertRuleChannels } from './limits/alerts.ts';
import { masked } from './masked.ts';

/** What a caller may set of a rule. */
export type RuleInput = Pick<AlertRule, 'name' | 'kinds' | 'channels' | 'publish' | 'enabled'>;

/** What a caller may set of a channel. */
export type ChannelInput = Pick<AlertChannel, 'name' | 'target'>;

/** What reading rules and channels needs to know. */
export interface AlertRules {
  policy: AddressPolicy;
  hasChannel(id: string): boolean;
  hasEndpoint(id: string): boolean;
}

const ruleNames = ['name', 'kind', 'kinds', 'channels', 'publish', 'enabled'];
const newRule: RuleInput = { name: '', kinds: [], channels: [], publish: null, enabled: true };
const kindsMust = `must be an array of at least one of ${alertKinds.join(', ')}`;

/** Reads the body of `POST /v1/alert-rules`, or of `PATCH` where `current` is given: what is absent stays. */
export function readAlertRule(body: unknown, current: RuleInput | null, rules: AlertRules): RuleInput {
  const reader = new BodyReader(body, ruleNames);
  const before = current ?? newRule;
  if (reader.has('kind') && reader.has('kinds'))
    reader.wrong('kind', 'is short for kinds; give one of the two');
  const one = reader.value('kind');
  const kinds =
    one === undefined ? reader.optional('kinds', before.kinds, kindsMust, readKinds) : readKinds([one]);
  if (kinds === undefined) reader.wrong('kind', `must be one of ${alertKinds.join(', ')}`);
  const most = alertRuleChannels;
  const channels = reader.optional(
    'channels',
    before.channels,
    `must be an array of at most ${most} ids of channels`,
    readIds,
  );
  for (const [place, id] of channels.entries())
    if (!rules.hasChannel(id))
      reader.wrong(`channels/${place}`, `there is no channel ${JSON.stringify(id)} in this account`);
  const publish = reader.value('publish') === undefined ? before.publish : readPublish(reader);
  const rule: RuleInput = {
    name: readName(reader, before.name),
    kinds: kinds ?? [],
    channels,
    publish,
    enabled: reader.optional('enabled', before.enabled, 'must be true or false', (value) =>
      typeof value === 'boolean' ? value : undefined,
    ),
  };
  if (current === null && one === undefined && !reader.has('kinds'))
    reader.wrong('kinds', `is required: ${kindsMust}`);
  if (rule.channels.length === 0 && rule.publish === null && reader.problems.length === 0)
    reader.wrong('channels', 'is required: ids of channels to tell, unless the rule publishes an event');
  reader.done();
  return rule;
}

/** Reads the body of `POST /v1/alert-channels`, or of `PATCH` where `current` is given: what is absent stays. */
export function readAlertChannel(
  body: unknown,
  current: ChannelInput | null,
  rules: AlertRules,
): ChannelInput {
  const reader = new BodyReader(body, ['name', 'type', 'to', 'url', 'endpointId']);
  const type = reader.optional(
    'type',
    current?.target.type ?? null,
    'must be email, slack or endpoint',
    (value) => (value === 'email' || value === 'slack' || value === 'endpoint' ? value : undefined),
  );
  if (type === null && reader.problems.length === 0)
    reader.wrong('type', 'is required: email, slack or endpoint');
  const kept = current?.target.type === type ? current!.target : null;
  const target = type === null ? null : readTarget(reader, type, kept, rules);
  const name = readName(reader, current?.name ?? '');
  reader.done();
  return { name, target: target! };
}

/** A rule as the API shows it. */
export function ruleView(rule: AlertRule): Record<string, unknown> {
  const { id, name, kinds, channels, publish, enabled, createdAtMs, updatedAtMs } = rule;
  return { id, name, kinds, channels, publish, enabled, ...timesOf(createdAtMs, updatedAtMs) };
}

/** A channel as the API shows it: an address that is a credential is masked. */
export function channelView({
  id,
  name,
  target,
  createdAtMs,
  updatedAtMs,
}: AlertChannel): Record<string, unknown> {
  const shown = target.type === 'slack' ? { type: 'slack', url: maskedUrl(target.url) } : target;
  return { id, name, ...shown, ...timesOf(createdAtMs, updatedAtMs) };
}

/** What came with the account has no times. */
function timesOf(createdAtMs: number, updatedAtMs: number): Record<string, string | null> {
  const time = (ms: number): string | null => (ms === 0 ? null : new Date(ms).toISOString());
  return { createdAt: time(createdAtMs), updatedAt: time(updatedAtMs) };
}

function maskedUrl(url: string): string {
  return `${/^[a-z]+:\/\/[^/?#]*/i.exec(url)?.[0] ?? ''}/${masked}`;
}

function readTarget(
  reader: BodyReader,
  type: ChannelTarget['type'],
  kept: ChannelTarget | null,
  rules: AlertRules,
): ChannelTarget | null {
  const foreign = { email: ['url', 'endpointId'], slack: ['to', 'endpointId'], endpoint: ['to', 'url'] }[
    type
  ];
  for (const name of foreign)
    if (reader.has(name)) reader.wrong(name, `is not a part of a channel of type ${type}`);
  if (type === 'email') {
    const before = kept?.type === 'email' ? kept.to : null;
    const to = reader.has('to') ? reader.optional<string | null>('to', null, notifyMust, readNotify) : before;
    return { type, to };
  }
  if (type === 'slack') {
    const url = readSlackUrl(reader, kept?.type === 'slack' ? kept.url : null, rules.policy);
    return url === null ? null : { type, url };
  }
  const before = kept?.type === 'endpoint' ? kept.endpointId : null;
  const endpointId = reader.has('endpointId') ? reader.value('endpointId') : before;
  if (typeof endpointId === 'string' && rules.hasEndpoint(endpointId)) return { type, endpointId };
  reader.wrong('endpointId', 'must be the id of an endpoint of this account');
  return null;
}

function readSlackUrl(reader: BodyReader, kept: string | null, policy: AddressPolicy): string | null {
  const value = reader.has('url') ? reader.value('url') : kept;
  if (kept !== null && value === maskedUrl(kept)) return kept;
  if (typeof value !== 'string') {
    reader.wrong('url', 'is required: the URL of an incoming webhook');
    return null;
  }
  const checked = checkUrl(value.trim(), policy);
  if (typeof checked !== 'string') return value.trim();
  reader.wrong('url', checked);
  return null;
}

function readPublish(reader: BodyReader): string | null {
  const must = 'must be an event type that is no alert itself, such as "refund.requested"; null for none';
  return reader.optional<string | null>('publish', null, must, (value) =>
    typeof value === 'string' && isEventType(value) && alertKindOfEvent(value) === null ? value : undefined,
  );
}

function readName(reader: BodyReader, absent: string): string {
  const must = `must be one line of at most ${limits.nameChars} characters`;
  return reader.optional('name', absent, must, (value) => {
    const text = readText(value, limits.nameChars);
    return text === undefined || /[\r\n\t]/.test(text) ? undefined : text;
  });
}

function readKinds(value: unknown): AlertKind[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const fits = value.every((one) => (alertKinds as readonly unknown[]).includes(one));
  return fits ? [...new Set(value as AlertKind[])] : undefined;
}

function readIds(value: unknown): string[] | undefined {
  if (!Array.isArray(value) || value.length > alertRuleChannels) return undefined;
  return value.every((one) => typeof one === 'string') ? [...new Set(value as string[])] : undefined;
}
