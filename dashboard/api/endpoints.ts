import { endpointName } from '../words/endpoints.ts';
import { useOne } from './queries.ts';
import type { Endpoint, Page } from './types.ts';

/** The endpoints of this account, by id. */
export interface KnownEndpoints {
  all: Endpoint[];
  find(id: string): Endpoint | undefined;
  /** What it is called; what was deleted is called so. */
  nameOf(id: string): string;
  isGone(id: string): boolean;
}

/** So many are told of at once: of accounts with more, not every name is known. */
export function useEndpoints(): KnownEndpoints {
  const page = useOne<Page<Endpoint>>('/v1/endpoints?limit=250').data;
  const all = page?.data ?? [];
  const byId = new Map(all.map((endpoint) => [endpoint.id, endpoint]));
  const isGone = (id: string): boolean => page?.nextCursor === null && !byId.has(id);
  const nameOf = (id: string): string => {
    const endpoint = byId.get(id);
    if (endpoint !== undefined) return endpointName(endpoint);
    return isGone(id) ? 'a deleted endpoint' : id;
  };
  return { all, find: (id) => byId.get(id), nameOf, isGone };
}
