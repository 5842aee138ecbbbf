import { portalBase } from '../portal/portal.ts';
import { useRows } from './queries.ts';
import type { Source } from './types.ts';

/** What sources are called, by id; a portal knows of none. */
export function useSourceNames(): Map<string, string> {
  const path = portalBase === null ? '/v1/sources?limit=250' : null;
  const sources = useRows<Source>(path);
  return new Map(sources.map(({ id, name }) => [id, name]));
}
