import { keyOf } from '../../../sdk/key.ts';
import { durationForm, parseDuration } from '../duration.ts';
import type { Problem } from '../errors.ts';
import * as limits from '../limits.ts';
import type { Held, Preset } from './preset.ts';

type ReadFields = { fields: Record<string, string> } | { problems: Problem[] };

/** Reads all that a source has to hold besides secrets: what `readFields` reads, with nothing that the preset needs left out. */
export function parseFields(preset: Preset, value: unknown): ReadFields {
  const read = readFields(preset, value);
  if ('problems' in read) return read;
  const problems = preset.fields
    .filter(({ name, isRequired }) => isRequired && !Object.hasOwn(read.fields, name))
    .map(({ name }) => ({ pointer: `/fields/${name}`, detail: `is needed for ${preset.name}` }));
  return problems.length === 0 ? read : { problems };
}

/**
 * Reads what a scheme takes besides secrets, by the preset's names or those they have where they come from. Pointers of the
 * problems begin with `/fields`.
 */
export function readFields(preset: Preset, value: unknown): ReadFields {
  const input = value ?? {};
  if (typeof input !== 'object' || Array.isArray(input))
    return { problems: [{ pointer: '/fields', detail: 'must be an object of texts' }] };
  const problems: Problem[] = [];
  const fields: Record<string, string> = {};
  for (const [given, text] of Object.entries(input)) {
    const pointer = `/fields/${given.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const spec = preset.fields.find(({ name, also }) => name === given || also === given);
    const whole = Array.isArray(text) ? text.join(',') : text;
    if (spec === undefined) {
      const names = preset.fields.map(({ name }) => name).join(', ') || 'none';
      problems.push({ pointer, detail: `is not known for ${preset.name}; known: ${names}` });
    } else if (typeof whole !== 'string' || whole === '' || whole.length > limits.schemeFieldChars) {
      problems.push({ pointer, detail: `must be a text of 1–${limits.schemeFieldChars} characters` });
    } else if (spec.name === 'tolerance' && !isTolerance(whole)) {
      problems.push({ pointer, detail: `must be ${durationForm} from 1s to 24h` });
    } else fields[spec.name] = whole;
  }
  return problems.length === 0 ? { fields } : { problems };
}

function isTolerance(text: string): boolean {
  const ms = parseDuration(text);
  return ms !== null && ms >= 1000 && ms <= limits.toleranceMaxMs;
}

/**
 * What is wrong with the secrets of a source: none where one is needed, or not written as the scheme reads them. Pointers begin with
 * `/secrets` or `/fields`; no secret is repeated.
 */
export function checkSecrets(preset: Preset, { secrets, fields }: Held): Problem[] {
  const { scheme } = preset;
  const form = 'read' in scheme ? scheme.keyForm : scheme;
  const keys = preset.fields
    .filter(({ isKey }) => isKey)
    .map(({ name }) => [`/fields/${name}`, fields[name]]);
  const given = [...secrets.map((text, place) => [`/secrets/${place}`, text]), ...keys].filter(
    (each): each is [string, string] => each[1] !== undefined,
  );
  if (given.length === 0 && preset.secret !== null)
    return [{ pointer: '/secret', detail: `is needed for ${preset.name}: ${preset.secret}` }];
  if (form === undefined) return [];
  return given
    .filter(([, text]) => keyOf(form, text) === null)
    .map(([pointer]) => ({ pointer, detail: `is not written as ${preset.name} writes it` }));
}
