import type { AnyScheme, Place, Scheme } from '../../../../sdk/scheme.ts';
import type { Derived, FieldSpec, Preset } from '../preset.ts';

/** The members of a preset that differ from most others'. */
export type PresetParts = Partial<Omit<Preset, 'name' | 'title' | 'scheme' | 'fields'>> & {
  fields?: readonly FieldSpec[];
};

/** A preset: what `more` leaves out is as with most providers, and id and type stand where the scheme has them. */
export function preset(name: string, title: string, scheme: AnyScheme, more: PresetParts = {}): Preset {
  const own = 'read' in scheme ? null : scheme;
  return {
    name,
    title,
    scheme,
    secret: 'Secret',
    id: placeOf(own, 'id'),
    type: placeOf(own, 'type'),
    reference: null,
    ack: null,
    rejectStatus: 401,
    handshake: null,
    deadline: null,
    note: null,
    ...more,
    fields: [...(more.fields ?? []), ...(hasTolerance(own) ? [tolerance] : [])],
  };
}

function placeOf(scheme: Scheme | null, name: 'id' | 'type'): Derived | null {
  const places: Place[] = [scheme?.[name], scheme?.otherwise?.[name]].filter((place) => place !== undefined);
  return places.length === 0 ? null : { from: places };
}

function hasTolerance(scheme: Scheme | null): boolean {
  return scheme?.timestamp !== undefined && scheme.timestamp.toleranceS !== null;
}

/** For every scheme that judges when a request was signed. */
const tolerance: FieldSpec = {
  name: 'tolerance',
  description: 'How old a request may be, and how far ahead of our clock: a duration such as 5m.',
};

/** For schemes that sign the address. */
export const notificationUrl: FieldSpec = {
  name: 'notificationUrl',
  description: 'The address exactly as it is registered there, when that is not the one of the source.',
};

/** For schemes that fetch certificates. */
export const certificateHosts: FieldSpec = {
  name: 'certificateHosts',
  description:
    'Host names besides those of the provider that certificates may come from, separated by commas.',
};
