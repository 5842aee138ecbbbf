import { portalBase } from '../portal/portal.ts';
import { useOne } from './queries.ts';
import type { Page, Source } from './types.ts';

/** What sources are called, by id; a portal knows of none. */
export function useSourceNames(): Map<string, string> {
  const path = portalBase === null ? '/v1/sources?limit=250' : null;
  const sources = useOne<Page<Source>>(path).data?.data ?? [];
  return new Map(sources.map(({ id, name }) => [id, name]));
}
