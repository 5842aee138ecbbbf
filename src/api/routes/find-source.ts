import { notFound } from '../../core/errors.ts';
import type { Source } from '../../core/source.ts';
import type { ApiParts } from '../parts.ts';
import type { Call } from '../route.ts';

/** The caller's source, or `not_found`. */
export function findSource(parts: ApiParts, { account, params }: Pick<Call, 'account' | 'params'>): Source {
  const found = parts.directory.sources.byId(account.no, params.id);
  if (found === null) throw notFound('source', params.id);
  return found;
}
