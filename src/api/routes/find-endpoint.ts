import type { Account } from '../../core/account.ts';
import type { Endpoint } from '../../core/endpoint.ts';
import { notFound } from '../../core/errors.ts';
import type { ApiParts } from '../parts.ts';

/** Throws `not_found` also for another account's endpoint. */
export function findEndpoint(parts: ApiParts, account: Account, id: string): Endpoint {
  const endpoint = parts.directory.endpointById(account.no, id);
  if (endpoint === null) throw notFound('endpoint', id);
  return endpoint;
}
