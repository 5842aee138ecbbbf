import { durationForm, parseDuration } from '../duration.ts';
import type { Problem } from '../errors.ts';
import * as limits from '../limits.ts';
import type { Preset } from './preset.ts';

/**
 * Reads what a source holds besides secrets, by the preset's names or those they have where they come from. Pointers of the
 * problems begin with `/fields`.
 */
export function parseFields(
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
  for (const { name, isRequired } of preset.fields) {
    if (isRequired && !Object.hasOwn(fields, name))
      problems.push({ pointer: `/fields/${name}`, detail: `is needed for ${preset.name}` });
  }
  return problems.length === 0 ? { fields } : { problems };
}

function isTolerance(text: string): boolean {
  const ms = parseDuration(text);
  return ms !== null && ms >= 1000 && ms <= limits.toleranceMaxMs;
}
