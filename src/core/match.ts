import type { Endpoint } from './endpoint.ts';
import { isEventType } from './event.ts';
import * as limits from './limits/endpoints.ts';

/** Whether `pattern` is an exact event type, `prefix.*`, or `*`. */
export function isTypePattern(pattern: string): boolean {
  if (pattern === '*') return true;
  return isEventType(pattern.endsWith('.*') ? pattern.slice(0, -2) : pattern);
}

/**
 * Whether any of the patterns takes this type: an exact name, `prefix.*` (everything below `prefix.`, not `prefix` itself),
 * or `*`. Case-sensitive.
 */
export function matchesType(patterns: readonly string[], type: string): boolean {
  return patterns.some((pattern) => {
    if (pattern === '*' || pattern === type) return true;
    if (!pattern.endsWith('.*')) return false;
    return type.length > pattern.length - 1 && type.startsWith(pattern.slice(0, -1));
  });
}

/** The types that a pattern takes, as the first and the last of a range by their characters' codes (both may themselves be taken). */
export function typeRange(pattern: string): { from: string; to: string } {
  if (pattern === '*') return { from: '', to: '\x7f' };
  if (!pattern.endsWith('.*')) return { from: pattern, to: pattern };
  const prefix = pattern.slice(0, -1);
  // `-` is the least and `\x7f` more than the greatest character that a type can have.
  return { from: `${prefix}-`, to: `${prefix}\x7f` };
}

/**
 * Whether an endpoint with this `sources` takes events of this source. `sources` null takes what is published by API (source
 * null) and nothing else; a list takes those sources; `*` takes every source, but not what is published by API.
 */
export function matchesSource(sources: readonly string[] | null, source: string | null): boolean {
  if (sources === null || source === null) return sources === null && source === null;
  return sources.includes(source) || sources.includes('*');
}

/** What matching needs of an endpoint. */
export type Matchable = Pick<Endpoint, 'no' | 'events' | 'sources'>;

/**
 * The endpoints of one account by what they want, for the way of every event: answers from memory after the first event of a
 * type, and never looks at endpoints that want something else. Says nothing about filters, which need the event's data.
 */
export class MatchIndex {
  readonly #exact = new Map<string, Matchable[]>();
  /** By prefix, its dot included. */
  readonly #prefixes = new Map<string, Matchable[]>();
  readonly #all: Matchable[] = [];
  readonly #known = new Map<number, Matchable>();
  /** By source (`''`: published by API), then by type. */
  readonly #memo = new Map<string, Map<string, readonly number[]>>();
  #memoTypes = 0;

  /** Adds an endpoint, or puts it in the place of the one with the same number. */
  set(endpoint: Matchable): void {
    this.delete(endpoint.no);
    this.#known.set(endpoint.no, endpoint);
    for (const pattern of new Set(endpoint.events)) this.#listOf(pattern).push(endpoint);
  }

  delete(no: number): void {
    const known = this.#known.get(no);
    this.#forget();
    if (known === undefined) return;
    this.#known.delete(no);
    for (const pattern of new Set(known.events)) {
      const list = this.#listOf(pattern);
      list.splice(list.indexOf(known), 1);
      if (list.length > 0) continue;
      if (pattern.endsWith('.*')) this.#prefixes.delete(pattern.slice(0, -1));
      else this.#exact.delete(pattern);
    }
  }

  /** Numbers of the endpoints that want this type from this source, ascending. The caller must not change the list. */
  match(type: string, source: string | null): readonly number[] {
    const memo = this.#memo.get(source ?? '')?.get(type);
    if (memo !== undefined) return memo;
    const nos = this.#find(type, source);
    this.#remember(type, source ?? '', nos);
    return nos;
  }

  #listOf(pattern: string): Matchable[] {
    if (pattern === '*') return this.#all;
    const isPrefix = pattern.endsWith('.*');
    const map = isPrefix ? this.#prefixes : this.#exact;
    const key = isPrefix ? pattern.slice(0, -1) : pattern;
    let list = map.get(key);
    if (list === undefined) {
      list = [];
      map.set(key, list);
    }
    return list;
  }

  #find(type: string, source: string | null): number[] {
    const nos = new Set<number>();
    const take = (list: readonly Matchable[] | undefined): void => {
      for (const endpoint of list ?? []) if (matchesSource(endpoint.sources, source)) nos.add(endpoint.no);
    };
    take(this.#all);
    take(this.#exact.get(type));
    for (let dot = type.indexOf('.'); dot >= 0 && dot < type.length - 1; dot = type.indexOf('.', dot + 1)) {
      take(this.#prefixes.get(type.slice(0, dot + 1)));
    }
    return [...nos].sort((a, b) => a - b);
  }

  #remember(type: string, source: string, nos: readonly number[]): void {
    if (this.#memoTypes >= limits.matchMemoTypes) this.#forget();
    let types = this.#memo.get(source);
    if (types === undefined) {
      types = new Map();
      this.#memo.set(source, types);
    }
    types.set(type, nos);
    this.#memoTypes++;
  }

  #forget(): void {
    this.#memo.clear();
    this.#memoTypes = 0;
  }
}
