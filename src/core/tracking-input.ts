import { type AddressPolicy, checkUrl } from './address.ts';
import { asRecord, BodyReader, pointerStep, readWhole } from './body.ts';
import { durationForm, formatDuration, parseDuration } from './duration.ts';
import { readHeaders } from './endpoint-fields.ts';
import type { Problem } from './errors.ts';
import { isEventType } from './event.ts';
import * as limits from './limits/orders.ts';
import { masked } from './masked.ts';
import { pointerForm, pointerPath } from './pointer.ts';
import { finalStatesOf, type ListPoll, type OrderPoll, type ToldState, type Tracking } from './tracking.ts';

/** What reading a tracking needs to know. */
export interface TrackingRules {
  /** Where it stands in the request: `/tracking`. */
  pointer: string;
  problems: Problem[];
  policy: AddressPolicy;
  /** What the source has now: a masked header value sent back stands for the value there. */
  kept: Tracking | null;
}

const told: readonly unknown[] = ['pending', 'fulfilled', 'failed', 'refunded'];
const statesMust = 'must be an object of names to pending, fulfilled, failed or refunded';
const parameterName = /^[A-Za-z0-9_.[\]-]{1,100}$/;

/** Reads a source's `tracking`. Null: none, or problems were added. */
export function readTracking(body: unknown, rules: TrackingRules): Tracking | null {
  if (body === undefined || body === null) return null;
  if (asRecord(body) === null) {
    rules.problems.push({ pointer: rules.pointer, detail: 'must be an object, or null for none' });
    return null;
  }
  const before = rules.problems.length;
  const reader = readerOf(body, ['reference', 'orderId', 'states', 'poll', 'sla'], rules);
  const tracking: Tracking = {
    reference: readPlace(reader, 'reference', null),
    orderId: readPlace(reader, 'orderId', null),
    states: readStates(reader, 'states', (name) => isEventType(name)),
    ...readPolls(reader.value('poll'), below(rules, 'poll')),
    slaMs: readTime(reader, 'sla', null, 1, limits.slaMaxMs),
  };
  checkWhole(tracking, reader);
  return rules.problems.length === before ? tracking : null;
}

/** A tracking as the API shows it: values of headers are masked. */
export function trackingView(tracking: Tracking): Record<string, unknown> {
  const { poll, list, slaMs } = tracking;
  const shown: Record<string, unknown> = {
    reference: tracking.reference,
    orderId: tracking.orderId,
    states: tracking.states,
    poll: poll === null && list === null ? null : { ...orderPollView(poll), ...listView(list) },
    sla: slaMs === null ? null : formatDuration(slaMs),
  };
  return shown;
}

function orderPollView(poll: OrderPoll | null): Record<string, unknown> {
  if (poll === null) return {};
  return {
    url: poll.url,
    headers: hidden(poll.headers),
    status: poll.status,
    states: poll.states,
    after: formatDuration(poll.afterMs),
    every: formatDuration(poll.everyMs),
    giveUpAfter: formatDuration(poll.giveUpAfterMs),
    rateLimit: { perSecond: poll.perSecond },
  };
}

function listView(list: ListPoll | null): Record<string, unknown> {
  if (list === null) return {};
  const { url, items, id, type, more } = list;
  const times = { every: formatDuration(list.everyMs), overlap: formatDuration(list.overlapMs) };
  return { list: { url, headers: hidden(list.headers), items, id, type, ...times, more } };
}

function hidden(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, masked]));
}

