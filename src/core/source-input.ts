import type { Place } from '../../sdk/scheme.ts';
import type { AddressPolicy } from './address.ts';
import { asRecord, BodyReader, jsonChars, pointerStep, readText, readWhole } from './body.ts';
import { readRateLimit } from './endpoint-fields.ts';
import type { Problem } from './errors.ts';
import { isEventType } from './event.ts';
import { presetFor } from './inbound.ts';
import { nameChars } from './limits/accounts.ts';
import { secretsAtOnce } from './limits/endpoints.ts';
import { eventTypeSchemaChars } from './limits/event-types.ts';
import * as limits from './limits/sources.ts';
import { masked } from './masked.ts';
import { parsePlace, parseScheme } from './profiles/scheme-input.ts';
import { originOf, readQueueUrl } from './queue.ts';
import type { Ack, NewSource, Source, Where } from './source.ts';
import { checkSecrets, readFields } from './sources/fields.ts';
import { presetNamed, schemeMeant } from './sources/presets.ts';
import { readTracking } from './tracking-input.ts';

/** Changes to a source that the store can take. */
export type SourceChanges = Partial<Omit<NewSource, 'id' | 'accountNo' | 'token' | 'createdAtMs'>>;

/** What reading a source's settings needs to know. */
export interface SourceRules {
  nowMs: number;
  /** Throws when a schema cannot be used. */
  compileSchema(schema: Record<string, unknown>): unknown;
  /** Where orders may be asked about. */
  policy: AddressPolicy;
}

const settable = [
  'name',
  'scheme',
  'secret',
  'secrets',
  'fields',
  'eventType',
  'eventId',
  'reference',
  'maxBody',
  'rateLimit',
  'ack',
  'reject',
  'schemas',
  'tracking',
  'consume',
];
const shownOnly = ['id', 'url', 'missing', 'consumption', 'createdAt', 'updatedAt'];
/** A key in PEM has lines. */
const printable = /^(?:[^\p{C}\p{Zl}\p{Zp}]|[\r\n])+$/u;
const contentTypePattern = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+(?:; ?charset=[a-z0-9-]+)?$/i;

