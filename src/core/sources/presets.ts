import type { AnyScheme, Scheme } from '../../../sdk/scheme.ts';
import { schemeNamed } from '../../../sdk/schemes.ts';
import { didYouMean } from '../nearest.ts';
import { describeScheme } from '../profiles/describe.ts';
import type { Answer, Derived, Found, Preset } from './preset.ts';
import { preset } from './presets/make.ts';
import { ownPresets } from './presets/own.ts';
import { platformPresets } from './presets/platforms.ts';
import { shopPresets } from './presets/shops.ts';

/** Every preset a source can name. */
export const presets: readonly Preset[] = [...ownPresets, ...shopPresets, ...platformPresets];

const byScheme = new Map<AnyScheme, Preset>(presets.map((each) => [each.scheme, each]));

/** The preset of that name, or undefined. Other names that a scheme has count, too. */
export function presetNamed(name: string): Preset | undefined {
  const scheme = schemeNamed(name);
  return scheme === undefined ? undefined : byScheme.get(scheme);
}

/** Which presets a name that is none was probably to be, as the end of a message; empty where nothing is near. */
export function schemeMeant(name: string): string {
  const meant = didYouMean(
    name,
    presets.map((each) => each.name),
  );
  return meant === '' ? '' : `.${meant}`;
}

/** What is known of a sender whose scheme a user described. */
export function presetOf(scheme: Scheme): Preset {
  return preset('custom', 'Own scheme', scheme);
}

/** The answer to an event that is on disk; `isDuplicate`: it was before, which our own form says. */
export function ackOf({ ack }: Preset, isDuplicate: boolean): Answer {
  if (ack !== null) return ack;
  const body = JSON.stringify(isDuplicate ? { received: true, duplicate: true } : { received: true });
  return { status: 200, contentType: 'application/json', body };
}

/** The presets as `GET /v1/schemes` lists them. */
export function describeSchemes(): Record<string, unknown>[] {
  return presets.map((each) => ({
    name: each.name,
    title: each.title,
    secret: each.secret,
    fields: each.fields.map(({ name, description, isRequired = false }) => ({
      name,
      description,
      required: isRequired,
    })),
    eventId: each.id === null ? 'the SHA-256 of the body' : describeDerived(each.id),
    eventType: describeDerived(each.type),
    reference: describeDerived(each.reference),
    ack: ackOf(each, false),
    rejectStatus: each.rejectStatus,
    handshake: each.handshake !== null,
    deadline: each.deadline,
    note: each.note,
    scheme: 'read' in each.scheme ? null : describeScheme(each.scheme),
  }));
}

function describeDerived(derived: Derived | Found | null): unknown {
  return derived !== null && 'where' in derived ? derived.where : derived;
}
