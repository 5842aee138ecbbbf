import type { AddressPolicy } from './address.ts';
import { BodyReader, notifyMust, readNotify, readText, readWhole } from './body.ts';
import type { Endpoint, NewEndpoint } from './endpoint.ts';
import {
  readEvents,
  readHeaders,
  readMetadata,
  readRateLimit,
  readRetry,
  readSources,
  readTimeout,
  readUrl,
} from './endpoint-fields.ts';
import { checkHeaders, checkShownOnly, movesOrigin, shownOnly, withoutKept } from './endpoint-sent-back.ts';
import { parseFilter } from './filter.ts';
import { descriptionChars } from './limits/accounts.ts';
import * as limits from './limits/endpoints.ts';
import type { Profile } from './profiles/profile.ts';
import { checkSecret, newSecret } from './profiles/secret.ts';
import { profileNamed, profiles } from './profiles/table.ts';
import { parseWireOverride, wireOf } from './profiles/wire.ts';
import { isPulled } from './pull.ts';
import { sameRetry } from './retry.ts';

/** What reading an endpoint's settings needs to know. */
export interface EndpointRules {
  policy: AddressPolicy;
  nowMs: number;
  /** Who asks, as status reasons name them: `key "ci"`. */
  by: string;
  /** Fit for secrets. */
  randomBytes(count: number): Uint8Array;
}

/** What a caller may set, apart from status and secret. */
type Settings = Pick<
  Endpoint,
  | 'url'
  | 'password'
  | 'events'
  | 'description'
  | 'headers'
  | 'retry'
  | 'timeoutMs'
  | 'timeoutText'
  | 'ratePerSecond'
  | 'concurrency'
  | 'ordered'
  | 'filter'
  | 'sources'
  | 'notify'
  | 'metadata'
  | 'wire'
>;

/** Changes to an endpoint that the store can take. */
export type EndpointChanges = Partial<Omit<NewEndpoint, 'id' | 'accountNo' | 'createdAtMs'>>;

const names = [
  'url',
  'events',
  'secret',
  'description',
  'profile',
  'status',
  'headers',
  'retry',
  'timeout',
  'rateLimit',
  'concurrency',
  'ordered',
  'filter',
  'sources',
  'notify',
  'metadata',
  'wire',
];

/**
 * Reads the body of `POST /v1/endpoints` (contract §3). What is absent or `null` has its default. Throws `invalid` with a
 * pointer for each thing that is wrong.
 */
export function readNewEndpoint(
  body: unknown,
  rules: EndpointRules & { id: string; accountNo: number; defaultProfile: string },
): NewEndpoint {
  const reader = new BodyReader(body, names);
  const profile = readProfile(reader) ?? profileNamed(rules.defaultProfile)!;
  for (const name of ['url', 'events']) if (!reader.has(name)) reader.wrong(name, 'is required');
  const settings = {
    ...defaultsOf(profile),
    ...readSettings(reader, { profile, policy: rules.policy, kept: null }),
  };
  const secret =
    readSecret(reader, profile, settings.wire) ?? madeSecret(reader, profile, settings.wire, rules);
  checkHeaders(reader, settings.headers, wireOf({ profile: profile.name, wire: settings.wire }));
  checkSources(reader, { ...settings, profile: profile.name });
  const status = readStatus(reader) === 'paused' ? pausedBy(rules.by, rules.nowMs) : resumed(rules.nowMs);
  reader.done();
  return {
    ...(settings as Settings),
    ...status,
    id: rules.id,
    accountNo: rules.accountNo,
    profile: profile.name,
    secrets: [{ value: secret, validUntilMs: null }],
    signWith: 'new',
    failingSinceMs: null,
    failures: 0,
    createdAtMs: rules.nowMs,
    updatedAtMs: rules.nowMs,
  };
}

/**
 * Reads the body of `PATCH /v1/endpoints/:id`: what is absent stays, `null` goes back to its default. What an answer showed can
 * be sent back: members that only the server sets must be as they are, masked header values stay. Headers are replaced as a
 * whole, and dropped when the URL's origin changes unless they are sent again: they may be credentials for the old one.
 * With a new profile, retry and timeout follow it where they were the old profile's own. A secret replaces all others at once.
 */
