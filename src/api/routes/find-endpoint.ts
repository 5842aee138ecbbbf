import type { Account } from '../../core/account.ts';
import type { Endpoint } from '../../core/endpoint.ts';
import { notFound, SurehookError } from '../../core/errors.ts';
import type { ApiParts } from '../parts.ts';

/** For looking at history, which a deleted endpoint has, too. Null when no endpoint is asked for. Throws `not_found` like `findEndpoint`. */
export async function findPastEndpoint(
  parts: ApiParts,
  account: Account,
  id: string | undefined,
): Promise<number | null> {
  if (id === undefined) return null;
  const no =
    parts.directory.endpointById(account.no, id)?.no ?? (await parts.store.endpointNo(account.no, id));
  if (no === null) throw notFound('endpoint', id);
  return no;
}

/** What was to be sent again has nowhere to go. */
export function endpointGone(what: string): SurehookError {
  return new SurehookError(
    'conflict',
    `${what} cannot be sent again: its endpoint was deleted. Make a new endpoint and publish the event once more.`,
  );
}

/** Throws `not_found` also for another account's endpoint. */
export function findEndpoint(parts: ApiParts, account: Account, id: string): Endpoint {
  const endpoint = parts.directory.endpointById(account.no, id);
  if (endpoint === null) throw notFound('endpoint', id);
  return endpoint;
}