function readPolls(body: unknown, rules: TrackingRules): Pick<Tracking, 'poll' | 'list'> {
  if (body === undefined || body === null) return { poll: null, list: null };
  if (asRecord(body) === null) {
    rules.problems.push({ pointer: rules.pointer, detail: 'must be an object, or null for none' });
    return { poll: null, list: null };
  }
  const names = ['url', 'headers', 'status', 'states', 'after', 'every', 'giveUpAfter', 'rateLimit', 'list'];
  const reader = readerOf(body, names, rules);
  const list = readListPoll(reader.value('list'), below(rules, 'list'));
  if (!reader.has('url')) {
    const alone = names.slice(1, -1).find((name) => reader.has(name));
    if (alone !== undefined || !reader.has('list'))
      reader.wrong('url', 'is required: where to ask about one order, with {orderId} or {reference}');
    return { poll: null, list };
  }
  if (!reader.has('states')) reader.wrong('states', `is required: ${statesMust}`);
  const everyMs = readTime(
    reader,
    'every',
    limits.pollEveryDefaultMs,
    limits.pollEveryMinMs,
    limits.pollMaxMs,
  )!;
  const poll: OrderPoll = {
    url: readUrl(reader, rules, ['{orderId}', '{reference}']),
    headers: readOwnHeaders(reader, rules, rules.kept?.poll?.headers ?? {}),
    status: readPlace(reader, 'status', '/status')!,
    states: readStates(reader, 'states', () => true),
    afterMs: readTime(reader, 'after', limits.pollAfterDefaultMs, 0, limits.pollMaxMs)!,
    everyMs,
    giveUpAfterMs: readTime(reader, 'giveUpAfter', limits.pollGiveUpDefaultMs, 1, limits.pollMaxMs)!,
    perSecond: readRate(reader),
  };
  return { poll, list };
}

function readListPoll(body: unknown, rules: TrackingRules): ListPoll | null {
  if (body === undefined || body === null) return null;
  if (asRecord(body) === null) {
    rules.problems.push({ pointer: rules.pointer, detail: 'must be an object, or null for none' });
    return null;
  }
  const names = ['url', 'headers', 'items', 'id', 'type', 'every', 'overlap', 'more'];
  const reader = readerOf(body, names, rules);
  if (!reader.has('url')) reader.wrong('url', 'is required: where the list is, with {since} or {sinceTime}');
  return {
    url: readUrl(reader, rules, ['{since}', '{sinceTime}']),
    headers: readOwnHeaders(reader, rules, rules.kept?.list?.headers ?? {}),
    items: readPlace(reader, 'items', '/data')!,
    id: readPlace(reader, 'id', '/id')!,
    type: readPlace(reader, 'type', '/type')!,
    everyMs: readTime(reader, 'every', limits.pollEveryDefaultMs, limits.pollEveryMinMs, limits.pollMaxMs)!,
    overlapMs: readTime(reader, 'overlap', limits.listOverlapDefaultMs, 0, limits.pollMaxMs)!,
    more: readMore(reader.value('more'), below(rules, 'more')),
  };
}

function readMore(body: unknown, rules: TrackingRules): ListPoll['more'] {
  if (body === undefined || body === null) return null;
  const value = asRecord(body);
  const at = value?.at;
  const parameter = value?.parameter;
  const fits =
    typeof at === 'string' &&
    pointerPath(at) !== null &&
    typeof parameter === 'string' &&
    parameterName.test(parameter);
  if (fits) return { at, parameter };
  const detail =
    'must be {"at":"/has_more","parameter":"starting_after"}: where the answer says so, and the query parameter that takes the last id';
  rules.problems.push({ pointer: rules.pointer, detail });
  return null;
}

/** What only shows when all of it is known. */
function checkWhole(tracking: Tracking, reader: BodyReader): void {
  const { reference, states, poll, list } = tracking;
  const follows = Object.keys(states).length > 0 || poll !== null;
  if (reference === null && Object.keys(states).length > 0 && !reader.has('reference'))
    reader.wrong('reference', 'is required: where the body holds the name of the order');
  if (!follows && list === null) reader.wrong('states', `is required: ${statesMust}`);
  if (poll === null) return;
  const known = new Set(Object.values(states));
  for (const state of finalStatesOf(poll.states)) {
    if (known.has(state)) continue;
    reader.wrong('states', `has no event type for ${state}, which an answer can mean; name one`);
  }
}

