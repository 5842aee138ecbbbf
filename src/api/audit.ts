import { asRecord } from '../core/body.ts';
import { auditNameChars } from '../core/limits/people.ts';
import type { AuditEntry } from '../core/person.ts';
import type { Answer, Call, Route } from './route.ts';

/** What was done, as the audit log keeps it: of a change with the names of what was sent, all of which the handler knew; no values. */
export function actOf({ method, summary }: Pick<Route, 'method' | 'summary'>, body: unknown): string {
  const names = method === 'PATCH' ? Object.keys(asRecord(body) ?? {}) : [];
  return names.length === 0 ? summary : `${summary}: ${names.join(', ')}`;
}

/**
 * What an act was about, as the audit log keeps it: what its address names, else what the answer shows to be made. A handler
 * whose answer shows no name gives it as `about`.
 */
export function aboutOf(params: Call['params'], answer: Answer): Pick<AuditEntry, 'aboutId' | 'aboutName'> {
  const shown = asRecord(answer.body) ?? {};
  const id = textOf(params.id) ?? textOf(shown.id);
  // The URL of anything else may hold a secret.
  const url = id?.startsWith('ep_') ? shown.url : null;
  const names = [answer.about, shown.name, params.name, url, shown.reference].map(textOf);
  const name = names.find((one) => one !== null) ?? null;
  return { aboutId: id, aboutName: name === null ? null : beginning(name) };
}

/** Ends with no half of a character. */
function beginning(name: string): string {
  return name.slice(0, auditNameChars).replace(/[\ud800-\udbff]$/, '');
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