export function readEndpointChanges(body: unknown, current: Endpoint, rules: EndpointRules): EndpointChanges {
  const reader = new BodyReader(body, [...names, ...shownOnly]);
  checkShownOnly(reader, current);
  const profile = readProfile(reader);
  const old = profileNamed(current.profile)!;
  const isMoved = movesOrigin(reader.value('url'), current.url);
  const changes: EndpointChanges = readSettings(reader, {
    profile: profile ?? old,
    policy: rules.policy,
    kept: current,
  });
  if (profile !== undefined && profile !== old)
    Object.assign(changes, followProfile(current, old, profile), { ...changes });
  const secret = readSecret(reader, profile ?? old, changes.wire === undefined ? current.wire : changes.wire);
  if (secret !== undefined) {
    changes.secrets = [{ value: secret, validUntilMs: null }];
    changes.signWith = 'new';
  } else if (profile !== undefined || reader.has('wire')) {
    checkKept(reader, current, profile ?? old, changes);
  }
  const status = readStatus(reader, current.status);
  if (status !== undefined && status !== current.status) {
    Object.assign(changes, status === 'active' ? resumed(rules.nowMs) : pausedBy(rules.by, rules.nowMs));
  }
  checkSources(reader, { ...current, ...changes });
  if (changes.url !== undefined && isPulled({ url: changes.url }) !== isPulled(current))
    reader.wrong('url', 'cannot change between being sent to and being fetched from; make another endpoint');
  if (isMoved) changes.headers = withoutKept(changes.headers, reader.value('headers'));
  // The store seals both in one.
  if (changes.url !== undefined) changes.headers ??= current.headers;
  else if (changes.headers !== undefined) changes.password = current.password;
  if (changes.headers !== undefined || changes.profile !== undefined || changes.wire !== undefined) {
    const { profile: name, wire, headers } = { ...current, ...changes };
    checkHeaders(reader, headers, wireOf({ profile: name, wire }));
  }
  reader.done();
  return { ...changes, updatedAtMs: rules.nowMs };
}

/** What pausing changes. `by` says who, as in `key "ci"`. */
export function pausedBy(
  by: string,
  nowMs: number,
): Pick<Endpoint, 'status' | 'statusReason' | 'statusAtMs'> {
  return {
    status: 'paused',
    statusReason: `paused by ${by} at ${new Date(nowMs).toISOString()}`,
    statusAtMs: nowMs,
  };
}

/** What resuming changes: also the record of failure is cleared. */
export function resumed(
  nowMs: number,
): Pick<Endpoint, 'status' | 'statusReason' | 'statusAtMs' | 'failingSinceMs' | 'failures'> {
  return { status: 'active', statusReason: null, statusAtMs: nowMs, failingSinceMs: null, failures: 0 };
}

function defaultsOf(profile: Profile): Omit<Settings, 'url' | 'password' | 'events'> {
  return {
    description: '',
    headers: {},
    retry: profile.retry,
    timeoutMs: profile.timeoutMs,
    ratePerSecond: null,
    concurrency: limits.concurrencyDefault,
    ordered: false,
    filter: null,
    sources: null,
    notify: null,
    metadata: '{}',
    wire: null,
  };
}