function readUrl(reader: BodyReader, rules: TrackingRules, places: readonly string[]): string {
  if (!reader.has('url')) return '';
  const url = reader.value('url');
  if (typeof url !== 'string' || url.length > limits.pollUrlChars) {
    reader.wrong('url', `must be a string of at most ${limits.pollUrlChars} characters`);
    return '';
  }
  const filled = (with_: string): string =>
    places.reduce((text, place) => text.replaceAll(place, with_), url.trim());
  const [one, other] = [checkUrl(filled('1'), rules.policy), checkUrl(filled('2'), rules.policy)];
  if (typeof one === 'string') reader.wrong('url', one);
  else if (typeof other === 'string' || one.origin !== other.origin)
    reader.wrong('url', `must have ${places.join(' or ')} in its path or query only`);
  else if (/[{}]/.test(filled('1'))) reader.wrong('url', `knows only ${places.join(' and ')} in braces`);
  else if (!places.some((place) => url.includes(place)))
    reader.wrong('url', `must hold ${places.join(' or ')}`);
  return url.trim();
}

function readOwnHeaders(
  reader: BodyReader,
  rules: TrackingRules,
  kept: Record<string, string>,
): Record<string, string> {
  const value = reader.value('headers');
  if (value === undefined || value === null) return {};
  const problems: Problem[] = [];
  const headers = readHeaders(value, kept, problems);
  rules.problems.push(
    ...problems.map(({ pointer, detail }) => ({ pointer: rules.pointer + pointer, detail })),
  );
  return headers ?? {};
}

function readPlace<T extends string | null>(reader: BodyReader, name: string, absent: T): string | T {
  return reader.optional<string | T>(name, absent, `must be ${pointerForm}`, (value) =>
    typeof value === 'string' && pointerPath(value) !== null ? value : undefined,
  );
}

function readTime<T extends number | null>(
  reader: BodyReader,
  name: string,
  absent: T,
  min: number,
  max: number,
): number | T {
  const must = `must be ${durationForm}, from ${formatDuration(min)} to ${formatDuration(max)}`;
  return reader.optional<number | T>(name, absent, must, (value) => {
    const ms = parseDuration(value);
    return ms === null || ms < min || ms > max ? undefined : ms;
  });
}

function readStates(
  reader: BodyReader,
  name: string,
  isName: (text: string) => boolean,
): Record<string, ToldState> {
  const value = reader.value(name);
  if (value === undefined || value === null) return {};
  const states = asRecord(value);
  const entries = Object.entries(states ?? {});
  if (states === null || entries.length === 0 || entries.length > limits.trackedStates) {
    reader.wrong(name, `${statesMust}, 1 to ${limits.trackedStates} of them`);
    return {};
  }
  for (const [key, state] of entries) {
    if (!isName(key))
      reader.wrong(
        `${name}/${pointerStep(key)}`,
        'is no event type: 1–128 characters of A-Z a-z 0-9 _ . : / -',
      );
    if (!told.includes(state))
      reader.wrong(`${name}/${pointerStep(key)}`, 'must be pending, fulfilled, failed or refunded');
  }
  return Object.fromEntries(entries) as Record<string, ToldState>;
}

function readRate(reader: BodyReader): number {
  const most = limits.pollsPerSecondMax;
  return reader.optional(
    'rateLimit',
    limits.pollsPerSecondDefault,
    `must be {"perSecond":1–${most}}`,
    (value) => readWhole(asRecord(value)?.perSecond, 1, most),
  );
}

function readerOf(body: unknown, names: readonly string[], { pointer, problems }: TrackingRules): BodyReader {
  return new BodyReader(body, names, { pointer, problems });
}

function below(rules: TrackingRules, name: string): TrackingRules {
  return { ...rules, pointer: `${rules.pointer}/${name}` };
}