/** Reads the body of `POST /v1/sources` (contract §6). What is absent or `null` has its default. Throws `invalid` with pointers. */
export function readNewSource(
  body: unknown,
  rules: SourceRules & Pick<Source, 'id' | 'accountNo' | 'token'>,
): NewSource {
  const reader = new BodyReader(body, settable);
  if (!reader.has('name')) reader.wrong('name', 'is required');
  if (!reader.has('scheme') && (reader.value('consume') ?? null) === null)
    reader.wrong('scheme', 'is required');
  const { id, accountNo, token, nowMs } = rules;
  const source: NewSource = {
    id,
    accountNo,
    token,
    ...unnamed,
    // Who can write into a queue has shown who they are there.
    ...(reader.has('scheme') ? {} : { scheme: 'unsigned' }),
    ...readSettings(reader, unnamed, rules),
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  reader.done();
  return source;
}

/**
 * Reads the body of `PATCH /v1/sources/:id`: what is absent stays, `null` goes back to its default. What an answer showed can
 * be sent back: members that only the server sets must be as they are, masked secrets and fields stand for those that are stored.
 */
export function readSourceChanges(body: unknown, current: Source, rules: SourceRules): SourceChanges {
  const reader = new BodyReader(body, [...settable, ...shownOnly]);
  checkShownOnly(reader, current);
  const changes = readSettings(reader, current, rules);
  reader.done();
  return { ...changes, updatedAtMs: rules.nowMs };
}

/** A change in between is noticed by its time; `missing` follows from the rest, and `consumption` changes by itself. */
function checkShownOnly(reader: BodyReader, current: Source): void {
  const { id, token, createdAtMs, updatedAtMs } = current;
  const shown: Record<string, string> = {
    id,
    createdAt: new Date(createdAtMs).toISOString(),
    updatedAt: new Date(updatedAtMs).toISOString(),
  };
  for (const [name, text] of Object.entries(shown)) {
    if (!reader.has(name) || reader.value(name) === text) continue;
    reader.wrong(name, `is set by the server and is ${JSON.stringify(text)} now; leave it out`);
  }
  const url = reader.value('url');
  if (reader.has('url') && !(typeof url === 'string' && url.endsWith(`/in/${token}`)))
    reader.wrong('url', 'is set by the server; leave it out');
}

type Settings = Omit<NewSource, 'id' | 'accountNo' | 'token' | 'createdAtMs' | 'updatedAtMs'>;

/** Where null, or nothing, is said; a source's name is never null. */
const defaults: Omit<Settings, 'name'> = {
  scheme: 'standard',
  custom: null,
  secrets: [],
  fields: {},
  eventType: null,
  eventId: null,
  reference: null,
  maxBodyBytes: limits.sourceBodyDefaultBytes,
  ratePerSecond: null,
  ack: null,
  rejectStatus: null,
  schemas: null,
  tracking: null,
  consume: null,
};

const unnamed: Settings = { name: '', ...defaults };

function readSettings(reader: BodyReader, current: Settings, rules: SourceRules): Partial<Settings> {
  const found: Partial<Settings> = {};
  const { problems } = reader;
  const take = reader.into(found, defaults);
  const say = (name: string, detail: string): undefined => void reader.wrong(name, detail);
  take('name', 'name', (v) => {
    const text = readText(v, nameChars);
    return text === undefined || text.trim() === ''
      ? say('name', `must be text of 1–${nameChars} characters`)
      : text;
  });
  if (reader.has('scheme')) Object.assign(found, readScheme(reader, problems));
  readSecrets(reader, current, found);
  readHeld(reader, { ...current, ...found }, found);
  take('eventType', 'eventType', (v) => readType(v, problems));
  for (const name of ['eventId', 'reference'] as const) take(name, name, (v) => readPlace(v, name, problems));
  take('maxBody', 'maxBodyBytes', (v) => readBytes(v) ?? say('maxBody', bytesMust));
  take('rateLimit', 'ratePerSecond', (v) => readRateLimit(v, problems));
  take('ack', 'ack', (v) => readAck(v, problems));
  take('reject', 'rejectStatus', (v) => readReject(v, problems));
  take('schemas', 'schemas', (v) => readSchemas(v, rules, problems));
  take('tracking', 'tracking', (v) => {
    const { policy } = rules;
    return readTracking(v, { pointer: '/tracking', problems, policy, kept: current.tracking }) ?? undefined;
  });
  take('consume', 'consume', (v) =>
    readConsume(v, { policy: rules.policy, kept: current.consume }, problems),
  );
  return found;
}

/** A queue to take messages from. A masked password stands for the one of the same user at the same host. */
function readConsume(
  value: unknown,
  { policy, kept }: { policy: AddressPolicy; kept: Source['consume'] },
  problems: Problem[],
): Source['consume'] | undefined {
  const wrong = (detail: string): undefined => void problems.push({ pointer: '/consume', detail });
  if (typeof value !== 'string')
    return wrong('must be the URL of a queue, such as redis://host/?stream=orders');
  const read = readQueueUrl(value.trim(), 'from', policy);
  if (typeof read === 'string') return wrong(read);
  const { url, password } = read;
  if (password !== masked) return { url, password };
  if (kept !== null && kept.password !== null && originOf(url) === originOf(kept.url))
    return { url, password: kept.password };
  return wrong('has a password that stands for one that is not shown; send the password itself');
}

function readScheme(reader: BodyReader, problems: Problem[]): Partial<Pick<Settings, 'scheme' | 'custom'>> {
  const value = reader.value('scheme') ?? null;
  if (typeof value === 'string') {
    const preset = presetNamed(value);
    if (preset !== undefined) return { scheme: preset.name, custom: null };
    reader.wrong(
      'scheme',
      `must be the name of a preset (GET /v1/schemes lists them), or a scheme of your own${schemeMeant(value)}`,
    );
    return {};
  }
  const read = parseScheme(value, '/scheme');
  if ('scheme' in read) return { scheme: 'custom', custom: read.scheme };
  problems.push(...read.problems);
  return {};
}

/**
 * Fields by the preset, and whether secrets and keys are written as its scheme reads them. What is not known yet may be missing:
 * many providers show it only once they know the address.
 */
function readHeld(reader: BodyReader, next: Settings, found: Partial<Settings>): void {
  const preset = presetFor(next);
  const isAsked = ['scheme', 'secret', 'secrets', 'fields'].some((name) => reader.has(name));
  if (preset === null || !isAsked || reader.problems.length > 0) return;
  const given = reader.has('fields') ? unmasked(reader.value('fields') ?? {}, next.fields) : next.fields;
  const read = readFields(preset, given);
  if ('problems' in read) {
    reader.problems.push(...read.problems);
    return;
  }
  found.fields = read.fields;
  reader.problems.push(...checkSecrets(preset, { secrets: next.secrets, fields: read.fields }));
}

/** A masked value stands for the one that is stored. */
function unmasked(value: unknown, kept: Readonly<Record<string, string>>): unknown {
  const record = asRecord(value);
  if (record === null) return value;
  const entries = Object.entries(record).map(([name, text]) => [
    name,
    text === masked && Object.hasOwn(kept, name) ? kept[name] : text,
  ]);
  return Object.fromEntries(entries);
}

/** `secret` is the only one, `secrets` are all of them; the n-th masked one stands for the n-th that is stored. */
function readSecrets(reader: BodyReader, current: Settings, found: Partial<Settings>): void {
  if (reader.has('secret') && reader.has('secrets')) {
    reader.wrong('secrets', 'goes without secret');
    return;
  }
  const kept = current.secrets.values();
  const read = (value: unknown, pointer: string): string => {
    const text = value === masked ? kept.next().value : value;
    const fits = typeof text === 'string' && text.length <= limits.sourceSecretChars && printable.test(text);
    if (fits) return text;
    const must = `must be 1–${limits.sourceSecretChars} printable characters`;
    reader.wrong(pointer, value === masked ? 'stands for a secret that is not there' : must);
    return '';
  };
  if (reader.has('secret')) {
    const value = reader.value('secret') ?? null;
    found.secrets = value === null ? [] : [read(value, 'secret')];
  } else if (reader.has('secrets')) {
    const value = reader.value('secrets') ?? [];
    const most = secretsAtOnce;
    if (Array.isArray(value) && value.length <= most)
      found.secrets = value.map((one: unknown, place) => read(one, `secrets/${place}`));
    else reader.wrong('secrets', `must be an array of at most ${most} secrets, newest first`);
  }
}

function readPlace(value: unknown, name: string, problems: Problem[]): Place | undefined {
  const read = parsePlace(value, `/${name}`);
  if ('place' in read) return read.place;
  problems.push(...read.problems);
  return undefined;
}

/** A place, or one type for all that comes. */
function readType(value: unknown, problems: Problem[]): Where | undefined {
  const text = asRecord(value)?.text;
  if (text === undefined) return readPlace(value, 'eventType', problems);
  if (typeof text === 'string' && isEventType(text) && Object.keys(value as object).length === 1)
    return { text };
  problems.push({ pointer: '/eventType/text', detail: 'must be an event type, and stand alone' });
  return undefined;
}

const sizes: Record<string, number> = { '': 1, kib: 1024, mib: 1024 * 1024, kb: 1000, mb: 1_000_000 };
const bytesMust = `must be a number of bytes or a size such as "5MiB", from ${limits.sourceBodyMinBytes} to ${limits.sourceBodyMaxBytes} bytes`;

function readBytes(value: unknown): number | undefined {
  const match = typeof value === 'string' ? /^(\d{1,9})\s*(kib|mib|kb|mb)?$/i.exec(value) : null;
  const bytes = match === null ? value : Number(match[1]) * sizes[(match[2] ?? '').toLowerCase()]!;
  return readWhole(bytes, limits.sourceBodyMinBytes, limits.sourceBodyMaxBytes);
}

function readAck(value: unknown, problems: Problem[]): Ack | undefined {
  if (asRecord(value) === null) {
    problems.push({
      pointer: '/ack',
      detail: 'must be {"status":200,"contentType":"text/plain","body":"[accepted]"}',
    });
    return undefined;
  }
  const reader = new BodyReader(value, ['status', 'contentType', 'body'], { pointer: '/ack', problems });
  return {
    status: reader.optional('status', 200, 'must be a status from 200 to 299', (v) => readWhole(v, 200, 299)),
    contentType: reader.optional('contentType', 'text/plain; charset=utf-8', 'must be a media type', (v) =>
      typeof v === 'string' && v.length <= 100 && contentTypePattern.test(v) ? v : undefined,
    ),
    body: reader.optional('body', '', `must be text of at most ${limits.ackBodyChars} characters`, (v) =>
      readText(v, limits.ackBodyChars),
    ),
  };
}

function readReject(value: unknown, problems: Problem[]): number | undefined {
  const status =
    asRecord(value) === null
      ? value
      : new BodyReader(value, ['status'], { pointer: '/reject', problems }).value('status');
  const fits = readWhole(status, 400, 599);
  if (fits === undefined)
    problems.push({ pointer: '/reject/status', detail: 'must be a status from 400 to 599' });
  return fits;
}

function readSchemas(value: unknown, rules: SourceRules, problems: Problem[]): string | undefined {
  const record = asRecord(value);
  const entries = Object.entries(record ?? {});
  if (record === null || entries.length > limits.sourceSchemas || jsonChars(record) > eventTypeSchemaChars) {
    const detail = `must be an object of at most ${limits.sourceSchemas} JSON Schemas by event type, or "*" for all others`;
    problems.push({ pointer: '/schemas', detail });
    return undefined;
  }
  const before = problems.length;
  for (const [type, schema] of entries) {
    const at = `/schemas/${pointerStep(type)}`;
    if (type !== '*' && !isEventType(type))
      problems.push({ pointer: at, detail: 'must stand under an event type or "*"' });
    else if (asRecord(schema) === null)
      problems.push({ pointer: at, detail: 'must be a JSON Schema, an object' });
    else {
      try {
        rules.compileSchema(schema as Record<string, unknown>);
      } catch (error) {
        problems.push({
          pointer: at,
          detail: `cannot be used: ${error instanceof Error ? error.message : String(error)}`,
        });
      }
    }
  }
  return problems.length === before ? JSON.stringify(record) : undefined;
}
