import type { AnyScheme, Place } from '../../../sdk/scheme.ts';
import { formatDuration } from '../duration.ts';
import type { Derived, Found, Preset } from './preset.ts';
import { presets } from './presets.ts';

/** The tables of `docs/using/schemes.md`, which `npm run docs` writes between its marks. */
export function renderSchemes(): string {
  const rows = presets.map((preset) => {
    const cells = [
      `\`${preset.name}\``,
      preset.title,
      [
        preset.secret ?? 'none',
        ...preset.fields.filter(({ name }) => name !== 'tolerance').map(fieldText),
      ].join('; '),
      freshness(preset.scheme),
      preset.id === null ? 'hash of the body' : derivedText(preset.id),
      preset.type === null ? 'none' : derivedText(preset.type),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const notes = presets.flatMap(({ name, note, deadline }) => {
    const text = [deadline === null ? null : `time to answer: ${deadline}.`, note].filter(
      (each) => each !== null,
    );
    return text.length === 0 ? [] : [`- \`${name}\`: ${text.join(' ')}`];
  });
  return [
    '| scheme | for | secret; fields | signed at most … ago or ahead | event id | event type |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...notes,
  ].join('\n');
}

function fieldText({ name, isRequired = false }: Preset['fields'][number]): string {
  return `\`${name}\`${isRequired ? '' : ' (optional)'}`;
}

function freshness(scheme: AnyScheme): string {
  const toleranceS = 'read' in scheme ? null : (scheme.timestamp?.toleranceS ?? null);
  return toleranceS === null ? 'any' : formatDuration(toleranceS * 1000);
}

function derivedText(derived: Derived | Found): string {
  if ('find' in derived) return derived.where;
  const { from, joint, each, withHash } = derived;
  const places = [...new Set(from.map(placeText))].join(
    joint === undefined && each === undefined ? ', else ' : ' and ',
  );
  const whole =
    each === undefined ? places : `of each item${each === '' ? '' : ` of \`${each}\``}: ${places}`;
  return withHash === true ? `${whole}, with the hash of the body` : whole;
}

function placeText(place: Place): string {
  if ('header' in place) return `header \`${place.header}\``;
  if ('body' in place) return `\`${place.body}\``;
  return 'query' in place ? `query \`${place.query}\`` : `form field \`${place.form}\``;
}
