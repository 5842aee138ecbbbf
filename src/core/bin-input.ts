import type { Bin, BinBehaviour, NewBin } from './bin.ts';
import { asRecord, BodyReader, readText, readWhole } from './body.ts';
import { durationForm, formatDuration, parseDuration } from './duration.ts';
import { SurehookError } from './errors.ts';
import { presetFor } from './inbound.ts';
import { nameChars } from './limits/accounts.ts';
import * as limits from './limits/bins.ts';
import { secretsAtOnce } from './limits/endpoints.ts';
import { sourceSecretChars } from './limits/sources.ts';
import { masked } from './masked.ts';
import { describeScheme } from './profiles/describe.ts';
import { parseScheme } from './profiles/scheme-input.ts';
import { checkSecrets, readFields } from './sources/fields.ts';
import type { Preset } from './sources/preset.ts';
import { presetNamed, schemeMeant } from './sources/presets.ts';

const settable = [
  'name',
  'status',
  'delay',
  'slow',
  'failFirst',
  'drop',
  'body',
  'scheme',
  'secret',
  'secrets',
  'fields',
];
const shownOnly = ['id', 'url', 'caught', 'createdAt', 'updatedAt'];

const plain: BinBehaviour = {
  status: 200,
  delayMs: 0,
  slowMs: 0,
  failFirst: 0,
  drop: false,
  body: '{"received":true}',
};

type Given = Pick<NewBin, 'id' | 'accountNo'> & { nowMs: number };
type Settings = Pick<Bin, 'name' | 'behaviour' | 'scheme' | 'custom' | 'secrets' | 'fields'>;

/** Reads the body of `POST /v1/bins`. What is absent or `null` has its default. Throws `invalid` with pointers. */
export function readNewBin(body: unknown, { id, accountNo, nowMs }: Given): NewBin {
  const defaults: Settings = {
    name: '',
    behaviour: plain,
    scheme: null,
    custom: null,
    secrets: [],
    fields: {},
  };
  const reader = new BodyReader(body, settable);
  const settings = readSettings(reader, defaults);
  reader.done();
  return { id, accountNo, ...settings, createdAtMs: nowMs, updatedAtMs: nowMs };
}

/** Reads the body of `PATCH /v1/bins/:id`: what is absent stays, `•••` keeps a secret. It begins to count anew. */
export function readChangedBin(body: unknown, current: Bin, nowMs: number): Bin {
  const reader = new BodyReader(body, [...settable, ...shownOnly]);
  const settings = readSettings(reader, current);
  reader.done();
  return { ...current, ...settings, caught: 0, updatedAtMs: nowMs };
}

function readSettings(reader: BodyReader, current: Settings): Settings {
  const scheme = readScheme(reader, current);
  const nameMust = `must be text of at most ${nameChars} characters`;
  const settings = {
    name: reader.optional('name', current.name, nameMust, (v) => readText(v, nameChars)),
    behaviour: readBehaviour(reader, current.behaviour),
    ...scheme,
    secrets: readSecrets(reader, current.secrets),
    fields: current.fields,
  };
  const preset = presetOfBin(settings);
  if (preset === null) {
    for (const name of ['secret', 'secrets', 'fields'])
      if (reader.value(name) != null && settings.scheme === null && reader.problems.length === 0)
        reader.wrong(name, 'goes with a scheme: name one in scheme');
    return { ...settings, secrets: [], fields: {} };
  }
  if (reader.value('fields') != null) {
    const read = readFields(preset, reader.value('fields'));
    if ('problems' in read) reader.problems.push(...read.problems);
    else settings.fields = kept(read.fields, current.fields);
  }
  const problems = checkSecrets(preset, settings);
  const at = reader.has('secret') ? '/secret' : null;
  reader.problems.push(...problems.map((problem) => ({ ...problem, pointer: at ?? problem.pointer })));
  return settings;
}

