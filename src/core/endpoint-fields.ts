import { type AddressPolicy, checkUrl } from './address.ts';
import { asRecord, BodyReader, jsonChars, pointerStep } from './body.ts';
import { durationForm, parseDuration } from './duration.ts';
import type { Endpoint } from './endpoint.ts';
import type { Problem } from './errors.ts';
import * as limits from './limits/endpoints.ts';
import { masked } from './masked.ts';
import { isTypePattern } from './match.ts';
import { pullUrl } from './pull.ts';
import { isQueueUrl, originOf, readQueueUrl } from './queue.ts';
import type { RetryPolicy, RetryWritten } from './retry.ts';

/*
 * The fields of an endpoint, one by one. Each function answers the value, or undefined when it has said in `problems` what is wrong.
 */

const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Visible ASCII, blanks inside. */
const headerValue = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
/** What is the server's, the connection's or the signature's to say. */
const refusedName =
  /^(?:host|content-.*|transfer-encoding|connection|keep-alive|proxy-.*|te|trailer|expect|upgrade|cookie|webhook-.*|surehook-.*)$/;
const sourceId = /^src_[0-9a-z]{1,64}$/;

/**
 * An absolute URL that deliveries may go to, kept as it was written; the password in that of a queue is kept apart. `kept`: what
 * the endpoint has now; a masked password stands for the one of the same user at the same host.
 */
export function readUrl(
  value: unknown,
  { policy, kept }: { policy: AddressPolicy; kept: Pick<Endpoint, 'url' | 'password'> | null },
  problems: Problem[],
): Pick<Endpoint, 'url' | 'password'> | undefined {
  const pointer = '/url';
  if (typeof value !== 'string')
    return say(problems, pointer, 'must be a string such as "https://shop.example/hooks"');
  const url = value.trim();
  if (url === pullUrl) return { url, password: null };
  if (!isQueueUrl(url)) {
    const checked = checkUrl(url, policy);
    if (typeof checked !== 'string') return { url, password: null };
    return say(problems, pointer, namesOtherScheme(url) ? `${checked} ${queueHint}` : checked);
  }
  const read = readQueueUrl(url, 'to', policy);
  if (typeof read === 'string') return say(problems, pointer, read);
  if (read.password !== masked) return { url: read.url, password: read.password };
  if (kept !== null && kept.password !== null && originOf(read.url) === originOf(kept.url))
    return { url: read.url, password: kept.password };
  return say(
    problems,
    pointer,
    'has a password that stands for one that is not shown; send the password itself',
  );
}

const queueHint = 'That of a queue begins with redis://, nats://, amqp://, kafka://, sqs:// or postgres://.';

function namesOtherScheme(url: string): boolean {
  const protocol = URL.parse(url)?.protocol ?? 'https:';
  return protocol !== 'https:' && protocol !== 'http:';
}

/** 1 to `limits.endpointEvents` patterns as `isTypePattern` knows them. */
export function readEvents(value: unknown, problems: Problem[]): string[] | undefined {
  const most = limits.endpointEvents;
  if (!Array.isArray(value) || value.length === 0 || value.length > most) {
    return say(problems, '/events', `must be an array of 1–${most} event types, such as ["order.*"]`);
  }
  const before = problems.length;
  value.forEach((pattern: unknown, i) => {
    if (typeof pattern === 'string' && isTypePattern(pattern)) return;
    problems.push({
      pointer: `/events/${i}`,
      detail: 'must be an event type, a prefix such as "order.*", or "*"',
    });
  });
  return problems.length === before ? (value as string[]) : undefined;
}

/**
 * Request headers of the endpoint's own, names as they were written. `kept`: what it has now; a masked value stands for the
 * value of that name there, as who reads an endpoint and writes it back sends it.
 */