function readSettings(
  reader: BodyReader,
  { profile, policy, kept }: { profile: Profile; policy: AddressPolicy; kept: Endpoint | null },
): Partial<Settings> {
  const found: Partial<Settings> = {};
  const { problems } = reader;
  const take = reader.into(found, defaultsOf(profile));
  const orSay = <T>(name: string, value: T | undefined, must: string): T | undefined => {
    if (value === undefined) reader.wrong(name, must);
    return value;
  };
  const { concurrencyMax } = limits;
  if (reader.has('url'))
    Object.assign(found, readUrl(reader.value('url') ?? null, { policy, kept }, problems));
  take('events', 'events', (v) => readEvents(v, problems));
  take('description', 'description', (v) =>
    orSay(
      'description',
      readText(v, descriptionChars),
      `must be text of at most ${descriptionChars} characters`,
    ),
  );
  take('headers', 'headers', (v) => readHeaders(v, kept?.headers ?? {}, problems));
  take('retry', 'retry', (v) => readRetry(v, problems));
  take('timeout', 'timeoutMs', (v) => readTimeout(v, problems));
  const timeoutText = reader.value('timeout');
  if (typeof timeoutText === 'string') found.timeoutText = timeoutText;
  take('rateLimit', 'ratePerSecond', (v) => readRateLimit(v, problems));
  take('concurrency', 'concurrency', (v) =>
    orSay(
      'concurrency',
      readWhole(v, 1, concurrencyMax),
      `must be a whole number from 1 to ${concurrencyMax}`,
    ),
  );
  take('ordered', 'ordered', (v) =>
    orSay('ordered', typeof v === 'boolean' ? v : undefined, 'must be true or false'),
  );
  take('filter', 'filter', (v) => parseFilter(v, '/filter', problems));
  take('sources', 'sources', (v) => readSources(v, problems));
  take('notify', 'notify', (v) => orSay('notify', readNotify(v), notifyMust));
  take('metadata', 'metadata', (v) => readMetadata(v, problems));
  take('wire', 'wire', (v) => {
    const read = parseWireOverride(v);
    if ('wire' in read) return read.wire;
    problems.push(...read.problems);
    return undefined;
  });
  return found;
}

function readProfile(reader: BodyReader): Profile | undefined {
  const value = reader.value('profile') ?? null;
  if (value === null) return undefined;
  const profile = typeof value === 'string' ? profileNamed(value) : undefined;
  if (profile === undefined)
    reader.wrong('profile', `must be one of ${profiles.map((one) => one.name).join(', ')}`);
  return profile;
}

/** `now`: the status that an endpoint has, which can be sent back even where nobody could set it. */
function readStatus(reader: BodyReader, now?: Endpoint['status']): 'active' | 'paused' | undefined {
  if (now !== undefined && reader.value('status') === now) return undefined;
  return reader.optional<'active' | 'paused' | undefined>(
    'status',
    undefined,
    'must be "active" or "paused"',
    (value) => (value === 'active' || value === 'paused' ? value : undefined),
  );
}

function readSecret(reader: BodyReader, profile: Profile, wire: Endpoint['wire']): string | undefined {
  const value = reader.value('secret') ?? null;
  if (value === null) return undefined;
  const checked =
    typeof value === 'string'
      ? checkSecret(profile, value, wireOf({ profile: profile.name, wire }))
      : { problem: 'must be a string' };
  if ('value' in checked) return checked.value;
  reader.wrong('secret', checked.problem);
  return undefined;
}

function madeSecret(
  reader: BodyReader,
  profile: Profile,
  wire: Endpoint['wire'],
  rules: EndpointRules,
): string {
  const secret = newSecret(profile, rules.randomBytes);
  const fits = 'value' in checkSecret(profile, secret, wireOf({ profile: profile.name, wire }));
  if (!fits) reader.wrong('secret', 'is required with this wire format: only you know how its secrets look');
  return secret;
}

/** What nobody handed in through a source has no original. */
function checkSources(reader: BodyReader, endpoint: Pick<Endpoint, 'profile' | 'wire' | 'sources'>): void {
  if (wireOf(endpoint).envelope.kind === 'original' && endpoint.sources === null)
    reader.wrong('sources', 'is required to pass on what came through them: ids of sources, or ["*"]');
}

/** The secrets that stay have to be usable with a new profile or wire format, too. */
function checkKept(reader: BodyReader, current: Endpoint, profile: Profile, changes: EndpointChanges): void {
  const wire = wireOf({
    profile: profile.name,
    wire: changes.wire === undefined ? current.wire : changes.wire,
  });
  const unfit = current.secrets.some((secret) => 'problem' in checkSecret(profile, secret.value, wire));
  if (unfit)
    reader.wrong(
      'secret',
      `is required: the present one cannot be used with ${profile.name}; send a new one along`,
    );
}

function followProfile(current: Endpoint, old: Profile, next: Profile): EndpointChanges {
  return {
    profile: next.name,
    ...(sameRetry(current.retry, old.retry) ? { retry: next.retry } : {}),
    ...(current.timeoutMs === old.timeoutMs ? { timeoutMs: next.timeoutMs } : {}),
  };
}
