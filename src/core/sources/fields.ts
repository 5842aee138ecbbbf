import { keyOf } from '../../../sdk/key.ts';
import { durationForm, parseDuration } from '../duration.ts';
import type { Problem } from '../errors.ts';
import * as limits from '../limits/wire.ts';
import type { Credentials, Preset } from './preset.ts';

/**
 * Reads what a scheme takes besides secrets, by the preset's names or those they have where they come from. What is missing is no
 * problem: providers show much of it only once they know the address. Pointers of the problems begin with `/fields`.
 */
export function readFields(
  preset: Preset,
  value: unknown,
): { fields: Record<string, string> } | { problems: Problem[] } {
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
 * Secrets and keys that are not written as the scheme reads them. Pointers begin with `/secrets` or `/fields`; no secret is
 * repeated.
 */
export function checkSecrets(preset: Preset, { secrets, fields }: Credentials): Problem[] {
  const { scheme } = preset;
  const form = 'read' in scheme ? scheme.keyForm : scheme;
  if (form === undefined) return [];
  const given: [pointer: string, text: string][] = [
    ...secrets.map((text, place): [string, string] => [`/secrets/${place}`, text]),
    ...keysIn(preset, fields).map((name): [string, string] => [`/fields/${name}`, fields[name]!]),
  ];
  return given
    .filter(([, text]) => keyOf(form, text) === null)
    .map(([pointer]) => ({ pointer, detail: `is not written as ${preset.name} writes it` }));
}

/**
 * What a source still has to be given before any request can be believed: `secret` and names of fields. Until then all are
 * refused.
 */
export function missingIn(preset: Preset, { secrets, fields }: Credentials): string[] {
  const hasKey = preset.secret === null || secrets.length > 0 || keysIn(preset, fields).length > 0;
  const names = preset.fields.filter(({ name, isRequired }) => isRequired && !Object.hasOwn(fields, name));
  return [...(hasKey ? [] : ['secret']), ...names.map(({ name }) => name)];
}

function keysIn(preset: Preset, fields: Credentials['fields']): string[] {
  const names = preset.fields.filter(({ isKey }) => isKey).map(({ name }) => name);
  return names.filter((name) => Object.hasOwn(fields, name));
}