export function readHeaders(
  value: unknown,
  kept: Readonly<Record<string, string>>,
  problems: Problem[],
): Record<string, string> | undefined {
  const known = new Map(Object.entries(kept).map(([name, text]) => [name.toLowerCase(), text]));
  const entries = Object.entries(asRecord(value) ?? { '': 0 }).map(([name, text]): [string, unknown] => [
    name,
    text === masked ? (known.get(name.toLowerCase()) ?? text) : text,
  ]);
  const most = limits.endpointHeaders;
  if (asRecord(value) === null || entries.length > most) {
    return say(
      problems,
      '/headers',
      `must be an object of at most ${most} names and values, such as {"X-Env":"prod"}`,
    );
  }
  const before = problems.length;
  const seen = new Set<string>();
  for (const [name, text] of entries) {
    const detail = headerProblem(name, text, seen);
    if (detail !== null) problems.push({ pointer: `/headers/${pointerStep(name)}`, detail });
    seen.add(name.toLowerCase());
  }
  return problems.length === before ? (Object.fromEntries(entries) as Record<string, string>) : undefined;
}

function headerProblem(name: string, value: unknown, seen: ReadonlySet<string>): string | null {
  const plain = name.toLowerCase();
  if (!headerName.test(name) || name.length > limits.headerNameChars)
    return 'needs a name of letters, digits and signs such as - _ and .';
  if (refusedName.test(plain)) return 'is reserved: set by the server or the connection itself; remove it';
  if (seen.has(plain)) return 'is given twice, for upper and lower case are the same here; keep one of them';
  if (value === masked) return 'stands for a value that is not shown; send the value itself';
  if (typeof value !== 'string' || value.length > limits.headerValueChars || !headerValue.test(value)) {
    return `needs a value of 1–${limits.headerValueChars} plain characters (ASCII) in one line, without blanks around it`;
  }
  return null;
}

/** A schedule or exponential waits, within `limits.retryEntries` and `limits.retryEntryMaxMs`; jitter is 0 unless given. */
export function readRetry(value: unknown, problems: Problem[]): RetryPolicy | undefined {
  const names = ['schedule', 'exponential', 'jitter', 'giveUpAfter'];
  if (asRecord(value) === null)
    return say(problems, '/retry', 'must be an object with schedule or exponential');
  const before = problems.length;
  const reader = new BodyReader(value, names, { pointer: '/retry', problems });
  const jitter = reader.optional('jitter', 0, 'must be a number from 0 to 1', (v) =>
    typeof v === 'number' && v >= 0 && v <= 1 ? v : undefined,
  );
  const written: RetryWritten = {};
  const giveUpAfterMs = reader.optional<number | null>(
    'giveUpAfter',
    null,
    durationMust(1, limits.giveUpAfterMaxMs),
    (v) => noted(written, 'giveUpAfter', v, durationIn(v, 1, limits.giveUpAfterMaxMs)),
  );
  const schedule = reader.value('schedule') ?? null;
  const exponential = reader.value('exponential') ?? null;
  if ((schedule === null) === (exponential === null))
    return say(problems, '/retry', 'must have either schedule or exponential');
  const policy =
    schedule === null
      ? readExponential(exponential, { jitter, giveUpAfterMs, written }, problems)
      : readSchedule(schedule, { jitter, giveUpAfterMs, written }, problems);
  return problems.length === before ? policy : undefined;
}

type Common = Pick<RetryPolicy, 'jitter' | 'giveUpAfterMs'> & { written: RetryWritten };

/** Keeps how a duration was written, for answers. */
function noted(
  written: RetryWritten,
  name: 'initial' | 'maxDelay' | 'giveUpAfter',
  text: unknown,
  ms: number | undefined,
): number | undefined {
  if (ms !== undefined) written[name] = String(text);
  return ms;
}

function readSchedule(value: unknown, common: Common, problems: Problem[]): RetryPolicy | undefined {
  if (!Array.isArray(value) || value.length > limits.retryEntries) {
    return say(
      problems,
      '/retry/schedule',
      `must be an array of at most ${limits.retryEntries} durations, such as ["30s","5m"]`,
    );
  }
  const delaysMs = value.map((entry: unknown, i) => {
    const delayMs = durationIn(entry, 0, limits.retryEntryMaxMs);
    if (delayMs === undefined)
      problems.push({ pointer: `/retry/schedule/${i}`, detail: durationMust(0, limits.retryEntryMaxMs) });
    return delayMs ?? 0;
  });
  common.written.schedule = value.map(String);
  return { kind: 'schedule', delaysMs, ...common };
}