function kept(fields: Record<string, string>, before: Record<string, string>): Record<string, string> {
  const entries = Object.entries(fields).map(([name, text]) => [
    name,
    text === masked ? (before[name] ?? text) : text,
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

function readBehaviour(reader: BodyReader, current: BinBehaviour): BinBehaviour {
  const duration = (name: string, absentMs: number): number =>
    reader.optional(
      name,
      absentMs,
      `must be ${durationForm}, at most ${formatDuration(limits.binDelayMaxMs)}`,
      (v) => {
        const ms = parseDuration(v);
        return ms === null || ms > limits.binDelayMaxMs ? undefined : ms;
      },
    );
  const { status, failFirst, drop, body } = current;
  const times = `must be a whole number from 0 to ${limits.binFailFirstMax}`;
  return {
    status: reader.optional('status', status, 'must be a status from 200 to 599', (v) =>
      readWhole(v, 200, 599),
    ),
    delayMs: duration('delay', current.delayMs),
    slowMs: duration('slow', current.slowMs),
    failFirst: reader.optional('failFirst', failFirst, times, (v) => readWhole(v, 0, limits.binFailFirstMax)),
    drop: reader.optional('drop', drop, 'must be true or false', (v) =>
      typeof v === 'boolean' ? v : undefined,
    ),
    body: reader.optional('body', body, `must be text of at most ${limits.binAnswerChars} characters`, (v) =>
      readText(v, limits.binAnswerChars),
    ),
  };
}

function readScheme(reader: BodyReader, current: Settings): Pick<Bin, 'scheme' | 'custom'> {
  const none = { scheme: null, custom: null };
  if (!reader.has('scheme')) return { scheme: current.scheme, custom: current.custom };
  const value = reader.value('scheme') ?? null;
  if (value === null) return none;
  if (asRecord(value) === null) {
    const preset = typeof value === 'string' ? presetNamed(value) : undefined;
    if (preset !== undefined) return { scheme: preset.name, custom: null };
    reader.wrong(
      'scheme',
      `must be the name of a preset (GET /v1/schemes lists them), a scheme of your own, or null${schemeMeant(String(value))}`,
    );
    return none;
  }
  const read = parseScheme(value, '/scheme');
  if ('scheme' in read) return { scheme: 'custom', custom: read.scheme };
  reader.problems.push(...read.problems);
  return none;
}

function readSecrets(reader: BodyReader, current: readonly string[]): string[] {
  if (reader.value('secret') != null && reader.value('secrets') != null)
    reader.wrong('secret', 'cannot be given together with secrets');
  const one = reader.value('secret');
  const value = one != null ? [one] : reader.value('secrets');
  if (value === undefined) return [...current];
  const list = value ?? [];
  const isText = (each: unknown): each is string =>
    typeof each === 'string' && each !== '' && each.length <= sourceSecretChars;
  if (Array.isArray(list) && list.length <= secretsAtOnce && list.every(isText))
    return list.map((each, place) => (each === masked ? (current[place] ?? each) : each));
  const detail = `must be text of 1–${sourceSecretChars} characters`;
  if (one != null) reader.wrong('secret', detail);
  else
    reader.wrong(
      'secrets',
      `must be a list of at most ${secretsAtOnce} secrets, each text of 1–${sourceSecretChars} characters`,
    );
  return [];
}

/** By what a bin verifies; null: it does not. */
export function presetOfBin({ scheme, custom }: Pick<Bin, 'scheme' | 'custom'>): Preset | null {
  return scheme === null ? null : presetFor({ scheme, custom });
}

/** A bin as the API shows it. */
export function binView(bin: Bin, publicUrl: string): Record<string, unknown> {
  const { behaviour, custom } = bin;
  return {
    id: bin.id,
    url: binUrl(bin.id, publicUrl),
    name: bin.name,
    status: behaviour.status,
    delay: formatDuration(behaviour.delayMs),
    slow: formatDuration(behaviour.slowMs),
    failFirst: behaviour.failFirst,
    drop: behaviour.drop,
    body: behaviour.body,
    scheme: custom === null ? bin.scheme : describeScheme(custom),
    secrets: bin.secrets.map(() => masked),
    fields: Object.fromEntries(Object.keys(bin.fields).map((name) => [name, masked])),
    caught: bin.caught,
    createdAt: new Date(bin.createdAtMs).toISOString(),
    updatedAt: new Date(bin.updatedAtMs).toISOString(),
  };
}

/** Where a bin catches. */
export function binUrl(id: string, publicUrl: string): string {
  return `${publicUrl}/b/${id}`;
}

/** Throws `conflict` for an account that has as many as it can have. */
export function tooManyBins(): SurehookError {
  const detail = `The account has ${limits.binsPerAccount} bins, the most it can have. Delete one first.`;
  return new SurehookError('conflict', detail);
}
