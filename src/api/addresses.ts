import { SurehookError } from '../core/errors.ts';
import type { Route } from './route.ts';

interface Address {
  pattern: RegExp;
  methods: Set<string>;
}

/** What answers to an address that no route took with this method: says what is wrong with it. */
export class Addresses {
  readonly #addresses: Address[] = [];

  constructor(table: readonly Pick<Route, 'method' | 'path'>[]) {
    const byPath = new Map<string, Set<string>>();
    for (const { method, path } of table) {
      const methods = byPath.get(path) ?? new Set();
      byPath.set(path, methods.add(method));
      if (method === 'GET') methods.add('HEAD');
    }
    for (const [path, methods] of byPath) {
      const source = path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+');
      this.#addresses.push({ pattern: new RegExp(`^${source}$`), methods });
    }
  }

  /** The problem, and the methods that the address takes when it is the method that is wrong. */
  missing(method: string, url: string): { error: SurehookError; allow: string | null } {
    const path = url.split('?', 1)[0]!;
    const methods = this.#methodsAt(path);
    if (methods !== null) {
      const allow = [...methods].sort().join(', ');
      const error = new SurehookError(
        'method_not_allowed',
        `This address does not take ${method}, but ${allow}.`,
      );
      return { error, allow };
    }
    const bare = path.replace(/\/+$/, '');
    const detail =
      bare !== path && this.#methodsAt(bare) !== null
        ? 'There is nothing under this address, but there is without the slash at its end.'
        : 'There is nothing under this address. See /docs.';
    return { error: new SurehookError('not_found', detail), allow: null };
  }

  #methodsAt(path: string): Set<string> | null {
    return this.#addresses.find(({ pattern }) => pattern.test(path))?.methods ?? null;
  }
}