function readExponential(value: unknown, common: Common, problems: Problem[]): RetryPolicy | undefined {
  const pointer = '/retry/exponential';
  if (asRecord(value) === null)
    return say(problems, pointer, 'must be {"initial":"1s","factor":2,"maxRetries":5,"maxDelay":"60s"}');
  const reader = new BodyReader(value, ['initial', 'factor', 'maxRetries', 'maxDelay'], {
    pointer,
    problems,
  });
  const most = limits.retryEntryMaxMs;
  for (const name of ['initial', 'maxRetries'])
    if ((reader.value(name) ?? null) === null) reader.wrong(name, 'is required');
  const factorMust = `must be a number from 1 to ${limits.retryFactorMax}`;
  const retriesMust = `must be a whole number from 0 to ${limits.retryEntries}`;
  return {
    kind: 'exponential',
    initialMs: reader.optional('initial', 0, durationMust(1, most), (v) =>
      noted(common.written, 'initial', v, durationIn(v, 1, most)),
    ),
    factor: reader.optional('factor', 2, factorMust, (v) =>
      typeof v === 'number' && v >= 1 && v <= limits.retryFactorMax ? v : undefined,
    ),
    maxRetries: reader.optional('maxRetries', 0, retriesMust, (v) =>
      typeof v === 'number' && Number.isInteger(v) && v >= 0 && v <= limits.retryEntries ? v : undefined,
    ),
    maxDelayMs: reader.optional('maxDelay', most, durationMust(1, most), (v) =>
      noted(common.written, 'maxDelay', v, durationIn(v, 1, most)),
    ),
    ...common,
  };
}

/** Milliseconds of a duration from `limits.timeoutMinMs` to `limits.timeoutMaxMs`. */
export function readTimeout(value: unknown, problems: Problem[]): number | undefined {
  const { timeoutMinMs, timeoutMaxMs } = limits;
  return (
    durationIn(value, timeoutMinMs, timeoutMaxMs) ??
    say(problems, '/timeout', `must be ${durationForm}, from 100ms to 60s`)
  );
}

/** `{perSecond}`, a whole number up to `limits.ratePerSecondMax`. */
export function readRateLimit(value: unknown, problems: Problem[]): number | undefined {
  const pointer = '/rateLimit';
  if (asRecord(value) === null)
    return say(problems, pointer, 'must be an object such as {"perSecond":50}, or null');
  const perSecond = new BodyReader(value, ['perSecond'], { pointer, problems }).value('perSecond');
  const fits =
    typeof perSecond === 'number' &&
    Number.isInteger(perSecond) &&
    perSecond >= 1 &&
    perSecond <= limits.ratePerSecondMax;
  return fits
    ? perSecond
    : say(problems, `${pointer}/perSecond`, `must be a whole number from 1 to ${limits.ratePerSecondMax}`);
}

/** Ids of sources, or `*`; whether they exist is not looked at. */
export function readSources(value: unknown, problems: Problem[]): string[] | undefined {
  const most = limits.endpointSources;
  const fits =
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= most &&
    value.every((id) => id === '*' || (typeof id === 'string' && sourceId.test(id)));
  return fits
    ? (value as string[])
    : say(problems, '/sources', `must be an array of 1–${most} source ids, ["*"] for every source, or null`);
}

/** The JSON text of an object of at most `limits.metadataBytes` characters, numbers as they were written. */
export function readMetadata(value: unknown, problems: Problem[]): string | undefined {
  const record = asRecord(value);
  const fits = record !== null && jsonChars(record) <= limits.metadataBytes;
  return fits
    ? JSON.stringify(record)
    : say(problems, '/metadata', `must be an object of at most ${limits.metadataBytes} characters as JSON`);
}

function durationIn(value: unknown, minMs: number, maxMs: number): number | undefined {
  const ms = parseDuration(value);
  return ms !== null && ms >= minMs && ms <= maxMs ? ms : undefined;
}

function durationMust(minMs: number, maxMs: number): string {
  return `must be ${durationForm}, ${minMs > 0 ? 'more than 0 and ' : ''}at most ${maxMs / 86_400_000} days`;
}

function say(problems: Problem[], pointer: string, detail: string): undefined {
  problems.push({ pointer, detail });
}
