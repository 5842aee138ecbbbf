import { isTypePattern, matchesType } from '../core/match.ts';

/** Where events of some types go on this machine. */
export interface Forward {
  /** Null: what no pattern takes. */
  pattern: string | null;
  url: string;
}

/** Reads `[PATTERN=]URL`; a problem in words when it is neither. */
export function readForward(text: string): Forward | { problem: string } {
  const [, pattern = null, url = ''] = /^(?:([^=/?#]*)=)?(.*)$/s.exec(text) ?? [];
  if (pattern !== null && !isTypePattern(pattern))
    return { problem: `--forward ${text}: "${pattern}" is no event type, prefix.* or *.` };
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    return { problem: `--forward ${text}: give [PATTERN=]URL, like order.*=http://localhost:3000/hooks.` };
  return { pattern, url: parsed.href };
}

/** Every address that takes this type: those whose pattern does, else those without one. */
export function targetsOf(forwards: readonly Forward[], type: string): string[] {
  const named = forwards.filter(({ pattern }) => pattern !== null && matchesType([pattern], type));
  const found = named.length > 0 ? named : forwards.filter(({ pattern }) => pattern === null);
  return [...new Set(found.map(({ url }) => url))];
}

/** What the server has to hand out so that each forward gets its events. */
export function eventsOf(forwards: readonly Forward[]): string[] {
  const patterns = [...new Set(forwards.map(({ pattern }) => pattern ?? '*'))];
  return patterns.length === 0 || patterns.includes('*') ? ['*'] : patterns;
}
